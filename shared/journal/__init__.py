"""The journal: why nothing is lost and nothing happens twice. Read README.md beside this file."""

from shared.journal.journal import Journal
from shared.journal.subscriptions import Subscription, Subscriptions, ignore, on

__all__ = ["Journal", "Subscription", "Subscriptions", "ignore", "on"]
