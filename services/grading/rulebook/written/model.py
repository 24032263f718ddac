"""A rulebook as its YAML file states it: one regulation, checked field by field; unknown fields are refused."""

import re
from datetime import date, time
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from services.grading.rulebook.written.duties import (
    Condition,
    Duration,
    Duty,
    EscalationStep,
    Reminder,
    Routine,
    Sourced,
)
from services.grading.rulebook.written.vocabulary import Metric
from shared.calendar import BusinessHours

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Name = Annotated[str, Field(min_length=1, max_length=80)]


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone: write one of the IANA names, such as Asia/Shanghai") from None
    return value


def _clock(value: object) -> object:
    # pydantic would read a number as seconds since midnight, and an offset as a second zone.
    if isinstance(value, time) or (isinstance(value, str) and _HH_MM.fullmatch(value)):
        return value
    raise ValueError(f"{value!r} is no time of day: write HH:MM in quotes, such as '08:30'")


def _day(value: object) -> object:
    # pydantic would read a number as seconds since 1970.
    if isinstance(value, date | str | None):
        return value
    raise ValueError(f"{value!r} is no date: write YYYY-MM-DD, such as 2020-07-17")


_HH_MM = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:00)?", re.ASCII)
Clock = Annotated[time, BeforeValidator(_clock)]
Day = Annotated[date, BeforeValidator(_day)]


class Part(BaseModel):
    """Base of every part that needs no clause of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Time(Part):
    """The office's zone, business hours (the operator's) and when a day ends (Civil Code, Art. 203).

    `midday` divides a working day into the halves that `half days` count.
    """

    zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    opens: Clock = time(8, 30)
    closes: Clock = time(17, 30)
    midday: Clock = time(12, 0)
    day_ends: Literal["close_of_business", "24:00"] = "close_of_business"
    source: Literal["operator"] = "operator"

    @model_validator(mode="after")
    def _open_before_close(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("opens must lie before closes")
        if not self.opens < self.midday < self.closes:
            raise ValueError("midday must lie between opens and closes: set `midday`")
        return self

    def hours(self) -> BusinessHours:
        """The same as the calendar counts with it."""
        return BusinessHours(ZoneInfo(self.zone), self.opens, self.closes, self.day_ends, self.midday)


class Role(Part):
    """A post or body that owes or receives; `external` ones have no desk here."""

    name: Name
    external: bool = False
    source: Literal["regulation", "operator"] = "regulation"


class Level(Sourced):
    """A grade, listed from the lowest to the highest; any of `approver` may approve it.

    `by_hand`: only a person sets it, no criterion proposes it.
    """

    id: Identifier
    name: Name
    colour: str | None = None
    approver: list[str] = Field(min_length=1)
    approver_source: Literal["regulation", "operator"] = "regulation"
    by_hand: bool = False


class Signs(Part):
    """What a criterion looks for. All signs given must show; within one list any suffices, in `below` all must hold."""

    metrics: dict[Metric, Annotated[int, Field(gt=0)]] = Field(default_factory=dict)
    below: dict[Metric, Annotated[int, Field(gt=0)]] = Field(default_factory=dict)
    platforms: Annotated[int, Field(gt=0)] | None = None
    flags: list[str] = Field(default_factory=list)
    without_flags: list[str] = Field(default_factory=list)
    words: list[Annotated[str, Field(min_length=1, max_length=20)]] = Field(default_factory=list)
    author_types: list[str] = Field(default_factory=list)
    kinds: list[Literal["complaint", "post", "patrol"]] = Field(default_factory=list)

    @model_validator(mode="after")
    def _some_sign(self) -> Self:
        if not self.model_dump(exclude_defaults=True, exclude={"without_flags"}):
            raise ValueError("a criterion needs at least one sign (metrics, below, platforms, flags, words, ...)")
        return self


class Criterion(Sourced):
    """One reason for a level. `source: operator` beside a clause: the clause states it, the operator counts it."""

    id: Identifier
    level: str
    name: Name
    when: Signs


class Step(Part):
    """A step of a chain: every role in it must sign."""

    roles: list[str] = Field(min_length=1)
    name: Name


class Chain(Sourced):
    """Who must approve a text before it goes out, in order."""

    name: Name
    steps: list[Step] = Field(min_length=1)


class ReleaseRule(Part):
    """Which chain an answer needs; the first rule whose condition holds decides."""

    when: Condition = Field(default_factory=Condition)
    chain: str


class Channel(Part):
    """A place the organisation answers in, with who hosts it where the text says so."""

    name: Name
    host: str | None = None
    clause: str | None = None


class Release(Part):
    """Where and by whose approval answers go out."""

    channels: dict[Identifier, Channel] = Field(min_length=1)
    rules: list[ReleaseRule] = Field(min_length=1)


class Closing(Part):
    """Who may declare a matter calm, and closed."""

    calmed_by: list[str] = Field(min_length=1)
    closed_by: list[str] = Field(min_length=1)
    source: Literal["regulation", "operator"] = "operator"


class Defaults(Part):
    """The operator's reminders ('1/2' of the budget, '15 min before', '1 working day before') and escalation."""

    source: Literal["operator"] = "operator"
    reminders_by_clock: list[Reminder] = Field(default_factory=lambda: ["1/2"])
    reminders_by_day: list[Reminder] = Field(default_factory=lambda: ["1 working day before"])
    escalate: list[EscalationStep] = Field(default_factory=list)


