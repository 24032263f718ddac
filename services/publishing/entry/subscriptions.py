"""What publishing listens to."""

from collections.abc import Mapping, Sequence

from services.publishing.storage.rules import keep_organisations, keep_rulebooks
from services.publishing.usecases.following import FollowOrders
from shared.contracts.directory import OrganisationChanged
from shared.contracts.grading import ProcedureAdvanced, RulebookActivated
from shared.journal import Journal, Subscription, on


def subscriptions(journal: Journal) -> Mapping[str, Sequence[Subscription]]:
    """By producer. Accounts are heard by the gate that every service has."""
    return {
        "grading": [on(ProcedureAdvanced, FollowOrders(journal)), on(RulebookActivated, keep_rulebooks)],
        "directory": [on(OrganisationChanged, keep_organisations)],
    }
