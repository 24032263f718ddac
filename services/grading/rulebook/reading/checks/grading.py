"""Every level can be reached, and somebody here can approve it."""

from collections.abc import Iterator, Mapping, Sequence

from services.grading.rulebook.written.findings import Finding
from services.grading.rulebook.written.model import Criterion, Rulebook, Signs
from services.grading.rulebook.written.vocabulary import Metric


def unreachable(model: Rulebook) -> Iterator[Finding]:
    """Levels that no criterion can propose and that aren't set by hand."""
    ranks = {level.id: rank for rank, level in enumerate(model.levels)}
    criteria = [criterion for criterion in model.criteria if criterion.level in ranks]
    for index, level in enumerate(model.levels):
        own = [criterion for criterion in criteria if criterion.level == level.id]
        higher = [criterion for criterion in criteria if ranks[criterion.level] > ranks[level.id]]
        shadows = [next((h for h in higher if implies(c.when, h.when)), None) for c in own]
        if level.by_hand:
            if own:
                message = f"the level {level.id!r} is set by hand only, yet criterion {own[0].id!r} proposes it"
                place = ("criteria", model.criteria.index(own[0]), "level")
                yield Finding(place, message, "leave out `by_hand`, or the criterion", related=(("levels", index),))
        elif not own:
            message = f"the level {level.id!r} can't be reached: no criterion proposes it"
            yield Finding(("levels", index), message, "add a criterion, or `by_hand: true` if only a person sets it")
        elif all(shadows):
            yield _shadowed(model, index, own, [h for h in shadows if h])


def _shadowed(model: Rulebook, index: int, own: list[Criterion], shadows: list[Criterion]) -> Finding:
    pairs = ", ".join(f"{c.id!r} by {h.id!r} of {h.level!r}" for c, h in zip(own, shadows, strict=True))
    message = f"the level {model.levels[index].id!r} can't be reached: whatever meets its criteria meets a higher level's ({pairs})"
    related = tuple(("criteria", model.criteria.index(each)) for each in (*own, *shadows))
    return Finding(("levels", index), message, "let the higher level ask for more", related=related)


def implies(strict: Signs, weak: Signs) -> bool:
    """Whether everything that meets `strict` meets `weak`."""
    return (
        _any_of(strict.flags, weak.flags)
        and _any_of(strict.words, weak.words)
        and _any_of(strict.author_types, weak.author_types)
        and _any_of(strict.kinds, weak.kinds)
        and set(weak.without_flags) <= set(strict.without_flags)
        and (weak.platforms or 0) <= (strict.platforms or 0)
        and _reaches(strict.metrics, weak.metrics)
        and all(name in strict.below and strict.below[name] <= limit for name, limit in weak.below.items())
    )


def _any_of(strict: Sequence[str], weak: Sequence[str]) -> bool:
    return not weak or (bool(strict) and set(strict) <= set(weak))


def _reaches(strict: Mapping[Metric, int], weak: Mapping[Metric, int]) -> bool:
    """Any of the metrics suffices, so whichever met `strict` must meet `weak`."""
    return not weak or (bool(strict) and all(name in weak and weak[name] <= floor for name, floor in strict.items()))


def unapproved(model: Rulebook) -> Iterator[Finding]:
    """Levels whose approvers all lie outside, and more than one duty to decide on the grade."""
    for index, level in enumerate(model.levels):
        if all(model.roles[role].external for role in level.approver if role in model.roles):
            message = f"nobody here can approve the level {level.id!r}: {', '.join(level.approver)} lies outside"
            yield Finding(("levels", index, "approver"), message, "name a role that isn't `external`")
    found = [index for index, duty in enumerate(model.duties) if duty.kind == "approve_grade"]
    for index in found[1:]:
        message = "only one duty can be the decision on the grade (kind approve_grade)"
        yield Finding(("duties", index, "kind"), message, related=(("duties", found[0], "kind"),))
