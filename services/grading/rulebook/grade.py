"""The proposal: which criteria the evidence meets, with the words of the text and what was seen. None met: a person."""

from collections.abc import Collection
from datetime import datetime

from services.grading.rulebook.compiled import CompiledCriterion, CompiledRulebook, Picture
from services.grading.rulebook.facts import Fact
from services.grading.rulebook.orders import Reason
from services.grading.rulebook.situation import Situation
from services.grading.rulebook.vocabulary import Names


def picture(evidence: Collection[Fact], flags: frozenset[str]) -> Picture:
    """Sum up the latest observation of each source."""
    seen = Picture(flags=flags)
    for fact in evidence:
        data = fact.data
        for name, count in data.get("metrics", {}).items():
            if name in seen.metrics and count is not None:
                seen.metrics[name] += count
        seen.platforms.update(data.get("platforms", ()))
        seen.author_types.update(data.get("author_types", ()))
        seen.words.update(data.get("words", ()))
        seen.kinds.add(data.get("kind", "post"))
    return seen


def propose(rulebook: CompiledRulebook, seen: Picture) -> tuple[str | None, tuple[Reason, ...]]:
    """The highest level whose criteria are met (None: a person decides), and every criterion met, highest first."""
    if not seen.kinds and not seen.flags:
        return None, ()
    reasons = []
    for criterion in rulebook.criteria:
        evidence = _match(criterion, seen, rulebook.flag_names)
        if evidence is not None:
            reasons.append(
                Reason(criterion.id, criterion.level, criterion.clause, criterion.phrase, evidence, criterion.source)
            )
    return (reasons[0].level, tuple(reasons)) if reasons else (None, ())


def propose_as_of(rulebook: CompiledRulebook, situation: Situation, until: datetime) -> str | None:
    """What the criteria said at a moment past."""
    return propose(rulebook, picture(situation.evidence(until), situation.flags_raised(until)))[0]


def _match(criterion: CompiledCriterion, seen: Picture, flag_names: Names) -> tuple[str, ...] | None:
    """The evidence, a line a sign, when every sign given shows; else None."""
    if criterion.without_flags and not seen.flags.isdisjoint(criterion.without_flags):
        return None
    found: list[str] = []
    for look in criterion.looks:
        lines = look(seen, flag_names)
        if not lines:
            return None
        found += lines
    return tuple(found)
