"""Roles: who lies outside and so sees nothing here, and what is declared and never used."""

from collections.abc import Iterator

from services.grading.rulebook.written.duties import Duty
from services.grading.rulebook.written.findings import Finding
from services.grading.rulebook.written.model import Rulebook
from shared.marked_yaml import Place


def unsigned(model: Rulebook) -> Iterator[Finding]:
    """Steps of an approval chain that nobody here can sign, and acts that nobody here can do."""
    for name, chain in model.approval_chains.items():
        for index, step in enumerate(chain.steps):
            yield from _none_here(
                model, step.roles, ("approval_chains", name, "steps", index, "roles"), "sign this step"
            )
    yield from _none_here(model, model.closing.calmed_by, ("closing", "calmed_by"), "declare a matter calm")
    yield from _none_here(model, model.closing.closed_by, ("closing", "closed_by"), "close a matter")
    if model.suspension.by:
        yield from _none_here(model, model.suspension.by, ("suspension", "by"), "stop time")


def outside(model: Rulebook) -> Iterator[Finding]:
    """What is laid on a role outside: nobody here will see it. And what goes up to its own owner."""
    for index, duty in enumerate(model.duties):
        yield from _of_duty(model, duty, ("duties", index))
    for name, chain in model.approval_chains.items():
        for index, step in enumerate(chain.steps):
            some = [role for role in step.roles if _external(model, role)]
            if some and len(some) < len(step.roles):
                place = ("approval_chains", name, "steps", index, "roles")
                yield _doubt(place, f"every role of a step must sign, and {', '.join(some)} lies outside")


def _of_duty(model: Rulebook, duty: Duty, place: Place) -> Iterator[Finding]:
    if _external(model, duty.owner):
        yield _doubt((*place, "owner"), f"owed by {duty.owner!r}, who lies outside: nobody here will see it")
    for number, step in enumerate(duty.escalate or ()):
        spot: Place = (*place, "escalate", number, "to")
        if step.to == duty.owner:
            yield _doubt(spot, f"goes up to {step.to!r}, who owes it: it goes up to nobody")
        elif _external(model, step.to):
            yield _doubt(spot, f"goes up to {step.to!r}, who lies outside: nobody here will see it")
    if duty.extension and _external(model, duty.extension.to):
        yield _doubt((*place, "extension", "to"), f"{duty.extension.to!r} lies outside: nobody here can grant it")


def unused(model: Rulebook) -> Iterator[Finding]:
    """Roles, approval chains, flags and moments that are declared and stand nowhere else."""
    used = _strings(model.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    for part in ("roles", "approval_chains", "flags", "moments"):
        for name in getattr(model, part):
            if name not in used:
                kind = part.removesuffix("s").replace("_", " ")
                yield Finding((part, name), f"the {kind} {name!r} is used by nothing", "leave it out", warning=True)


_OWN_WORDS = frozenset({"id", "name", "title", "issuer", "number", "version", "clause", "phrase"})


def _strings(value: object) -> set[str]:
    """Every text that can be a name used: no key (names are declared as keys), and no words of the rulebook's own."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        parts = [part for key, part in value.items() if key not in _OWN_WORDS]
    else:
        parts = value if isinstance(value, list) else []
    return {text for part in parts for text in _strings(part)}


def _external(model: Rulebook, role: str) -> bool:
    return role in model.roles and model.roles[role].external


def _none_here(model: Rulebook, roles: list[str], place: Place, act: str) -> Iterator[Finding]:
    if all(_external(model, role) for role in roles):
        message = f"nobody here can {act}: {', '.join(roles)} lies outside"
        yield Finding(place, message, "name a role that isn't `external`")


def _doubt(place: Place, message: str) -> Finding:
    return Finding(place, message, warning=True)