class Joining(Part):
    """Within which window the same words again join an incident, and what becomes of what comes after it was closed.

    `anew`: a new incident that names the closed one. `reopen`: within `reopen_within` of the closing it is opened again,
    later than that it is a new one. Both windows run by the clock, day for day.
    """

    window: Duration = "72 h"
    after_closing: Literal["anew", "reopen"] = "anew"
    reopen_within: Duration | None = None
    source: Literal["operator"] = "operator"

    @model_validator(mode="after")
    def _until_when(self) -> Self:
        if (self.after_closing == "reopen") != (self.reopen_within is not None):
            raise ValueError(
                "`after_closing: reopen` and `reopen_within` belong together: say until how long after the closing, such as 30 days"
            )
        return self


class Stability(Part):
    """A proposal once reached holds until what was counted falls below this share (percent) of its thresholds.

    100: it falls as soon as a threshold is no longer met.
    """

    falls_below: Annotated[int, Field(ge=1, le=100)] = 80
    source: Literal["operator"] = "operator"


class SuspensionReason(Sourced):
    """A ground on which time stops."""

    id: Identifier
    name: Name


def _force_majeure() -> list[SuspensionReason]:
    return [SuspensionReason(id="force_majeure", name="不可抗力", source="operator")]


class Suspension(Part):
    """Who may stop time and on which grounds; `by` empty: whoever approves a level."""

    by: list[str] = Field(default_factory=list)
    reasons: list[SuspensionReason] = Field(default_factory=_force_majeure, min_length=1)


class StandingRule(Sourced):
    """A rule that orders nothing by itself but is shown where it matters."""

    id: Identifier
    about: Literal["release", "reporting", "secrecy", "accountability"]


class StandsOn(Part):
    """A layer above. `roles`: its role to the role here that owes its duties; `levels`: its level to the levels here."""

    rulebook: Identifier
    roles: dict[Identifier, Identifier] = Field(default_factory=dict)
    levels: dict[Identifier, Annotated[list[Identifier], Field(min_length=1)]] = Field(default_factory=dict)


def _by_name(value: object) -> object:
    return {"rulebook": value} if isinstance(value, str) else value


Above = Annotated[StandsOn, BeforeValidator(_by_name, json_schema_input_type=Identifier | StandsOn)]


class Rulebook(Part):
    """One regulation. `contradicting` lists flags of which no two can hold together; `stands_on` the layers above."""

    id: Identifier
    title: Annotated[str, Field(min_length=1, max_length=120)]
    issuer: Name
    number: str | None = None
    in_force: Day | None = None
    version: Annotated[str, Field(min_length=1, max_length=32)]
    time: Time = Field(default_factory=Time)
    roles: dict[Identifier, Role] = Field(min_length=1)
    levels: list[Level] = Field(min_length=1)
    flags: dict[Identifier, Name] = Field(default_factory=dict)
    moments: dict[Identifier, Name] = Field(default_factory=dict)
    criteria: list[Criterion] = Field(default_factory=list)
    duties: list[Duty] = Field(min_length=1)
    routines: list[Routine] = Field(default_factory=list)
    approval_chains: dict[Identifier, Chain] = Field(min_length=1)
    release: Release
    closing: Closing
    joining: Joining = Field(default_factory=Joining)
    defaults: Defaults = Field(default_factory=Defaults)
    standing_rules: list[StandingRule] = Field(default_factory=list)
    contradicting: list[Annotated[list[str], Field(min_length=2)]] = Field(default_factory=list)
    stability: Stability = Field(default_factory=Stability)
    suspension: Suspension = Field(default_factory=Suspension)
    stands_on: list[Above] = Field(default_factory=list)
