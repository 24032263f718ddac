"""What a model can't say of itself. `check` finds what keeps it from running, `doubts` what its author should look at."""

from collections.abc import Collection

from services.grading.rulebook.reading.checks import conditions, grading, holders, moments, names, people, times
from services.grading.rulebook.written.findings import Check, Finding
from services.grading.rulebook.written.model import Rulebook

_ERRORS: tuple[Check, ...] = (
    names.undeclared,
    names.doubles,
    grading.unreachable,
    grading.unapproved,
    conditions.impossible,
    conditions.never_reached,
    moments.cycles,
    times.misfits,
    people.unsigned,
)
_DOUBTS: tuple[Check, ...] = (
    moments.unreported,
    people.outside,
    people.unused,
    times.dropped,
)


def check(model: Rulebook) -> list[Finding]:
    """Everything for which it must not run. Empty: it can be compiled."""
    return [finding for each in _ERRORS for finding in each(model)]


def doubts(model: Rulebook) -> list[Finding]:
    """Warnings: it can run, but something in it is probably not meant."""
    return [finding for each in _DOUBTS for finding in each(model)]


def check_holders(model: Rulebook, held: Collection[str]) -> list[Finding]:
    """The roles that must be held in an organisation and aren't: `held` are the ids of those that are."""
    return list(holders.vacant(model, held))
