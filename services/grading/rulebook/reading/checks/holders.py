"""Which roles somebody must hold in an organisation before a rulebook can come into force there."""

from collections.abc import Collection, Iterable, Iterator

from services.grading.rulebook.written.findings import Finding
from services.grading.rulebook.written.model import Rulebook
from services.grading.rulebook.written.vocabulary import APPROVER
from shared.marked_yaml import Place

_HOLD = "give the role to an account"


def vacant(model: Rulebook, held: Collection[str]) -> Iterator[Finding]:
    """Internal roles that own, approve, sign, grant, calm, close or stop time, and that nobody holds, each told once."""
    told: set[str] = set()
    for roles, place, act in _acts(model):
        inside = [role for role in roles if role in model.roles and not model.roles[role].external]
        if inside and not any(role in held for role in inside) and not told.issuperset(inside):
            told.update(inside)
            who = " or ".join(f"{role!r} ({model.roles[role].name})" for role in inside)
            yield Finding(place, f"nobody holds the role {who}, who must {act}", _HOLD)
    yield from _helpers(model, held, told)


def _acts(model: Rulebook) -> Iterator[tuple[Iterable[str], Place, str]]:
    """Who must be there, and for what. Of several any suffices, but each role of a step must sign."""
    for index, level in enumerate(model.levels):
        yield level.approver, ("levels", index, "approver"), f"approve the level {level.id!r}"
    yield from _work(model)
    for name, chain in model.approval_chains.items():
        for index, step in enumerate(chain.steps):
            for role in step.roles:
                yield [role], ("approval_chains", name, "steps", index, "roles"), f"sign {name!r}"
    yield model.closing.calmed_by, ("closing", "calmed_by"), "declare a matter calm"
    yield model.closing.closed_by, ("closing", "closed_by"), "close a matter"
    yield model.suspension.by, ("suspension", "by"), "stop time"


def _work(model: Rulebook) -> Iterator[tuple[Iterable[str], Place, str]]:
    for index, duty in enumerate(model.duties):
        if duty.owner != APPROVER:
            yield [duty.owner], ("duties", index, "owner"), f"do the duty {duty.id!r}"
        if duty.extension:
            yield [duty.extension.to], ("duties", index, "extension", "to"), f"grant more time for {duty.id!r}"
    for index, routine in enumerate(model.routines):
        yield [routine.owner], ("routines", index, "owner"), f"do the routine {routine.id!r}"


def _helpers(model: Rulebook, held: Collection[str], told: Collection[str]) -> Iterator[Finding]:
    """Roles that things go up to when late: without a holder they go up to nobody, which is a warning."""
    steps: list[tuple[Place, str]] = [
        (("defaults", "escalate", i, "to"), step.to) for i, step in enumerate(model.defaults.escalate)
    ]
    for index, duty in enumerate(model.duties):
        steps += [(("duties", index, "escalate", i, "to"), step.to) for i, step in enumerate(duty.escalate or ())]
    for place, role in steps:
        if role not in held and role not in told and role in model.roles and not model.roles[role].external:
            yield Finding(place, f"nobody holds the role {role!r}, to whom it goes up when late", _HOLD, warning=True)
