"""Moments: what brings each about, and duties that only each other could start."""

from collections.abc import Iterator
from typing import Final

from services.grading.rulebook.written.duties import Condition, Duty
from services.grading.rulebook.written.findings import Finding
from services.grading.rulebook.written.model import Rulebook
from shared.marked_yaml import Place

REPORTED: Final = frozenset({
    "event", "occurred", "discovered", "graded", "claim_overdue", "instruction", "response_approved", "first_release",
    "replied", "calmed", "closed", "reopened",
})  # fmt: skip
"""The moments that come without a duty's doing: reported by another service or an act of a person, or assumed."""


def cycles(model: Rulebook) -> Iterator[Finding]:
    """Duties that start only by what they themselves, or each other, bring about."""
    makers = _makers(model)
    possible = _possible(model, makers)
    stuck = {index for index, duty in enumerate(model.duties) if _needs(duty, possible)}
    told: set[int] = set()
    for index in sorted(stuck):
        ring = _ring(model, index, makers, possible)
        if told.isdisjoint(ring):
            told.update(ring)
            first = ring.index(min(ring))
            ring = [*ring[first:], *ring[:first]]
            yield _cycle(model, ring)


def unreported(model: Rulebook) -> Iterator[Finding]:
    """Moments waited for that no duty marks and no service reports."""
    known = REPORTED | _makers(model).keys()
    for index, duty in enumerate(model.duties):
        for part, name in _waited_for(duty):
            if name not in known:
                message = f"nothing brings about the moment {name!r}: no duty `marks` it and no service reports it"
                place = ("duties", index, *part)
                yield Finding(place, message, "let a duty mark it; else a person has to report it", warning=True)


def _makers(model: Rulebook) -> dict[str, list[int]]:
    """Which duties mark a moment."""
    makers: dict[str, list[int]] = {}
    for index, duty in enumerate(model.duties):
        if duty.marks:
            makers.setdefault(duty.marks, []).append(index)
    return makers


def _possible(model: Rulebook, makers: dict[str, list[int]]) -> set[str]:
    """The moments that can come: from outside, by hand, or by a duty that can start. Grows until nothing is added."""
    used = {name for duty in model.duties for _, name in _waited_for(duty)}
    possible = REPORTED | {name for name in used if name not in makers}
    while more := {duty.marks for duty in model.duties if duty.marks and not _needs(duty, possible)} - possible:
        possible |= more
    return set(possible)


def _needs(duty: Duty, possible: set[str] | frozenset[str]) -> list[str]:
    """The moments that keep a duty from ever starting; empty when it can."""
    lacking = [] if set(duty.due.from_) & possible else list(duty.due.from_)
    waits = [[name for name in condition.after if name not in possible] for condition in duty.when]
    return lacking + (min(waits, key=len) if all(waits) else [])


def _ring(model: Rulebook, index: int, makers: dict[str, list[int]], possible: set[str]) -> list[int]:
    """The cycle that keeps a duty from starting: each is started by the one after it, the last by the first."""
    path = [index]
    while True:
        needed = _needs(model.duties[path[-1]], possible)[0]
        maker = makers[needed][0]
        if maker in path:
            return path[path.index(maker) :][::-1]
        path.append(maker)


def _cycle(model: Rulebook, ring: list[int]) -> Finding:
    names = [model.duties[index].id for index in ring]
    way = " → ".join([*names, names[0]])
    message = f"a cycle of duties that nothing outside can start: {way}"
    related: tuple[Place, ...] = tuple(("duties", index, "due", "from") for index in ring)
    suggestion = "let one of them run from a moment such as discovered or graded"
    return Finding(("duties", ring[0], "due", "from"), message, suggestion, related=related)


def _waited_for(duty: Duty) -> Iterator[tuple[Place, str]]:
    for name in duty.due.from_:
        yield ("due", "from"), name
    for index, condition in enumerate(duty.when):
        yield from _after(condition, ("when", index))
    for index, variant in enumerate(duty.due.variants):
        yield from _after(variant.when, ("due", "variants", index, "when"))
    if duty.fulfilled_by:
        yield ("fulfilled_by",), duty.fulfilled_by
    if duty.warn:
        yield ("warn", "from"), duty.warn.from_
    if duty.extension:
        yield ("extension", "from"), duty.extension.from_


def _after(condition: Condition, place: Place) -> Iterator[tuple[Place, str]]:
    for name in condition.after:
        yield (*place, "after"), name
