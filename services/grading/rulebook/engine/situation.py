"""The facts of one procedure folded into what duties ask about: moments, flags, evidence, approvals, what is done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.grading.rulebook.engine.facts import Fact, FactError, Mark, undone_merges, union
from services.grading.rulebook.engine.joined import overruled
from services.grading.rulebook.engine.orders import Phase

_PHASES: dict[str, Phase] = {"calmed": "calmed", "closed": "closed", "reopened": "open", "worsening": "open"}
_ENDS: dict[Phase, tuple[str, ...]] = {"open": ("calmed", "closed"), "calmed": ("closed",), "closed": ()}
_FALLBACKS = (("occurred", "discovered"), ("event", "occurred"))


@dataclass(slots=True)
class Situation:
    """Folded facts. `moments` holds the earliest of each, unless moved; `assumed` names those inferred from another.

    `decisions` are all on the grade, `approvals` those of a level that this rulebook knows. `unplaced`: the last decision is for a level
    of another rulebook, so that a person must decide again; `undecided`: that, or nobody has yet. `finders` found it, or what was merged
    into it; `finder` found it first. `past` are the moments that no longer
    hold since the matter was opened again: what was done upon them stays done.
    """

    marks: Mapping[str, Mark]
    levels: Mapping[str, int]
    moments: dict[str, datetime] = field(default_factory=dict)
    assumed: set[str] = field(default_factory=set)
    occurrences: dict[str, list[tuple[str, datetime]]] = field(default_factory=dict)
    flags: dict[str, Fact] = field(default_factory=dict)
    observations: list[Fact] = field(default_factory=list)
    excluded: dict[str, str] = field(default_factory=dict)
    decisions: list[Fact] = field(default_factory=list)
    approvals: list[Fact] = field(default_factory=list)
    unplaced: bool = False
    undecided: bool = True
    done: dict[str, datetime] = field(default_factory=dict)
    extended: dict[str, list[Fact]] = field(default_factory=dict)
    pauses: list[Fact] = field(default_factory=list)
    reprojected: list[Fact] = field(default_factory=list)
    finder: str | None = None
    finders: set[str] = field(default_factory=set)
    phase: Phase = "open"
    happened: frozenset[str] = frozenset()
    raised: frozenset[str] = frozenset()
    moved: dict[str, Fact] = field(default_factory=dict)
    past: dict[str, datetime] = field(default_factory=dict)

    def evidence(self, until: datetime | None = None) -> list[Fact]:
        """The latest observation of each source, as of `until`."""
        latest: dict[str, Fact] = {}
        for fact in self.observations:
            if fact.kind == "evidence" and (until is None or fact.at <= until):
                see(latest, fact)
        for source in self.excluded:
            latest.pop(source, None)
        return list(latest.values())

    def flags_raised(self, until: datetime) -> frozenset[str]:
        """The flags that were on at `until`."""
        state = {f.data["name"]: f.data["on"] for f in self.observations if f.kind == "flag" and f.at <= until}
        return frozenset(name for name, on in state.items() if on)


def see(latest: dict[str, Fact], fact: Fact) -> None:
    """Let this be the latest of its source; totals that have the counts of merged incidents take their place."""
    latest[fact.data["source"]] = fact
    covered = fact.data.get("covers")
    if covered:
        for source in [name for name, each in latest.items() if each.data.get("beside") in covered]:
            del latest[source]


def fold(facts: Iterable[Fact], marks: Mapping[str, Mark], levels: Mapping[str, int]) -> Situation:
    """Fold facts. `marks` gives the moment a duty's completion yields. Raises FactError for a fact that lacks a field."""
    situation = Situation(marks, levels)
    given = list(facts)
    known = union(given)
    aside = _overruled(given, known, levels)
    for fact in known:
        if fact.id in aside:
            continue
        try:
            _FOLDERS[fact.kind](situation, fact)
        except KeyError as error:
            raise FactError(f"fact {fact.id!r} of kind {fact.kind!r} lacks {error.args[0]!r}") from error
    _settle(situation)
    for fact in known:
        # A turn of one of several joined incidents is past: what was done upon it stays done.
        if fact.id in aside and fact.kind == "moment" and fact.data["name"] not in situation.moments:
            situation.past.setdefault(fact.data["name"], fact.at.astimezone(UTC))
    return situation


def _overruled(given: list[Fact], known: list[Fact], levels: Mapping[str, int]) -> set[str]:
    if all(fact.kind != "merged" for fact in known):
        return set()
    try:
        return overruled(given, undone_merges(given), levels)
    except KeyError as error:
        raise FactError(f"a fact lacks {error.args[0]!r}") from error


