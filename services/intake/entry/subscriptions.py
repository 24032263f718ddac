"""What intake hears, and what it does with it."""

from services.intake.usecases.citizens import Citizens
from services.intake.usecases.organisations import Organisations
from shared.auth import AccountGate
from shared.contracts.directory import AccountChanged, OrganisationChanged
from shared.contracts.grading import CalendarChanged, ProcedureStanding, RoutineAdvanced, RulebookActivated
from shared.contracts.publishing import AnswerChanged
from shared.journal import Subscriptions, ignore, on


def subscriptions(citizens: Citizens, organisations: Organisations, gate: AccountGate) -> Subscriptions:
    """By producer."""
    return {
        "grading": [
            on(ProcedureStanding, citizens.on_procedure),
            on(RulebookActivated, organisations.on_rulebook),
            ignore(CalendarChanged),
            ignore(RoutineAdvanced),
        ],
        "publishing": [on(AnswerChanged, citizens.on_answer)],
        "directory": [on(OrganisationChanged, organisations.on_organisation), on(AccountChanged, gate.consume)],
    }
