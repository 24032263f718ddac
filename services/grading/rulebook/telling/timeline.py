"""The timetable of a rulebook at one level: every duty that may be owed, due where its moment is known."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from services.grading.rulebook.engine.allowed import said
from services.grading.rulebook.engine.bounding import bounds_on
from services.grading.rulebook.engine.compiled import CompiledDuty, CompiledRulebook
from services.grading.rulebook.engine.derive import build
from services.grading.rulebook.engine.facts import Fact
from services.grading.rulebook.engine.orders import Also
from services.grading.rulebook.engine.situation import Situation, assume
from services.grading.rulebook.engine.timing import anchor
from services.grading.rulebook.written.duties import Routine
from shared.calendar import Calendar

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class TimelineError(ValueError):
    """A level, flag or moment the rulebook doesn't know, or a moment out of range."""


def timeline(
    rulebook: CompiledRulebook, calendar: Calendar, level: str, flags: Iterable[str], moments: Mapping[str, datetime]
) -> dict[str, Any]:
    """`{"rulebook", "version", "duties": [...]}`; `due` is ISO 8601 in the rulebook's zone, None without moment or number.

    Moments are aware. Raises TimelineError naming what is unknown and what is known.
    """
    flags = frozenset(flags)
    _refuse_unknown(rulebook, level, flags, moments)
    situation = Situation(rulebook.marks, rulebook.ranks, moments=dict(moments), raised=flags)
    situation.flags = {flag: Fact(flag, "flag", EARLIEST, {"name": flag, "on": True}) for flag in flags}
    assume(situation)
    situation.happened = frozenset(situation.moments)
    rows = [
        _row(rulebook, calendar, situation, duty, level)
        for duty in rulebook.duty.values()
        if duty.concerns(level, flags) and not _stood_for(rulebook, situation, duty, level)
    ]
    rows += [_routine_row(rulebook, routine, moments) | _also(rulebook, ()) for routine in rulebook.model.routines]
    return {"rulebook": rulebook.id, "version": rulebook.version, "duties": rows}


def _refuse_unknown(
    rulebook: CompiledRulebook, level: str, flags: frozenset[str], moments: Mapping[str, datetime]
) -> None:
    for kind, used, known in (
        ("level", {level}, rulebook.level.keys()),
        ("flag", flags, rulebook.flag_names.keys()),
        ("moment", moments.keys(), rulebook.moments),
    ):
        for name in sorted(used - known):
            raise TimelineError(f"{rulebook.id} knows no {kind} {name!r}; known: {', '.join(known)}")
    for name, at in moments.items():
        if not EARLIEST <= at < LATEST:
            raise TimelineError(f"moment {name} at {at.isoformat()} is out of range: 2000 to 2099")


def _row(
    rulebook: CompiledRulebook, calendar: Calendar, situation: Situation, duty: CompiledDuty, level: str
) -> dict[str, Any]:
    owner = rulebook.level[level].approver[0] if duty.kind == "approve_grade" else duty.owner
    anchored = anchor(duty, situation)
    words = said(duty, level, situation.raised, situation.happened)
    row: dict[str, Any] = {
        "id": duty.id,
        "clause": words.clause or None,
        "source": words.source,
        "kind": duty.kind,
        "owner": owner,
        "to": list(duty.to),
        "from": " or ".join(duty.anchors),
        "within": words.within,
        "due": None,
        "recurring": duty.recurring,
        "provisional": False,
    }
    if anchored is None:
        found = bounds_on(calendar, rulebook.hours, situation, duty, level, LATEST, rulebook.flag_names)
        return row | _also(rulebook, [each.also for each in found.above])
    order = build(rulebook, calendar, situation, duty, duty.id, level, anchored)
    due = None if order.due_at is None else rulebook.hours.local(order.due_at).isoformat()
    return row | {
        "clause": order.clause or None,
        "source": order.source,
        "from": order.anchor,
        "within": order.within,
        "due": due,
        "provisional": order.provisional,
        **_also(rulebook, order.also),
    }


def _stood_for(rulebook: CompiledRulebook, situation: Situation, duty: CompiledDuty, level: str) -> bool:
    """Whether a duty of a layer only bounds a local one that is owed, and isn't owed itself."""
    return any(
        rulebook.duty[name].applies(level, situation.raised, situation.happened)
        and anchor(rulebook.duty[name], situation) is not None
        for name in duty.yields_to
    )


def _also(rulebook: CompiledRulebook, also: Iterable[Also]) -> dict[str, Any]:
    """What the layers want of it; nothing, not even the key, where the rulebook stands on none."""
    if not rulebook.layers:
        return {}
    local = rulebook.hours.local
    return {
        "also": [
            {
                "rulebook": each.rulebook,
                "clause": each.clause,
                "within": each.within,
                "due": None if each.due_at is None else local(each.due_at).isoformat(),
            }
            for each in also
        ]
    }


def _routine_row(rulebook: CompiledRulebook, routine: Routine, moments: Mapping[str, datetime]) -> dict[str, Any]:
    """A routine belongs to no incident: it comes round, and has no due moment of its own unless its cycle gives one."""
    return {
        "id": routine.id,
        "clause": routine.clause,
        "source": routine.source,
        "kind": routine.kind,
        "owner": routine.owner,
        "to": list(routine.to),
        "from": "quarter_end" if routine.cycle.each == "quarter" else None,
        "within": None if routine.within == "silent" else routine.within,
        "due": None,
        "recurring": True,
        "provisional": False,
    }
