"""What the console does with each event of each producer."""

from services.console.usecases.projection import (
    on_activated,
    on_advanced,
    on_answer_changed,
    on_incident_changed,
    on_organisation_changed,
    on_reported,
    on_routine,
    on_task_changed,
)
from shared.auth import AccountGate
from shared.contracts.directory import AccountChanged, OrganisationChanged
from shared.contracts.grading import CalendarChanged, ProcedureAdvanced, RoutineAdvanced, RulebookActivated
from shared.contracts.intake import IncidentChanged, IncidentReported, OriginalShown
from shared.contracts.publishing import AnswerChanged
from shared.contracts.tasks import TaskChanged
from shared.journal import Subscriptions, ignore, on


def subscriptions(gate: AccountGate) -> Subscriptions:
    """Everything that is said, by producer."""
    return {
        "intake": [
            on(IncidentReported, on_reported),
            on(IncidentChanged, on_incident_changed),
            ignore(OriginalShown),
        ],
        "grading": [
            on(ProcedureAdvanced, on_advanced),
            on(RoutineAdvanced, on_routine),
            on(RulebookActivated, on_activated),
            ignore(CalendarChanged),
        ],
        "tasks": [on(TaskChanged, on_task_changed)],
        "publishing": [on(AnswerChanged, on_answer_changed)],
        "directory": [on(OrganisationChanged, on_organisation_changed), on(AccountChanged, gate.consume)],
    }
