"""Databases made ready: roles and schemas provisioned, each schema migrated by alembic, rights granted."""

from shared.migrations.migrate import SCHEMAS, migrate, migrate_all
from shared.migrations.provision import ROLES, provision
from shared.migrations.script import execute_script

__all__ = ["ROLES", "SCHEMAS", "execute_script", "migrate", "migrate_all", "provision"]
