"""What a model can't say of itself: that every name it uses is declared. Each finding carries the place it was made."""

from collections import Counter
from collections.abc import Iterable, Iterator

from services.grading.rulebook.compile import known_flags, known_moments, patrol_intervals
from services.grading.rulebook.duties import Condition, Duty
from services.grading.rulebook.model import Rulebook
from services.grading.rulebook.vocabulary import APPROVER, ONE_PATROL_INTERVAL

Place = tuple[str | int, ...]
Finding = tuple[Place, str]


def check(model: Rulebook) -> list[Finding]:
    """Every name used but not declared, every id declared twice. Empty: the rulebook can be compiled."""
    return [
        *_doubles(model),
        *_levels(model),
        *_criteria(model),
        *(finding for i, duty in enumerate(model.duties) for finding in _duty(model, duty, ("duties", i))),
        *_one_grade_duty(model),
        *_routines(model),
        *_answers(model),
    ]


def _known(kind: str, used: Iterable[str], known: Iterable[str], place: Place) -> Iterator[Finding]:
    known = set(known)
    for name in used:
        if name not in known:
            yield place, f"unknown {kind} {name!r}; known: {', '.join(sorted(known))}"


def _roles(model: Rulebook, used: Iterable[str], place: Place) -> Iterator[Finding]:
    return _known("role", used, model.roles, place)


def _doubles(model: Rulebook) -> Iterator[Finding]:
    for part, ids in (
        ("levels", [level.id for level in model.levels]),
        ("criteria", [criterion.id for criterion in model.criteria]),
        ("duties", [duty.id for duty in model.duties]),
        ("routines", [routine.id for routine in model.routines]),
        ("standing_rules", [rule.id for rule in model.standing_rules]),
    ):
        for name, count in Counter(ids).items():
            if count > 1:
                last = len(ids) - 1 - ids[::-1].index(name)
                yield (part, last, "id"), f"the id {name!r} is used {count} times; give each its own"


def _levels(model: Rulebook) -> Iterator[Finding]:
    for index, level in enumerate(model.levels):
        yield from _roles(model, level.approver, ("levels", index, "approver"))


def _criteria(model: Rulebook) -> Iterator[Finding]:
    for index, criterion in enumerate(model.criteria):
        place: Place = ("criteria", index)
        yield from _known("level", [criterion.level], [level.id for level in model.levels], (*place, "level"))
        flags = [*criterion.when.flags, *criterion.when.without_flags]
        yield from _known("flag", flags, known_flags(model), (*place, "when"))


def _condition(model: Rulebook, condition: Condition, place: Place) -> Iterator[Finding]:
    yield from _known("level", condition.levels or (), [level.id for level in model.levels], (*place, "levels"))
    flags = [*condition.flags, *condition.any_flags, *condition.without_flags]
    yield from _known("flag", flags, known_flags(model), place)
    yield from _known("moment", [*condition.after, *condition.before], known_moments(model), place)


def _duty(model: Rulebook, duty: Duty, place: Place) -> Iterator[Finding]:
    owner = [] if duty.owner == APPROVER and duty.kind == "approve_grade" else [duty.owner]
    yield from _roles(model, owner, (*place, "owner"))
    yield from _roles(model, duty.jointly, (*place, "jointly"))
    yield from _roles(model, duty.to, (*place, "to"))
    yield from _roles(model, duty.found_by, (*place, "found_by"))
    yield from _roles(model, [step.to for step in duty.escalate or ()], (*place, "escalate"))
    for condition in duty.when:
        yield from _condition(model, condition, (*place, "when"))
    yield from _due(model, duty, (*place, "due"))
    moments = [name for name in (duty.marks, duty.fulfilled_by) if name]
    yield from _known("moment", moments, known_moments(model), place)
    yield from _known("approval chain", [duty.chain] if duty.chain else [], model.approval_chains, (*place, "chain"))


def _due(model: Rulebook, duty: Duty, place: Place) -> Iterator[Finding]:
    moments = known_moments(model)
    yield from _known("moment", duty.due.from_, moments, (*place, "from"))
    yield from _known("level", duty.due.by_level, [level.id for level in model.levels], (*place, "by_level"))
    for index, variant in enumerate(duty.due.variants):
        yield from _condition(model, variant.when, (*place, "variants", index, "when"))
    if duty.due.default == ONE_PATROL_INTERVAL and len(patrol_intervals(model)) < 2:
        yield (*place, "default"), "needs patrol routines `every` ... both in working_hours and evenings_and_holidays"
    if duty.warn:
        yield from _known("moment", [duty.warn.from_], moments, (*place[:-1], "warn"))
    if duty.extension:
        yield from _known("moment", [duty.extension.from_], moments, (*place[:-1], "extension"))
        yield from _roles(model, [duty.extension.to], (*place[:-1], "extension", "to"))


def _one_grade_duty(model: Rulebook) -> Iterator[Finding]:
    found = [index for index, duty in enumerate(model.duties) if duty.kind == "approve_grade"]
    if len(found) > 1:
        yield ("duties", found[1], "kind"), "only one duty can be the decision on the grade (kind approve_grade)"


def _routines(model: Rulebook) -> Iterator[Finding]:
    for index, routine in enumerate(model.routines):
        place: Place = ("routines", index)
        yield from _roles(model, [routine.owner, *routine.jointly, *routine.to], place)
    yield from _roles(model, [step.to for step in model.defaults.escalate], ("defaults", "escalate"))


def _answers(model: Rulebook) -> Iterator[Finding]:
    for name, chain in model.approval_chains.items():
        for index, step in enumerate(chain.steps):
            yield from _roles(model, step.roles, ("approval_chains", name, "steps", index))
    for index, rule in enumerate(model.release.rules):
        place: Place = ("release", "rules", index)
        yield from _condition(model, rule.when, (*place, "when"))
        yield from _known("approval chain", [rule.chain], model.approval_chains, (*place, "chain"))
    if model.release.rules[-1].when != Condition():
        last = len(model.release.rules) - 1
        yield ("release", "rules", last), "the last release rule must hold always: leave out its `when`"
    for name, channel in model.release.channels.items():
        yield from _roles(model, [channel.host] if channel.host else [], ("release", "channels", name, "host"))
    for part in ("calmed_by", "closed_by"):
        yield from _roles(model, getattr(model.closing, part), ("closing", part))
