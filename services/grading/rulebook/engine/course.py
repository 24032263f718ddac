"""The proposal over time: once reached, it holds until what was counted falls below a share of the thresholds.

held = max(strict, min(held before, relaxed)), over the observations in order of time: `strict` is the level met, `relaxed`
the one met with every metric's threshold multiplied by the share (`stability.falls_below`). A proposal near a threshold
therefore doesn't flutter. Folded anew from the facts each time it matters, so that their order of arrival can't.
"""

from collections.abc import Sequence
from typing import NamedTuple

from services.grading.rulebook.engine.compiled import CompiledRulebook, Picture
from services.grading.rulebook.engine.criteria import NONE, add, first_met, nearly_met, picture, stands_beside
from services.grading.rulebook.engine.facts import CARRIERS, Fact
from services.grading.rulebook.engine.situation import Situation, fold, see

FORGET_AFTER = 8
"""How many outdated counts gather before those that nothing depends on are forgotten: looking costs more than keeping."""


class Standing(NamedTuple):
    """Where the proposal stood after an observation: the rank held (-1: none).

    Where it turned, or a flag was raised or lowered, `of` are the ids of the counts seen: the latest of each source by
    then. Where it rose, `seen` is what they showed.
    """

    fact: Fact
    held: int
    of: tuple[str, ...] = ()
    seen: Picture | None = None


def course(rulebook: CompiledRulebook, situation: Situation) -> list[Standing]:
    """The proposal after each observation."""
    latest: dict[str, Fact] = {}
    seen = picture((), frozenset())
    held, standings = NONE, []
    for fact in situation.observations:
        if fact.kind == "flag":
            name = fact.data["name"]
            seen.flags = seen.flags | {name} if fact.data["on"] else seen.flags - {name}
        elif fact.data["source"] in situation.excluded:
            continue
        else:
            seen = _with(seen, latest, fact)
        before, held = held, _held(rulebook, seen, held)
        if held == before and fact.kind != "flag":
            standings.append(Standing(fact, held))
            continue
        shown = picture(latest.values(), seen.flags) if held > before else None
        standings.append(Standing(fact, held, tuple([each.id for each in latest.values()]), shown))
    return standings


def _with(seen: Picture, latest: dict[str, Fact], fact: Fact) -> Picture:
    """With the count of a further source added, or everything summed up anew where it replaces one."""
    source = fact.data["source"]
    further = source not in latest and not fact.data.get("covers") and not any(map(stands_beside, latest.values()))
    see(latest, fact)
    if further:
        add(seen, fact)
        return seen
    return picture(latest.values(), seen.flags)


def _held(rulebook: CompiledRulebook, seen: Picture, before: int) -> int:
    met = first_met(rulebook, seen)
    strict = NONE if met is None else met.rank
    if strict >= before:
        return strict
    nearly = nearly_met(rulebook, seen, strict)
    return strict if nearly is None else min(before, nearly.rank)


def last_rise(standings: Sequence[Standing]) -> Picture:
    """What was to be seen when the proposal last rose. Raises LookupError when it never did."""
    for standing in reversed(standings):
        if standing.seen is not None:
            return standing.seen
    raise LookupError("no observation ever raised the proposal")


def forgettable(rulebook: CompiledRulebook, facts: Sequence[Fact]) -> frozenset[str]:
    """The ids of outdated counts on which neither the proposal nor a clock can depend; none before enough have gathered.

    Kept are the latest of each source, what was to be seen whenever the proposal turned, and what a flag was raised upon.
    A merge or split may be taken back, so both readings of the facts, with and without it, must bear the loss.
    """
    if sum(fact.kind == "evidence" for fact in facts) <= FORGET_AFTER:
        return frozenset()
    outdated = _outdated(facts)
    if len(outdated) < FORGET_AFTER:
        return frozenset()
    readings = [list(facts)]
    if any(fact.kind in CARRIERS for fact in facts):
        readings.append([fact for fact in facts if fact.kind not in CARRIERS and not fact.data.get("covers")])
    gone = outdated.difference(*(_depended_on(rulebook, reading) for reading in readings))
    if len({fact.data["source"] for fact in facts if fact.kind == "evidence"}) == 1 and len(readings) == 1:
        return gone  # nothing else to be seen beside it: each count stands for itself
    return _bearable(rulebook, readings, gone)


def _outdated(facts: Sequence[Fact]) -> frozenset[str]:
    """Those of which the same source has told again since, the counts of the same incidents: a merge may be taken back."""
    counts = sorted((fact.at, fact.id, _whose(fact)) for fact in facts if fact.kind == "evidence")
    latest = {whose: name for _, name, whose in counts}
    return frozenset(name for _, name, whose in counts if latest[whose] != name)


def _whose(fact: Fact) -> tuple[str, tuple[str, ...]]:
    return fact.data["source"], tuple(fact.data.get("covers", ()))


def _depended_on(rulebook: CompiledRulebook, facts: Sequence[Fact]) -> set[str]:
    standings = course(rulebook, fold(facts, rulebook.marks, rulebook.ranks))
    return {name for standing in standings for name in standing.of}


def _bearable(rulebook: CompiledRulebook, readings: Sequence[Sequence[Fact]], gone: frozenset[str]) -> frozenset[str]:
    """Those of `gone` without which every reading still takes the same course; sources beside each other may mix."""
    whole = [_levels(rulebook, reading, frozenset()) for reading in readings]

    def same(without: frozenset[str]) -> bool:
        return all(
            left == {name: held for name, held in levels.items() if name not in without}
            for levels, reading in zip(whole, readings, strict=True)
            for left in [_levels(rulebook, reading, without)]
        )

    if same(gone):
        return gone
    kept: frozenset[str] = frozenset()
    for name in sorted(gone):
        if same(kept | {name}):
            kept |= {name}
    return kept


def _levels(rulebook: CompiledRulebook, facts: Sequence[Fact], without: frozenset[str]) -> dict[str, int]:
    left = [fact for fact in facts if fact.id not in without]
    return {each.fact.id: each.held for each in course(rulebook, fold(left, rulebook.marks, rulebook.ranks))}
