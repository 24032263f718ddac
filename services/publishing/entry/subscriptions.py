"""What publishing listens to."""

from services.publishing.storage.rules import keep_organisations, keep_rulebooks
from services.publishing.usecases.following import FollowOrders
from shared.auth import AccountGate
from shared.contracts.directory import AccountChanged, OrganisationChanged
from shared.contracts.grading import CalendarChanged, ProcedureAdvanced, RoutineAdvanced, RulebookActivated
from shared.journal import Journal, Subscriptions, ignore, on


def subscriptions(journal: Journal, gate: AccountGate) -> Subscriptions:
    """By producer."""
    return {
        "grading": [
            on(ProcedureAdvanced, FollowOrders(journal)),
            on(RulebookActivated, keep_rulebooks),
            ignore(CalendarChanged),
            ignore(RoutineAdvanced),
        ],
        "directory": [on(AccountChanged, gate.consume), on(OrganisationChanged, keep_organisations)],
    }
