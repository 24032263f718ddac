"""The users that PgBouncer knows: the services' database roles with their passwords, as it wants them in `auth_file`."""

import os
from collections.abc import Mapping
from pathlib import Path


def write_userlist(passwords: Mapping[str, str], file: Path) -> None:
    """Write `file`, 0600, in one step. The owner's role is left out: it migrates, past the pooler."""
    lines = [f'"{role}" "{password}"\n' for role, password in sorted(passwords.items()) if not role.endswith("_owner")]
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.writelines(lines)
    fresh.replace(file)
