"""A rulebook in the form the engine runs: names resolved, budgets parsed, conditions as sets. Immutable."""

from collections.abc import Callable
from dataclasses import dataclass, field

from services.grading.rulebook.engine.facts import Mark
from services.grading.rulebook.engine.orders import Chain
from services.grading.rulebook.engine.pace import Pace, Reminder
from services.grading.rulebook.written.layer import Layer, LayerInfo
from services.grading.rulebook.written.model import Rulebook
from services.grading.rulebook.written.vocabulary import METRICS, Names
from shared.calendar import Budget, BusinessHours


@dataclass(frozen=True, slots=True)
class LevelInfo:
    """A level with its rank (0 is the lowest) and the roles any of which may approve it."""

    id: str
    name: str
    rank: int
    colour: str | None
    approver: tuple[str, ...]
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class RoleInfo:
    """A role's Chinese name and whether it lies outside the organisation."""

    id: str
    name: str
    external: bool


@dataclass(frozen=True, slots=True)
class When:
    """A condition as sets; an empty set asks nothing, `levels` None means every level."""

    levels: frozenset[str] | None
    flags: frozenset[str]
    any_flags: frozenset[str]
    without_flags: frozenset[str]
    after: frozenset[str]
    before: frozenset[str]

    def concerns(self, level: str, flags: frozenset[str]) -> bool:
        """Whether it applies at this level with these flags, whatever has happened so far."""
        return (
            (self.levels is None or level in self.levels)
            and self.flags <= flags
            and (not self.any_flags or not self.any_flags.isdisjoint(flags))
            and self.without_flags.isdisjoint(flags)
        )

    def holds(self, level: str, flags: frozenset[str], happened: frozenset[str]) -> bool:
        """Whether it applies at this level with these flags, after these moments."""
        return self.concerns(level, flags) and self.after <= happened and self.before.isdisjoint(happened)


@dataclass(frozen=True, slots=True)
class Time:
    """A budget with the words that give it. `patrol`: one patrol interval, whichever is in force at the anchor."""

    budget: Budget | None
    within: str | None
    clause: str
    phrase: str
    source: str
    patrol: bool = False


@dataclass(frozen=True, slots=True)
class TimeVariant:
    """Another time while its condition holds."""

    when: When
    time: Time


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """Until when more time may be asked for, and of whom."""

    anchor: str
    within: Budget
    to: str
    clause: str
    phrase: str
    source: str


@dataclass(slots=True)
class Picture:
    """All evidence together: metrics summed over sources, the rest as sets."""

    metrics: dict[str, int] = field(default_factory=lambda: dict.fromkeys(METRICS, 0))
    platforms: set[str] = field(default_factory=set)
    author_types: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    flags: frozenset[str] = frozenset()


Look = Callable[[Picture, Names], list[str]]
"""Looks for one sign: the lines of evidence (Chinese), none when it doesn't show. The mapping names the flags."""


@dataclass(frozen=True, slots=True)
class CompiledCriterion:
    """A criterion with only the looks it asks for; `relaxed` are those of one once met, empty where nothing is counted."""

    id: str
    level: str
    rank: int
    clause: str
    phrase: str
    source: str
    without_flags: frozenset[str]
    looks: tuple[Look, ...]
    relaxed: tuple[Look, ...] = ()


@dataclass(frozen=True, slots=True)
class CompiledDuty:
    """A duty with everything resolved that doesn't depend on the incident.

    `watched` are the flags and the moments that its variants ask about.
    `bounded_by` are duties of layers above that cap its time. A duty of a `layer` is owed itself only while none of
    those it bounds (`yields_to`, by id) is.
    """

    id: str
    name: str
    kind: str
    desk: str
    owner: str
    owner_name: str
    jointly: tuple[str, ...]
    to: tuple[str, ...]
    clauses: tuple[When, ...]
    always: bool
    levels: frozenset[str] | None
    found_by: frozenset[str]
    anchors: tuple[str, ...]
    happened: frozenset[str]
    anchor_source: str
    time: Time
    by_level: dict[str, Time]
    variants: tuple[TimeVariant, ...]
    watched: tuple[frozenset[str], frozenset[str]]
    recurring: bool
    each: bool
    repeats: bool
    until: str | None
    ends_at_closing: bool
    optional: bool
    presumable: bool
    hand_in: tuple[str, ...]
    marks: str | None
    fulfilled_by: str | None
    chain: str | None
    extension: ExtensionRule | None
    reminders: tuple[Reminder, ...]
    warn: tuple[str, Budget] | None
    escalate: tuple[tuple[Budget, str], ...]
    pace: Pace | None
    target: Budget | None = None
    bounds: frozenset[str] = frozenset()
    layer: LayerInfo | None = None
    bounded_by: tuple["CompiledDuty", ...] = ()
    yields_to: frozenset[str] = frozenset()

    def concerns(self, level: str, flags: frozenset[str]) -> bool:
        """Whether it belongs in the timetable of this level with these flags; optional ones do whatever the flags."""
        if self.optional and (self.levels is None or level in self.levels):
            return True
        return self.always or any(when.concerns(level, flags) for when in self.clauses)

    def applies(self, level: str, flags: frozenset[str], happened: frozenset[str]) -> bool:
        """Whether any of its conditions holds."""
        if self.always:
            return True
        if self.levels is not None and level not in self.levels:
            return False
        for when in self.clauses:  # noqa: SIM110 - any() over a generator costs twice as much, for each duty of each advance
            if when.holds(level, flags, happened):
                return True
        return False


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRulebook:
    """What `advance` runs on. `hash` is over the canonical parsed model; `model` is that model.

    `suspension` names the grounds on which time stops, by id; `suspended_by` the roles that may stop it.
    One that stands on `layers` has their duties in its model too, and in `local` the text as it was written.
    """

    id: str
    version: str
    hash: str
    title: str
    model: Rulebook
    hours: BusinessHours
    roles: dict[str, RoleInfo]
    levels: tuple[LevelInfo, ...]
    level: dict[str, LevelInfo]
    ranks: dict[str, int]
    chains: dict[str, Chain]
    duties: tuple[CompiledDuty, ...]
    duty: dict[str, CompiledDuty]
    grade_duty: CompiledDuty | None
    criteria: tuple[CompiledCriterion, ...]
    words: tuple[str, ...]
    marks: dict[str, Mark]
    flag_names: dict[str, str]
    moments: frozenset[str]
    patrol: dict[str, Budget]
    release_rules: tuple[tuple[When, str], ...]
    contradicting: tuple[tuple[str, ...], ...] = ()
    falls_below: int = 80
    suspension: dict[str, str] = field(default_factory=dict)
    suspended_by: tuple[str, ...] = ()
    local: Rulebook | None = None
    layers: tuple[Layer, ...] = ()

    @property
    def strictest(self) -> LevelInfo:
        """The highest level: what holds while there is no proposal."""
        return self.levels[-1]