def _settle(situation: Situation) -> None:
    moments = situation.moments
    for name, fact in situation.moved.items():
        moments[name] = fact.at
    if situation.decisions:
        moments["graded"] = situation.decisions[0].at
        situation.unplaced = situation.decisions[-1].data["level"] not in situation.levels
        situation.undecided = situation.unplaced
    for name, at in moments.items():
        if at.tzinfo is not UTC:
            moments[name] = at.astimezone(UTC)
    for name in _ENDS[situation.phase]:
        if name in moments:
            situation.past[name] = moments.pop(name)
    assume(situation)
    situation.happened = frozenset(moments)
    situation.raised = frozenset(name for name, fact in situation.flags.items() if fact.data["on"])


def assume(situation: Situation) -> None:
    """Infer, and mark, the moments nobody reported: `occurred` from `discovered`, `event` from `occurred`."""
    moments = situation.moments
    for name, source in _FALLBACKS:
        if name not in moments and source in moments:
            moments[name] = moments[source]
            situation.assumed.add(name)


def _happen(situation: Situation, name: str, fact: Fact) -> None:
    phase = _PHASES.get(name)
    if phase is not None:
        _turn(situation, name, phase, fact)
        return
    known = situation.moments.get(name)
    if known is None or fact.at < known:
        situation.moments[name] = fact.at


def _turn(situation: Situation, name: str, phase: Phase, fact: Fact) -> None:
    """Facts come sorted, so the last word on the phase stands; saying it twice doesn't restart what runs from it."""
    if name == "calmed" and situation.phase == "closed":
        return
    if phase != situation.phase or name not in situation.moments:
        situation.moments[name] = fact.at
    situation.phase = phase


def _moment(situation: Situation, fact: Fact) -> None:
    name = fact.data["name"]
    _happen(situation, name, fact)
    situation.occurrences.setdefault(name, []).append((fact.id, fact.at.astimezone(UTC)))
    if name == "discovered":
        if situation.finder is None:
            situation.finder = fact.data.get("role")
        if fact.data.get("role"):
            situation.finders.add(fact.data["role"])


def _observe(situation: Situation, fact: Fact) -> None:
    situation.observations.append(fact)
    if fact.kind == "flag":
        situation.flags[fact.data["name"]] = fact


def _graded(situation: Situation, fact: Fact) -> None:
    situation.decisions.append(fact)
    if fact.data["level"] in situation.levels:
        situation.approvals.append(fact)


def _done(situation: Situation, fact: Fact) -> None:
    key = fact.data["order"]
    situation.done.setdefault(key, fact.at.astimezone(UTC))
    duty = key.partition("@")[0].partition("#")[0]
    mark = situation.marks.get(duty)
    if mark is not None and mark.brought_about_by(fact.data.get("hand_in") or {}):
        _happen(situation, mark.moment, fact)


def _extended(situation: Situation, fact: Fact) -> None:
    situation.extended.setdefault(fact.data["order"], []).append(fact)


def _moved(situation: Situation, fact: Fact) -> None:
    # `at` is the moment proven, so the later decision is told by the id (time-ordered), not by `at`.
    known = situation.moved.get(fact.data["moment"])
    if known is None or fact.id > known.id:
        situation.moved[fact.data["moment"]] = fact


def _suspended(situation: Situation, fact: Fact) -> None:
    _needs(fact, "reason")
    situation.pauses.append(fact)


def _resumed(situation: Situation, fact: Fact) -> None:
    situation.pauses.append(fact)


def _needs(fact: Fact, *names: str) -> None:
    for name in names:
        if name not in fact.data:
            raise KeyError(name)


def _reprojected(situation: Situation, fact: Fact) -> None:
    _needs(fact, "cause", "moved")
    situation.reprojected.append(fact)


def _split(situation: Situation, fact: Fact) -> None:
    to = fact.data.get("to", "")
    situation.excluded.update(dict.fromkeys(fact.data.get("sources", ()), to))


def _merged(situation: Situation, fact: Fact) -> None:
    """What had been split off to that incident is back; its facts themselves come by `union`."""
    incident = fact.data["incident"]
    situation.excluded = {source: to for source, to in situation.excluded.items() if to != incident}


_FOLDERS = {
    "moment": _moment,
    "evidence": _observe,
    "flag": _observe,
    "graded": _graded,
    "done": _done,
    "extended": _extended,
    "anchor_moved": _moved,
    "merged": _merged,
    "split": _split,
    "suspended": _suspended,
    "resumed": _resumed,
    "reprojected": _reprojected,
}
