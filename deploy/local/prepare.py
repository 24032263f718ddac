"""Secrets, roles, schemas: what must be there before a service can start. Run in a job of its own, so that alembic
and its memory are gone when the services are forked."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from deploy.local.cluster import DATABASE
from shared.migrations import migrate_all, provision
from shared.secrets import ensure_secrets


def prepare(admin_url: str, secrets: Path) -> None:
    """Make what is missing of the secrets, then roles, then bring every schema to its head. Safe to repeat."""
    prepare_database(admin_url, ensure_secrets(secrets).passwords)


def prepare_database(admin_url: str, passwords: Mapping[str, str]) -> None:
    """The same without the secrets: these are the roles' passwords."""
    asyncio.run(_prepare(admin_url, passwords))


async def _prepare(admin_url: str, passwords: Mapping[str, str]) -> None:
    await provision(admin_url, DATABASE, passwords)
    for schema in await migrate_all(admin_url):
        print(f"{schema}: migrated to its head")
