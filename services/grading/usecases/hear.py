"""What other services say, as facts for the engine."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.grading.domain.merging import REPORTS
from services.grading.rulebook import Fact
from services.grading.usecases.joining import MOVES, Joining
from services.grading.usecases.reconcile import News, Reconcile
from shared.contracts.envelope import Event
from shared.contracts.intake import IncidentChanged, IncidentReported, Spread
from shared.contracts.publishing import AnswerChanged
from shared.contracts.tasks import TaskChanged
from shared.db import Transaction


class Hear:
    """Handlers of the events that concern procedures."""

    def __init__(self, reconcile: Reconcile, joining: Joining) -> None:
        self._reconcile = reconcile
        self._joining = joining

    async def incident_reported(self, tx: Transaction, events: Sequence[Event[IncidentReported]]) -> None:
        """A new incident: its procedure opens."""
        await self._take(tx, events, [_opening(event) for event in events])

    async def incident_changed(self, tx: Transaction, events: Sequence[Event[IncidentChanged]]) -> None:
        """Further reports, wider spread, a closed matter opened again; or incidents joined and taken apart, one by one."""
        grown = [event for event in events if event.data.change not in MOVES]
        await self._take(tx, grown, [_growth(event) for event in grown])
        for event in sorted(events, key=lambda each: each.subject):
            if event.data.change == "absorbed":
                await self._joining.absorbed(tx, event)
            elif event.data.change == "restored":
                await self._joining.restored(tx, event, _totals(event))

    async def task_changed(self, tx: Transaction, events: Sequence[Event[TaskChanged]]) -> None:
        """A task was done, ran over, or was given more time."""
        await self._take(tx, events, [_work(event) for event in events])

    async def answer_changed(self, tx: Transaction, events: Sequence[Event[AnswerChanged]]) -> None:
        """An answer was approved or released."""
        await self._take(tx, events, [_answer(event) for event in events])

    async def _take(self, tx: Transaction, events: Sequence[Event[Any]], news: Sequence[News | None]) -> None:
        found: Mapping[UUID, News] = {
            event.subject: each for event, each in zip(events, news, strict=True) if each is not None
        }
        if found:
            await self._reconcile(tx, found)


def _evidence(event: Event[Any], spread: Spread, **signs: Any) -> Fact:
    counts = {"reads": spread.reads, "comments": spread.comments, "reposts": spread.reposts, "likes": spread.likes}
    return Fact(f"{event.id}:e", "evidence", event.time, {"source": REPORTS, "metrics": counts, **signs})


def _moment(event: Event[Any], name: str, at: Any = None) -> Fact:
    return Fact(f"{event.id}:{name}", "moment", at or event.time, {"name": name})


def _discovered(event: Event[IncidentReported]) -> Fact:
    # Who found it: for what portal or vendor bring, no department owes the office a report of its own finding.
    finder = event.data.finder or event.data.kind
    return Fact(f"{event.id}:discovered", "moment", event.data.discovered_at, {"name": "discovered", "role": finder})


def _opening(event: Event[IncidentReported]) -> News:
    data = event.data
    facts = [_discovered(event)]
    if not data.occurred_assumed:
        facts.append(_moment(event, "occurred", data.occurred_at))
    facts.append(
        _evidence(
            event,
            data.spread,
            kind=data.kind,
            platforms=[data.platform] if data.platform else [],
            author_types=[data.author_type] if data.author_type else [],
            words=data.words,
        )
    )
    return News(event.organisation_id, facts, "reported", data.source, title=data.title)


def _totals(event: Event[IncidentChanged]) -> Fact:
    data = event.data
    signs = {"platforms": data.platforms, "author_types": data.author_types, "words": data.words}
    kind = "complaint" if "complaint" in data.kinds else (data.kinds or ["post"])[0]
    return _evidence(event, data.spread, kind=kind, **signs)


def _growth(event: Event[IncidentChanged]) -> News:
    """Totals. Those of a survivor say from which merge on they have the other's counts, or have them no longer."""
    data = event.data
    facts = [_totals(event)]
    if data.change == "reopened":
        facts.append(_moment(event, "reopened"))
    gained = str(data.act) if data.change == "merged" and data.act else None
    lost = str(data.undoes) if data.change == "parted" and data.undoes else None
    return News(event.organisation_id, facts, data.change, data.by or "intake", gained=gained, lost=lost)


def _work(event: Event[TaskChanged]) -> News | None:
    data = event.data
    told: frozenset[str] = frozenset()
    facts: list[Fact] = []
    if data.change == "done":
        facts = [Fact(f"{event.id}:done", "done", data.at, {"order": data.key, "by": data.by, "hand_in": data.hand_in})]
        told = frozenset({data.key})
    elif data.change == "overdue" and data.kind == "claim":
        facts = [_moment(event, "claim_overdue", data.at)]
    elif data.change == "extension_granted" and data.extended_to:
        # Either a moment (ISO 8601) or a budget in the rulebook's words.
        span = "until" if "T" in data.extended_to else "within"
        more = {"order": data.key, span: data.extended_to, "by": data.by, "reason": data.reason or ""}
        facts = [Fact(f"{event.id}:extended", "extended", data.at, more)]
    # More time is somebody's decision; what is done is told by its own desk.
    act = facts[0].id if data.change == "extension_granted" and facts else None
    return News(event.organisation_id, facts, f"task.{data.change}", data.by, told=told, act=act) if facts else None


def _answer(event: Event[AnswerChanged]) -> News | None:
    data = event.data
    facts: list[Fact] = []
    told: frozenset[str] = frozenset()
    if data.change == "approved":
        facts = [_moment(event, "response_approved", data.at)]
    elif data.change == "released":
        facts = [_moment(event, "first_release", data.at), _moment(event, "replied", data.at)]
        if data.key:
            facts.append(Fact(f"{event.id}:done", "done", data.at, {"order": data.key, "by": data.by, "hand_in": {}}))
            told = frozenset({data.key})
    return News(event.organisation_id, facts, f"answer.{data.change}", data.by, told=told) if facts else None
