"""The proposal with its reasons: the criteria met, a level held because the counts have hardly fallen, flags at odds."""

from collections.abc import Iterator

from services.grading.rulebook.engine.compiled import CompiledCriterion, CompiledRulebook, Picture
from services.grading.rulebook.engine.course import course, last_rise
from services.grading.rulebook.engine.criteria import NONE, first_met, met, nearly_met, picture
from services.grading.rulebook.engine.orders import Reason
from services.grading.rulebook.engine.situation import Situation


def propose(rulebook: CompiledRulebook, situation: Situation) -> tuple[str | None, tuple[Reason, ...]]:
    """The level that the criteria ask for (None: a person decides), and why: every criterion met, highest first."""
    seen = picture(situation.evidence(), situation.raised)
    reasons = list(_met(rulebook, seen))
    level = reasons[0].level if reasons else None
    nearly = nearly_met(rulebook, seen, NONE if level is None else rulebook.ranks[level])
    if nearly is not None:
        kept = _kept(rulebook, situation, level, nearly)
        if kept is not None:
            level = kept.level
            reasons.insert(0, kept)
    if rulebook.contradicting:
        reasons += _at_odds(rulebook, situation.raised, level)
    return level, tuple(reasons)


def _met(rulebook: CompiledRulebook, seen: Picture) -> Iterator[Reason]:
    if not seen.kinds and not seen.flags:
        return
    for criterion in rulebook.criteria:
        evidence = met(criterion, seen, rulebook.flag_names)
        if evidence is not None:
            yield _reason(criterion, evidence)


def _reason(criterion: CompiledCriterion, evidence: tuple[str, ...]) -> Reason:
    return Reason(criterion.id, criterion.level, criterion.clause, criterion.phrase, evidence, criterion.source)


def _kept(
    rulebook: CompiledRulebook, situation: Situation, level: str | None, nearly: CompiledCriterion
) -> Reason | None:
    """The reason for a level that was reached and is held; None when what was reached is no higher than what is met."""
    standings = course(rulebook, situation)
    held = standings[-1].held
    if held <= (NONE if level is None else rulebook.ranks[level]):
        return None
    once = last_rise(standings)
    reached = first_met(rulebook, once)
    shown = "、".join(met(reached, once, rulebook.flag_names) or ()) if reached else ""
    name = rulebook.levels[held]
    # The level held is the one reached, or a lower one that the counts still come near to.
    criterion = reached if reached is not None and reached.rank == held else nearly
    line = f"曾达{shown},未低于 {rulebook.falls_below}%,保持{name.name}"
    return Reason(criterion.id, name.id, criterion.clause, criterion.phrase, (line,), criterion.source)


def _at_odds(rulebook: CompiledRulebook, raised: frozenset[str], level: str | None) -> Iterator[Reason]:
    """A reason for each set of flags of which more than one is up: both stand, a person must say which is right."""
    for flags in rulebook.contradicting:
        up = tuple(f"标记:{rulebook.flag_names.get(flag, flag)}" for flag in flags if flag in raised)
        if len(up) > 1:
            stands = level or rulebook.strictest.id
            yield Reason("contradicting", stands, "", "标记相互矛盾,须核实后撤销其一", up, "operator")
