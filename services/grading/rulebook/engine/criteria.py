"""Evidence against criteria: the picture all observations give together, and which criteria it meets."""

from collections.abc import Iterable, Sequence

from services.grading.rulebook.engine.compiled import CompiledCriterion, CompiledRulebook, Look, Picture
from services.grading.rulebook.engine.facts import Fact
from services.grading.rulebook.written.vocabulary import METRICS, Names

NONE = -1
"""The rank of no level."""


def picture(evidence: Iterable[Fact], flags: frozenset[str]) -> Picture:
    """Sum up the latest observation of each source; counts that stand beside are not on top of the others."""
    seen = Picture(flags=flags)
    for fact in sorted(evidence, key=stands_beside):
        add(seen, fact)
    return seen


def stands_beside(fact: Fact) -> bool:
    """Whether these are the counts of an incident merged in, which the totals may not have yet."""
    return "beside" in fact.data


def add(seen: Picture, fact: Fact) -> None:
    """Take one more source into the picture."""
    data, metrics = fact.data, seen.metrics
    counts = data.get("metrics")
    if counts and stands_beside(fact):
        for name in METRICS:
            metrics[name] = max(metrics[name], counts.get(name) or 0)
    elif counts:
        for name in METRICS:
            metrics[name] += counts.get(name) or 0
    for sign, found in (("platforms", seen.platforms), ("author_types", seen.author_types), ("words", seen.words)):
        if data.get(sign):
            found.update(data[sign])
    seen.kinds.add(data.get("kind", "post"))


def met(criterion: CompiledCriterion, seen: Picture, flag_names: Names) -> tuple[str, ...] | None:
    """The evidence, a line a sign, when every sign given shows; else None."""
    if criterion.without_flags and not seen.flags.isdisjoint(criterion.without_flags):
        return None
    return _found(criterion.looks, seen, flag_names)


def first_met(rulebook: CompiledRulebook, seen: Picture) -> CompiledCriterion | None:
    """A criterion of the highest level met."""
    if not seen.kinds and not seen.flags:
        return None
    for criterion in rulebook.criteria:
        if met(criterion, seen, rulebook.flag_names) is not None:
            return criterion
    return None


def nearly_met(rulebook: CompiledRulebook, seen: Picture, above: int) -> CompiledCriterion | None:
    """The highest criterion above that rank that is met once each metric counts as reached at its share of stability."""
    if not seen.kinds and not seen.flags:
        return None
    for criterion in rulebook.criteria:
        if criterion.rank <= above:
            return None
        if not criterion.relaxed or not seen.flags.isdisjoint(criterion.without_flags):
            continue
        if _found(criterion.relaxed, seen, rulebook.flag_names) is not None:
            return criterion
    return None


def _found(looks: Sequence[Look], seen: Picture, flag_names: Names) -> tuple[str, ...] | None:
    found: list[str] = []
    for look in looks:
        lines = look(seen, flag_names)
        if not lines:
            return None
        found += lines
    return tuple(found)
