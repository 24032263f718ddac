"""Every name a rulebook uses is declared, and declared once."""

from collections.abc import Iterable, Iterator

from services.grading.rulebook.engine.compile import known_flags, known_moments
from services.grading.rulebook.reading import suggest
from services.grading.rulebook.written.duties import Condition, Duty
from services.grading.rulebook.written.findings import Finding
from services.grading.rulebook.written.model import Rulebook
from services.grading.rulebook.written.vocabulary import APPROVER
from shared.marked_yaml import Place


def undeclared(model: Rulebook) -> Iterator[Finding]:
    """Names used and not declared: roles, levels, flags, moments, approval chains."""
    known = _Known(model)
    yield from _levels(model, known)
    for index, duty in enumerate(model.duties):
        yield from _duty(duty, ("duties", index), known)
    for index, routine in enumerate(model.routines):
        place: Place = ("routines", index)
        yield from known.roles([routine.owner], (*place, "owner"))
        yield from known.roles(routine.jointly, (*place, "jointly"))
        yield from known.roles(routine.to, (*place, "to"))
    yield from _answers(model, known)
    yield from _people(model, known)


def doubles(model: Rulebook) -> Iterator[Finding]:
    """Ids used twice, at the later of the two."""
    for part, ids in (
        ("levels", [level.id for level in model.levels]),
        ("criteria", [criterion.id for criterion in model.criteria]),
        ("duties", [duty.id for duty in model.duties]),
        ("routines", [routine.id for routine in model.routines]),
        ("standing_rules", [rule.id for rule in model.standing_rules]),
    ):
        for index, name in enumerate(ids):
            if name in ids[:index]:
                first: Place = (part, ids.index(name), "id")
                message = f"the id {name!r} is used {ids.count(name)} times; give each its own"
                yield Finding((part, index, "id"), message, related=(first,))
    for index, reason in enumerate(model.suspension.reasons):
        if reason.id in [other.id for other in model.suspension.reasons[:index]]:
            yield Finding(
                ("suspension", "reasons", index, "id"), f"the id {reason.id!r} is used twice; give each its own"
            )


class _Known:
    """What the rulebook declares, and what to say of names it doesn't."""

    def __init__(self, model: Rulebook) -> None:
        self._roles = frozenset(model.roles)
        self._levels = frozenset(level.id for level in model.levels)
        self._flags = known_flags(model)
        self._moments = known_moments(model)
        self._chains = frozenset(model.approval_chains)

    def roles(self, used: Iterable[str], place: Place) -> Iterator[Finding]:
        return _unknown("role", used, self._roles, place)

    def levels(self, used: Iterable[str], place: Place) -> Iterator[Finding]:
        return _unknown("level", used, self._levels, place)

    def flags(self, used: Iterable[str], place: Place) -> Iterator[Finding]:
        return _unknown("flag", used, self._flags, place)

    def moments(self, used: Iterable[str], place: Place) -> Iterator[Finding]:
        return _unknown("moment", used, self._moments, place)

    def chains(self, used: Iterable[str], place: Place) -> Iterator[Finding]:
        return _unknown("approval chain", used, self._chains, place)

    def condition(self, condition: Condition, place: Place) -> Iterator[Finding]:
        yield from self.levels(condition.levels or (), (*place, "levels"))
        for part in ("flags", "any_flags", "without_flags"):
            yield from self.flags(getattr(condition, part), (*place, part))
        yield from self.moments(condition.after, (*place, "after"))
        yield from self.moments(condition.before, (*place, "before"))


def _unknown(kind: str, used: Iterable[str], known: frozenset[str], place: Place) -> Iterator[Finding]:
    for name in used:
        if name not in known:
            message = f"unknown {kind} {name!r}; known: {', '.join(sorted(known))}"
            yield Finding(place, message, suggest.nearest(name, known))


def _levels(model: Rulebook, known: _Known) -> Iterator[Finding]:
    for index, level in enumerate(model.levels):
        yield from known.roles(level.approver, ("levels", index, "approver"))
    for index, criterion in enumerate(model.criteria):
        place: Place = ("criteria", index)
        yield from known.levels([criterion.level], (*place, "level"))
        yield from known.flags(criterion.when.flags, (*place, "when", "flags"))
        yield from known.flags(criterion.when.without_flags, (*place, "when", "without_flags"))
    for index, group in enumerate(model.contradicting):
        yield from known.flags(group, ("contradicting", index))


def _duty(duty: Duty, place: Place, known: _Known) -> Iterator[Finding]:
    owner = [] if duty.owner == APPROVER and duty.kind == "approve_grade" else [duty.owner]
    yield from known.roles(owner, (*place, "owner"))
    yield from known.roles(duty.jointly, (*place, "jointly"))
    yield from known.roles(duty.to, (*place, "to"))
    yield from known.roles(duty.found_by, (*place, "found_by"))
    for index, step in enumerate(duty.escalate or ()):
        yield from known.roles([step.to], (*place, "escalate", index, "to"))
    for index, condition in enumerate(duty.when):
        yield from known.condition(condition, (*place, "when", index))
    yield from _due(duty, place, known)
    yield from known.moments([duty.marks] if duty.marks else [], (*place, "marks"))
    yield from known.moments([duty.fulfilled_by] if duty.fulfilled_by else [], (*place, "fulfilled_by"))
    yield from known.chains([duty.chain] if duty.chain else [], (*place, "chain"))


def _due(duty: Duty, place: Place, known: _Known) -> Iterator[Finding]:
    yield from known.moments(duty.due.from_, (*place, "due", "from"))
    for level in duty.due.by_level:
        yield from known.levels([level], (*place, "due", "by_level", level))
    for index, variant in enumerate(duty.due.variants):
        yield from known.condition(variant.when, (*place, "due", "variants", index, "when"))
    if duty.warn:
        yield from known.moments([duty.warn.from_], (*place, "warn", "from"))
    if duty.extension:
        yield from known.moments([duty.extension.from_], (*place, "extension", "from"))
        yield from known.roles([duty.extension.to], (*place, "extension", "to"))


def _answers(model: Rulebook, known: _Known) -> Iterator[Finding]:
    for name, chain in model.approval_chains.items():
        for index, step in enumerate(chain.steps):
            yield from known.roles(step.roles, ("approval_chains", name, "steps", index, "roles"))
    for index, rule in enumerate(model.release.rules):
        place: Place = ("release", "rules", index)
        yield from known.condition(rule.when, (*place, "when"))
        yield from known.chains([rule.chain], (*place, "chain"))
    for name, channel in model.release.channels.items():
        yield from known.roles([channel.host] if channel.host else [], ("release", "channels", name, "host"))


def _people(model: Rulebook, known: _Known) -> Iterator[Finding]:
    yield from known.roles(model.closing.calmed_by, ("closing", "calmed_by"))
    yield from known.roles(model.closing.closed_by, ("closing", "closed_by"))
    yield from known.roles(model.suspension.by, ("suspension", "by"))
    for index, step in enumerate(model.defaults.escalate):
        yield from known.roles([step.to], ("defaults", "escalate", index, "to"))
