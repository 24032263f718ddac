"""The sample incidents, as `deploy/sample/stories/<organisation>.yaml` tells them."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from shared.marked_yaml import read_yaml

FOLDER = Path(__file__).parent / "stories"

Stage = Literal["proposed", "graded", "handled", "in_review", "approved", "released", "closed"]
STAGES: tuple[Stage, ...] = ("proposed", "graded", "handled", "in_review", "approved", "released", "closed")
"""How far the sample's people carry an incident; at every one but the last a person's decision is awaited."""

_FOLD = re.compile(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])")


def _unfolded(text: str) -> str:
    """YAML folds lines with a space, which Chinese does not have."""
    return _FOLD.sub("", text)


Text = Annotated[str, Field(min_length=1), AfterValidator(_unfolded)]
Counts = tuple[int, int, int, int]
"""Reads, comments, reposts, likes."""


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SamplePost(_Told):
    """A post; `spread` has its counts at each push, none where that push does not carry it. `root` is another post's id."""

    id: str
    platform: str
    author_type: str
    text: Text
    root: str | None = None
    spread: Annotated[list[Counts | None], Field(min_length=1)]


class Retold(_Told):
    """The same matter as another person tells it, in a complaint that no rule joins. `joined`: the office joins it by hand."""

    title: Text
    body: Text
    joined: bool = False


class SampleAnswer(_Told):
    """What the organisation says in public."""

    channel: str
    title: Text
    text: Text


class Story(_Told):
    """One matter. `again`: further complaints in nearly the same words, `retold`: in others.

    `rises_to`: the level that its last push asks for.
    """

    id: str
    kind: Literal["complaint", "post", "patrol"]
    title: Text
    body: Text | None = None
    again: list[Text] = []
    retold: list[Retold] = []
    posts: list[SamplePost] = []
    topic: str | None = None
    region: str | None = None
    minutes_ago: Annotated[int, Field(ge=1)]
    flags: list[str] = []
    rises_to: str | None = None
    until: Stage
    findings: Text
    answer: SampleAnswer | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind == "post") != bool(self.posts) or (self.kind == "post") == (self.body is not None):
            raise ValueError(f"story {self.id}: a post has posts and no body, everything else a body and no posts")
        if self.reaches("in_review") and self.answer is None:
            raise ValueError(f"story {self.id} goes as far as {self.until!r} and needs an answer")
        return self

    def reaches(self, stage: Stage) -> bool:
        """Whether it is carried as far as this."""
        return STAGES.index(self.until) >= STAGES.index(stage)

    @property
    def pushes(self) -> int:
        """How many pushes it takes to tell."""
        return max((len(post.spread) for post in self.posts), default=0)


def load_stories(organisation: str, folder: Path = FOLDER) -> list[Story]:
    """The stories of an organisation. Raises pydantic's ValidationError for a file that can't be used."""
    file = folder / f"{organisation}.yaml"
    content = read_yaml(file.read_text(encoding="utf-8"), file.name).data
    return [Story.model_validate(each) for each in content["stories"]]
