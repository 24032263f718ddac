"""What tasks hears, and what it does with it."""

from services.tasks.usecases.know_people import KnowAccounts, know_roles
from services.tasks.usecases.mirror_answers import mirror_answers
from services.tasks.usecases.take_orders import TakeOrders
from shared.auth import AccountGate
from shared.clock import Clock
from shared.contracts.directory import AccountChanged, OrganisationChanged
from shared.contracts.grading import CalendarChanged, ProcedureAdvanced, RoutineAdvanced, RulebookActivated
from shared.contracts.publishing import AnswerChanged
from shared.journal import Subscriptions, ignore, on


def subscriptions(office: Clock, gate: AccountGate) -> Subscriptions:
    """Every producer that tasks listens to."""
    take_orders = TakeOrders(office)
    return {
        "grading": [
            on(ProcedureAdvanced, take_orders),
            on(RoutineAdvanced, take_orders),
            on(RulebookActivated, know_roles),
            ignore(CalendarChanged),
        ],
        "publishing": [on(AnswerChanged, mirror_answers)],
        "directory": [on(AccountChanged, KnowAccounts(gate)), ignore(OrganisationChanged)],
    }
