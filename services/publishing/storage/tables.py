"""The tables of the schema `publishing`, for screens and for the check against the migrated database.

`answers` holds where an answer stands; its words are in `answer_versions`, one row a revision, never changed. `signatures`
keep every round; only those of the answer's present `round` count.
"""

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, MetaData, Table, Text, UniqueConstraint, Uuid, text

metadata = MetaData(schema="publishing")
_AT = DateTime(timezone=True)


def _organisation() -> Column[str]:
    return Column("organisation_id", Text, nullable=False)


incidents = Table(
    "incidents",
    metadata,
    Column("incident_id", Uuid, primary_key=True),
    _organisation(),
    Column("version", Integer, nullable=False),
    Column("phase", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("level", Text),
    Column("rulebook_hash", Text, nullable=False),
    Column("flags", Text, nullable=False, server_default=text("''")),
)

duties = Table(
    "duties",
    metadata,
    Column("assignment_id", Uuid, primary_key=True),
    _organisation(),
    Column("incident_id", Uuid, nullable=False),
    Column("due_at", _AT),
    Column("reminded_until", _AT),
    Column("ended_at", _AT),
    Column("recurring", Boolean, nullable=False),
    Column("presumed", Boolean, nullable=False),
    Column("overdue", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("chain", Text),
    Column("remind_at", Text, nullable=False),
    Column("reason", Text),
    Index("duties_incident", "incident_id"),
)

rules = Table(
    "rules",
    metadata,
    Column("organisation_id", Text, primary_key=True),
    Column("rulebook_hash", Text, primary_key=True),
    Column("rulebook", Text, nullable=False),
    Column("activated_at", _AT, nullable=False),
    Column("slice", Text, nullable=False),
    Column("roles", Text, nullable=False),
)

organisations = Table(
    "organisations",
    metadata,
    Column("organisation_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Uuid, primary_key=True),
    _organisation(),
    Column("incident_id", Uuid, nullable=False),
    Column("assignment_id", Uuid),
    Column("created_at", _AT, nullable=False),
    Column("changed_at", _AT, nullable=False),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("key", Text),
    Column("title", Text),
    Column("chain", Text),
    Index("answers_incident", "incident_id"),
    Index("answers_desk", "organisation_id", "state", "id"),
    Index("answers_newest", "organisation_id", "id"),
)

answer_versions = Table(
    "answer_versions",
    metadata,
    Column("answer_id", Uuid, primary_key=True),
    Column("revision", Integer, primary_key=True),
    _organisation(),
    Column("written_at", _AT, nullable=False),
    Column("written_by", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("title", Text),
    Column("text", Text, nullable=False),
    Column("sha256", Text, nullable=False),
)

signatures = Table(
    "signatures",
    metadata,
    Column("answer_id", Uuid, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("role", Text, primary_key=True),
    _organisation(),
    Column("signed_at", _AT, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    # One person, one post: held by the database as well.
    UniqueConstraint("answer_id", "round", "signed_by"),
)

remarks = Table(
    "remarks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("answer_id", Uuid, nullable=False),
    _organisation(),
    Column("round", Integer, nullable=False),
    Column("move", Text, nullable=False),
    Column("made_at", _AT, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("remarks_answer", "answer_id"),
)

leases = Table(
    "leases",
    metadata,
    Column("answer_id", Uuid, primary_key=True),
    _organisation(),
    Column("held_until", _AT, nullable=False),
    Column("login", Text, nullable=False),
    Column("display_name", Text, nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("answer_id", Uuid, primary_key=True),
    _organisation(),
    Column("released_at", _AT, nullable=False),
    Column("released_by", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("posted_text", Text),
)
