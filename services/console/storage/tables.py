"""The tables of the schema `console`, for screens and for the check against the migrated database.

Each column is written from one producer's events alone; rows appear with whichever producer spoke first. Of an assignment:
`overdue` is what tasks said, `late` and `answered` what publishing said of a duty of its own, `ended` what grading said.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)

metadata = MetaData(schema="console")
_AT = DateTime(timezone=True)

organisations = Table(
    "organisations",
    metadata,
    Column("organisation_id", Text, primary_key=True),
    Column("name", Text),
    Column("state", Text),
    Column("rulebook", Text),
    Column("levels", Text),
    Column("roles", Text),
)

incidents = Table(
    "incidents",
    metadata,
    Column("incident_id", Uuid, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text),
    Column("source", Text),
    Column("region", Text),
    Column("reported_at", _AT, nullable=False),
    Column("reports", Integer, nullable=False),
    Column("reads", BigInteger, nullable=False),
    Column("comments", BigInteger, nullable=False),
    Column("reposts", BigInteger, nullable=False),
    Column("likes", BigInteger, nullable=False),
    Column("merged_into", Uuid),
)
Index(
    "incidents_newest",
    incidents.c.organisation_id,
    incidents.c.reported_at.desc(),
    incidents.c.incident_id.desc(),
)

procedures = Table(
    "procedures",
    metadata,
    Column("incident_id", Uuid, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("level", Text),
    Column("grade_state", Text),
    Column("proposal", Text),
)

_OPEN = "name IS NOT NULL AND ended IS NULL AND answered IS NOT TRUE AND coalesce(task_state, 'open') IN ('open', 'claimed')"
assignments = Table(
    "assignments",
    metadata,
    Column("assignment_id", Uuid, primary_key=True),
    Column("incident_id", Uuid, nullable=False),
    Column("organisation_id", Text, nullable=False),
    Column("due_at", _AT),
    Column("task_version", Integer, nullable=False, server_default=text("0")),
    Column("presumed", Boolean),
    Column("provisional", Boolean),
    Column("overdue", Boolean),
    Column("late", Boolean),
    Column("answered", Boolean),
    Column("open", Boolean, Computed(_OPEN, persisted=True)),
    Column("ended", Text),
    Column("task_state", Text),
    Column("holder", Text),
    Column("name", Text),
    Column("owner_name", Text),
    Column("clause", Text),
    Column("source", Text),
)
Index(
    "assignments_open",
    assignments.c.organisation_id,
    assignments.c.due_at,
    assignments.c.assignment_id,
    postgresql_where=assignments.c.open,
)
Index("assignments_of_incident", assignments.c.incident_id)

answers = Table(
    "answers",
    metadata,
    Column("answer_id", Uuid, primary_key=True),
    Column("incident_id", Uuid, nullable=False),
    Column("organisation_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("channel", Text),
    Column("title", Text),
    Column("step", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("url", Text),
    Column("changed_at", _AT, nullable=False),
)
Index("answers_latest", answers.c.organisation_id, answers.c.changed_at.desc(), answers.c.answer_id.desc())
