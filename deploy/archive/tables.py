"""Which rows belong to an incident: every table of every schema, in one list. A test holds it to the database's catalog.

A new table fails that test until somebody has said here what becomes of its rows when an incident is archived.
"""

from collections.abc import Mapping
from typing import Final

OF_INCIDENT: Final = "incident_id = $1"
OF_SUBJECT: Final = "subject = $1"
_OF_ANSWER: Final = "answer_id IN (SELECT id FROM publishing.answers WHERE incident_id = $1)"

ROWS: Mapping[str, Mapping[str, str]] = {
    "intake": {
        "incidents": OF_INCIDENT,
        "reports": OF_INCIDENT,
        "join_keys": OF_INCIDENT,
        "fingerprints": OF_INCIDENT,
        "answers": OF_INCIDENT,
        "moves": OF_INCIDENT,
        "matters": OF_INCIDENT,
        "suggestions": OF_INCIDENT,
        "spread_hours": OF_INCIDENT,
        "samples": OF_INCIDENT,
        "crossings": OF_INCIDENT,
        "edits": OF_INCIDENT,
        "journal": OF_SUBJECT,
    },
    "grading": {"procedures": OF_INCIDENT, "journal": OF_SUBJECT},
    "tasks": {
        "incidents": OF_INCIDENT,
        "tasks": OF_INCIDENT,
        "hand_ins": OF_INCIDENT,
        "extension_requests": OF_INCIDENT,
        "journal": OF_SUBJECT,
    },
    "publishing": {
        # What hangs on an answer before the answers, by which it is found.
        "answer_versions": _OF_ANSWER,
        "signatures": _OF_ANSWER,
        "remarks": _OF_ANSWER,
        "leases": _OF_ANSWER,
        "releases": _OF_ANSWER,
        "answers": OF_INCIDENT,
        "duties": OF_INCIDENT,
        "incidents": OF_INCIDENT,
        "journal": OF_SUBJECT,
    },
    "console": {
        "incidents": OF_INCIDENT,
        "procedures": OF_INCIDENT,
        "assignments": OF_INCIDENT,
        "answers": OF_INCIDENT,
    },
    "directory": {},
}
"""By schema and table: the condition that finds an incident's rows, which go into its file and out of the database."""

UNDER_WAY: Mapping[str, frozenset[str]] = {
    "intake": frozenset({"outbox", "parked", "unread"}),
    "grading": frozenset({"outbox", "parked", "timers"}),
    "tasks": frozenset({"outbox", "parked", "timers"}),
    "publishing": frozenset({"outbox", "parked", "timers"}),
    "console": frozenset({"parked"}),
    "directory": frozenset({"outbox"}),
}
"""Tables in which an incident that may be archived has no row."""

_MACHINERY = frozenset({"identity", "heads", "stamps", "archived", "alembic_version"})
STAYING: Mapping[str, frozenset[str]] = {
    # Idempotency answers and webhook ids are swept by age; archived_reports is what receipts of archived incidents are known by.
    "intake": _MACHINERY
    | {"organisations", "api_keys", "vendors", "webhook_ids", "idempotency", "positions", "archived_reports"}
    # Refused pairs and frozen gram weights hold no words of anybody's.
    | {"refused_pairs", "generations"},
    # routines.incident_id is an organisation's subject; rounds belong to no incident.
    "grading": _MACHINERY
    | {"rulebooks", "own_rulebooks", "originals", "activations", "organisations", "accounts", "calendar_changes"}
    | {"calendar_days", "routines", "series", "rounds", "positions"},
    "tasks": _MACHINERY | {"accounts", "roles", "positions"},
    "publishing": _MACHINERY | {"rules", "organisations", "positions"},
    "console": frozenset({"organisations", "positions", "alembic_version"}),
    "directory": _MACHINERY | {"journal", "organisations", "accounts"},
}
"""Tables that hold nothing of an incident alone, or what must be known of it also when it is archived."""

PRODUCERS = tuple(schema for schema, tables in ROWS.items() if "journal" in tables)
"""The journals that speak of incidents."""
CONSUMERS = tuple(schema for schema, tables in UNDER_WAY.items() if "parked" in tables)
CLOCKS = tuple(schema for schema, tables in UNDER_WAY.items() if "timers" in tables)
LOCKS = ("intake.incidents", "grading.procedures", "tasks.incidents", "publishing.incidents")
"""The rows by which each service holds an incident while it changes it."""
