"""The duties of a rulebook as its file states them: who owes what to whom, from which moment, within what."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from services.grading.rulebook.written.vocabulary import SPECIAL_DEFAULTS, WITHOUT_NUMBER, Desk, Kind, Source
from shared.calendar import parse_budget

_REMINDER = re.compile(r"^(?P<share>[1-9]/[1-9]\d?)$|^(?P<before>.+) before$")


def _duration(value: str) -> str:
    return str(parse_budget(value))


def _within(value: str) -> str:
    return value if value in WITHOUT_NUMBER else _duration(value)


def _default(value: str) -> str:
    return value if value in SPECIAL_DEFAULTS else _duration(value)


def check_reminder(value: str) -> str:
    """A share of the budget ('1/2') or a time before its end ('15 min before'); raises ValueError for others."""
    match = _REMINDER.match(value)
    if match is None:
        raise ValueError(f"{value!r} is no reminder: write '1/2', '15 min before' or '1 working day before'")
    if match["before"]:
        _duration(match["before"])
    return value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Duration = Annotated[str, AfterValidator(_duration)]
Within = Annotated[str, AfterValidator(_within)]
OperatorDefault = Annotated[str, AfterValidator(_default)]
Reminder = Annotated[str, AfterValidator(check_reminder)]
Strings = Annotated[list[str], BeforeValidator(_as_list, json_schema_input_type=str | list[str]), Field(min_length=1)]


class Sourced(BaseModel):
    """Everything that states a rule says where it comes from: a clause with a few of its words, or the operator."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clause: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    phrase: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    source: Source = "regulation"

    @model_validator(mode="after")
    def _says_where_from(self) -> Self:
        if self.source == "regulation" and not (self.clause and self.phrase):
            raise ValueError("a rule needs clause and phrase, or `source: operator`")
        return self


class Condition(BaseModel):
    """When something applies; every part given must hold. Empty: always."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    levels: Annotated[list[str], Field(min_length=1)] | None = None
    flags: list[str] = Field(default_factory=list)
    any_flags: list[str] = Field(default_factory=list)
    without_flags: list[str] = Field(default_factory=list)
    after: list[str] = Field(default_factory=list)
    before: list[str] = Field(default_factory=list)


def _as_conditions(value: object) -> object:
    return [value] if isinstance(value, dict) else value


Conditions = Annotated[
    list[Condition],
    BeforeValidator(_as_conditions, json_schema_input_type=Condition | list[Condition]),
    Field(min_length=1),
]


class Variant(Sourced):
    """Another budget for the same duty on the same clock, while its condition holds."""

    when: Condition
    within: Duration


class Due(BaseModel):
    """From which moment (the earliest that has come) and within what.

    `from_source: operator` marks a moment the text does not name. `default` is the operator's budget where the text
    gives no number: the deadline is then the operator's, and says so. `target` is a goal that is no deadline: reminders
    run to it, nothing is ever overdue by it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_: Strings = Field(alias="from")
    from_source: Source = "regulation"
    within: Within = "silent"
    default: OperatorDefault | None = None
    target: Duration | None = None
    target_source: Source = "regulation"
    by_level: dict[str, Duration] = Field(default_factory=dict)
    variants: list[Variant] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if self.default is not None and self.within not in WITHOUT_NUMBER:
            raise ValueError(f"within is {self.within!r} already: a default is for texts without a number")
        if self.target is not None and (self.default or self.by_level or self.within not in WITHOUT_NUMBER):
            raise ValueError(
                "a target is a goal beside a text without a number: leave out default, by_level, or target"
            )
        return self


class EarlyWarning(BaseModel):
    """A further reminder, counted from another moment than the deadline."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_: str = Field(alias="from")
    within: Duration
    source: Literal["operator"] = "operator"


class Extension(Sourced):
    """The right to ask for more time: until when, of whom."""

    request_within: Duration
    from_: str = Field(alias="from")
    from_source: Source = "regulation"
    to: str


class EscalationStep(BaseModel):
    """Whom this duty goes up to when overdue, and how long after."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: Duration
    to: str


class Duty(Sourced):
    """One row of the regulation. `bounds`: in a layer, the kinds of local duty whose time this one caps."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    kind: Kind
    owner: str
    owner_source: Source = "regulation"
    jointly: list[str] = Field(default_factory=list)
    to: list[str] = Field(default_factory=list)
    to_source: Source = "regulation"
    desk: Desk | None = None
    when: Conditions = Field(default_factory=lambda: [Condition()])
    when_source: Source = "regulation"
    found_by: list[str] = Field(default_factory=list)
    due: Due
    recurring: bool = False
    each: bool = False
    until: Literal["calmed", "closed"] | None = None
    optional: bool = False
    hand_in: list[Annotated[str, Field(min_length=1, max_length=40)]] = Field(default_factory=list)
    marks: str | None = None
    marks_if: dict[str, str] = Field(default_factory=dict)
    fulfilled_by: str | None = None
    chain: str | None = None
    extension: Extension | None = None
    reminders: list[Reminder] | None = None
    warn: EarlyWarning | None = None
    escalate: list[EscalationStep] | None = None
    bounds: list[Kind] = Field(default_factory=list)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.recurring and self.each:
            raise ValueError("a duty is either recurring or owed for each occurrence of its moment, not both")
        if self.each and len(self.due.from_) != 1:
            raise ValueError("a duty owed for each occurrence runs from exactly one moment")
        if self.marks_if and (self.marks is None or not self.marks_if.keys() <= set(self.hand_in)):
            raise ValueError("marks_if goes with `marks`, and asks only for what is named in `hand_in`")
        return self


class Cycle(BaseModel):
    """How a routine comes round: an interval in a part of the week, times of each day, or with a calendar period."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every: Duration | None = None
    during: Literal["working_hours", "evenings_and_holidays"] | None = None
    daily_at: list[str] = Field(default_factory=list)
    each: Literal["month", "quarter", "year"] | None = None
    source: Source = "regulation"

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        ways = [self.every is not None and self.during is not None, bool(self.daily_at), self.each is not None]
        if sum(ways) != 1 or (self.every is None) != (self.during is None):
            raise ValueError("a cycle is either `every` with `during`, or `daily_at`, or `each`")
        for text in self.daily_at:
            if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
                raise ValueError(f"{text!r} is no time of day: write HH:MM")
        return self


class Routine(Sourced):
    """A duty that belongs to no incident: patrols, quarterly reports, training."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    kind: Kind
    owner: str
    owner_source: Source = "regulation"
    jointly: list[str] = Field(default_factory=list)
    to: list[str] = Field(default_factory=list)
    within: Within = "silent"
    cycle: Cycle
    hand_in: list[Annotated[str, Field(min_length=1, max_length=40)]] = Field(default_factory=list)
