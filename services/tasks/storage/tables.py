"""The tables of the schema `tasks`, for screens and for the check against the migrated database.

`tasks` is narrow on purpose: it takes about eight rows an incident. What a list shows are columns; the rest of the assignment is `body`
and its deadline `clock`, both JSON text. A row with an empty `name` is a placeholder: publishing spoke of it before grading's order came.
"""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    func,
    text,
)

metadata = MetaData(schema="tasks")
_AT = DateTime(timezone=True)

incidents = Table(
    "incidents",
    metadata,
    Column("incident_id", Uuid, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("phase", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("merged_into", Uuid),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("incident_id", Uuid, nullable=False),
    Column("organisation_id", Text, nullable=False),
    Column("held_at", _AT),
    Column("due_at", _AT),
    Column("done_at", _AT),
    Column("reminded_at", _AT),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("escalated", Integer, nullable=False, server_default=text("0")),
    Column("presumed", Boolean, nullable=False, server_default=text("false")),
    Column("overdue", Boolean, nullable=False, server_default=text("false")),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    Column("desk", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("holder", Text),
    Column("reason", Text),
    Column("body", Text, nullable=False),
    Column("clock", Text),
    Column("duplicate_of", Uuid),
    Index("tasks_incident", "incident_id"),
)
DUE_KEY = func.coalesce(tasks.c.due_at, text("'infinity'::timestamptz"))
"""The place of a task in a list: by due moment, those without one last."""
Index("tasks_board", tasks.c.organisation_id, tasks.c.state, DUE_KEY, tasks.c.id)
Index("tasks_held", tasks.c.holder, postgresql_where=tasks.c.holder.isnot(None))

hand_ins = Table(
    "hand_ins",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("task_id", Uuid, nullable=False),
    Column("incident_id", Uuid, nullable=False),
    Column("organisation_id", Text, nullable=False),
    Column("at", _AT, nullable=False),
    Column("by", Text, nullable=False),
    Column("content", Text, nullable=False),
    Index("hand_ins_task", "task_id"),
)

extension_requests = Table(
    "extension_requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("task_id", Uuid, nullable=False),
    Column("incident_id", Uuid, nullable=False),
    Column("organisation_id", Text, nullable=False),
    Column("approver", Text, nullable=False),
    Column("asked_at", _AT, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("extended_to", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_at", _AT),
    Column("decided_by", Text),
    Column("decision", Text),
    # One waiting request a task, held by the database as well.
    Index("extension_waiting", "task_id", unique=True, postgresql_where=text("state = 'waiting'")),
    Index("extension_task", "task_id"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("organisation_id", Text, nullable=False),
    Column("login", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    PrimaryKeyConstraint("organisation_id", "login"),
)

roles = Table(
    "roles",
    metadata,
    Column("organisation_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "role"),
)
