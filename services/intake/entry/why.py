"""Why a report joined or did not, and a place to try the joining rules on one's own texts, which keeps nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.entry.fields import Link, Place, PostText, Short
from services.intake.usecases.trying import FEWEST, MOST, Example, Trying
from services.intake.usecases.why import Whys
from shared.auth import Access, CurrentStaff, staff
from shared.web.fields import LocalMoment

WHY_ACCESS: Mapping[str, Access] = {
    "GET /v1/reports/{report_id}/why": staff(),
    "POST /v1/joining/try": staff(),
}
MOST_BYTES = 3 << 20
"""Ten texts of 20,000 characters, escaped in twelve bytes each at worst."""


class Said(BaseModel):
    """One meaning in both languages."""

    chinese: str
    english: str


class Difference(BaseModel):
    """What one text says where the other says something else; empty where it says nothing there."""

    one: str
    other: str


class Compared(BaseModel):
    """Two reports under the joining rules. `jaccard`: the share of different character pairs that both have, 0 to 1.

    `verdict` is the rule that decided: `event url root text words` join; `short` (fewer than 12 pairs), `unlike` (below 0.6),
    `window`, `region`, `differs` (a name, place, number or date) and `unmet` (missed by the quick look-up) do not.
    """

    joins: bool
    verdict: str
    jaccard: float
    keys: list[str]
    differs: list[Difference]
    hours_apart: float
    said: Said


class Leading(Compared):
    """The report that an incident is compared by."""

    report_id: UUID


class Near(Compared):
    """An incident that the report did not join; two verdicts more: `closed`, and `since` where it would join now.

    `likeness`: of the matter in other words, 0 to 1, and the words it rests on.
    """

    incident_id: UUID
    report_id: UUID | None
    title: str
    state: str
    opened_at: datetime
    likeness: float | None
    rests_on: list[str]


class Moved(BaseModel):
    """A move by which the report came to another incident; reasons stand with the move."""

    move_id: UUID
    kind: str
    incident_id: UUID
    other_id: UUID
    by: str
    at: datetime
    undone: bool
    said: Said


class Why(BaseModel):
    """Why a report stands where it stands. `by` and `score` were kept when it came; the comparisons are made now."""

    report_id: UUID
    incident_id: UUID
    came_to: UUID
    joined: bool
    by: str
    score: float | None
    said: Said
    follows: UUID | None
    window_hours: float
    leading: Leading | None
    moves: list[Moved]
    nearest: list[Near]


class Text(BaseModel):
    """A text to be tried: a letter where it has a title, else a post. `id` is the post's number, `root_id` that of what it reposts."""

    model_config = ConfigDict(extra="forbid")
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    body: PostText = ""
    id: Short | None = None
    root_id: Short | None = None
    url: Link | None = None
    region: Place | None = None
    at: LocalMoment | None = None


class Try(BaseModel):
    """The texts in the order in which they would arrive."""

    model_config = ConfigDict(extra="forbid")
    texts: Annotated[list[Text], Field(min_length=FEWEST, max_length=MOST)]


class TriedText(BaseModel):
    """What became of one text. `incident` counts from 1; `grams` are its different character pairs."""

    place: int
    incident: int
    by: str
    score: float | None
    said: Said
    cleaned: str
    grams: int


class TriedPair(Compared):
    """Two of the texts, by their places. `likeness` in other words, 0 to 1, with the words it rests on."""

    one: int
    other: int
    likeness: float
    rests_on: list[str]


class Tried(BaseModel):
    """What the rules make of the texts; `alike` is the least Jaccard that may join, `generation` of the word frequencies used."""

    incidents: int
    alike: float
    window_hours: float
    generation: int
    texts: list[TriedText]
    pairs: list[TriedPair]


def why_routes(whys: Whys, trying: Trying) -> APIRouter:
    """`GET /v1/reports/{report_id}/why` and `POST /v1/joining/try`."""
    router = APIRouter(tags=["joining"])

    @router.get("/v1/reports/{report_id}/why", summary="并案理由 / Why a report joined or did not")
    async def why(member: CurrentStaff, report_id: UUID) -> Why:
        return Why.model_validate(await whys.of(member, report_id))

    @router.post("/v1/joining/try", max_body_size=MOST_BYTES, summary="并案规则自测 / Try the joining rules")
    async def attempt(member: CurrentStaff, body: Try) -> Tried:
        """Two to ten texts, compared once and kept nowhere."""
        examples = [Example(**each.model_dump()) for each in body.texts]
        return Tried.model_validate(await trying(member, examples))

    return router
