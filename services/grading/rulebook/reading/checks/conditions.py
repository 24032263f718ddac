"""Conditions that can never hold: a rule under one would disable itself without a word."""

from collections.abc import Iterable, Iterator, Sequence

from services.grading.rulebook.written.duties import Condition, Duty
from services.grading.rulebook.written.findings import Finding
from services.grading.rulebook.written.model import Rulebook, Signs
from shared.marked_yaml import Place


def impossible(model: Rulebook) -> Iterator[Finding]:
    """Conditions of duties, variants, releases and criteria that contradict themselves, or what they stand under."""
    groups = model.contradicting
    for index, group in enumerate(groups):
        if len(set(group)) < len(group):
            yield Finding(("contradicting", index), "a flag stands twice: it would contradict itself")
    for index, criterion in enumerate(model.criteria):
        for message in _signs(criterion.when):
            yield Finding(("criteria", index, "when"), f"can never be met: {message}")
    for index, duty in enumerate(model.duties):
        for number, condition in enumerate(duty.when):
            yield from _never(condition, groups, ("duties", index, "when", number))
        yield from _under(duty, groups, ("duties", index))
    for index, rule in enumerate(model.release.rules):
        yield from _never(rule.when, groups, ("release", "rules", index, "when"))


def never_reached(model: Rulebook) -> Iterator[Finding]:
    """The last release rule holds always, and no other before it does."""
    rules = model.release.rules
    if rules[-1].when != Condition():
        yield Finding(
            ("release", "rules", len(rules) - 1), "the last release rule must hold always: leave out its `when`"
        )
    for index, rule in enumerate(rules[:-1]):
        if rule.when == Condition():
            message = "this release rule holds always, so those after it are never asked"
            yield Finding(("release", "rules", index), message, "give it a `when`, or put it last")


def _never(condition: Condition, groups: Sequence[Sequence[str]], place: Place) -> Iterator[Finding]:
    for message in _contradictions(condition, groups):
        yield Finding(place, f"can never hold: {message}")


def _contradictions(condition: Condition, groups: Sequence[Sequence[str]]) -> Iterator[str]:
    required, barred = set(condition.flags), set(condition.without_flags)
    if both := required & barred:
        yield f"{_names(both)} both required (flags) and forbidden (without_flags)"
    if condition.any_flags and set(condition.any_flags) <= barred:
        yield f"all of any_flags are forbidden (without_flags): {_names(condition.any_flags)}"
    if both := set(condition.after) & set(condition.before):
        yield f"{_names(both)} both come (after) and not come (before)"
    for group in groups:
        if len(together := required & set(group)) > 1:
            yield f"{_names(together)} contradict each other (contradicting), yet all are required"


def _under(duty: Duty, groups: Sequence[Sequence[str]], place: Place) -> Iterator[Finding]:
    """A variant or a level's time that the duty's own condition excludes."""
    for index, variant in enumerate(duty.due.variants):
        spot: Place = (*place, "due", "variants", index, "when")
        own = list(_never(variant.when, groups, spot))
        yield from own
        if not own and not any(_meet(condition, variant.when, groups) for condition in duty.when):
            yield Finding(spot, "can never hold: the duty's own `when` excludes it", related=((*place, "when"),))
    levels = [condition.levels for condition in duty.when]
    for level in duty.due.by_level:
        if all(each is not None and level not in each for each in levels):
            message = f"a time for the level {level!r}, at which the duty's `when` never demands it"
            yield Finding((*place, "due", "by_level", level), message, related=((*place, "when"),))


def _meet(one: Condition, other: Condition, groups: Sequence[Sequence[str]]) -> bool:
    """Whether both can hold at once."""
    if one.levels is not None and other.levels is not None and not set(one.levels) & set(other.levels):
        return False
    both = Condition(
        flags=[*one.flags, *other.flags],
        without_flags=[*one.without_flags, *other.without_flags],
        after=[*one.after, *other.after],
        before=[*one.before, *other.before],
    )
    barred = set(both.without_flags)
    choices = [set(each.any_flags) for each in (one, other) if each.any_flags]
    return not any(choice <= barred for choice in choices) and not any(_contradictions(both, groups))


def _signs(signs: Signs) -> Iterator[str]:
    if signs.flags and set(signs.flags) <= set(signs.without_flags):
        yield f"every flag it looks for is forbidden (without_flags): {_names(signs.flags)}"
    if signs.metrics and all(signs.below.get(name, floor + 1) <= floor for name, floor in signs.metrics.items()):
        yield f"`below` excludes every threshold of `metrics`: {_names(signs.metrics)}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))
