"""What grading hears, and what it does with it."""

from services.grading.usecases.hear import Hear
from services.grading.usecases.hear_tasks import HearTasks
from services.grading.usecases.people import KnowAccounts
from services.grading.usecases.rulebooks import Rulebooks
from shared.contracts.directory import AccountChanged, OrganisationChanged
from shared.contracts.intake import IncidentChanged, IncidentReported, OriginalShown
from shared.contracts.publishing import AnswerChanged
from shared.contracts.tasks import TaskChanged
from shared.journal import Subscriptions, ignore, on


def subscriptions(hear: Hear, tasks: HearTasks, rulebooks: Rulebooks, accounts: KnowAccounts) -> Subscriptions:
    """By producer."""
    return {
        "intake": [
            on(IncidentReported, hear.incident_reported),
            on(IncidentChanged, hear.incident_changed),
            ignore(OriginalShown),
        ],
        "tasks": [on(TaskChanged, tasks)],
        "publishing": [on(AnswerChanged, hear.answer_changed)],
        "directory": [on(OrganisationChanged, rulebooks.on_organisation), on(AccountChanged, accounts)],
    }
