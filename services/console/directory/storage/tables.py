"""The tables of the schema `directory`, for screens and for the check against the migrated database."""

from sqlalchemy import ARRAY, Column, DateTime, ForeignKey, Index, Integer, MetaData, Table, Text, text

metadata = MetaData(schema="directory")
_AT = DateTime(timezone=True)

organisations = Table(
    "organisations",
    metadata,
    Column("organisation_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("rulebook", Text),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("layers", ARRAY(Text), nullable=False, server_default=text("'{}'")),
)

accounts = Table(
    "accounts",
    metadata,
    Column("login", Text, primary_key=True),
    Column("organisation_id", Text, ForeignKey(organisations.c.organisation_id), nullable=False),
    Column("display_name", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", _AT, nullable=False),
)
Index("accounts_of_organisation", accounts.c.organisation_id, accounts.c.login)
