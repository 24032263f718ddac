"""The database passwords of this installation, the superuser's among them: random, in `passwords.json` (0600)."""

import json
import os
import secrets
from pathlib import Path

from shared.secrets import ROLES

SUPERUSER = "postgres"


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only; its folder is made 0700 if missing."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def passwords(secrets_dir: Path) -> dict[str, str]:
    """The password of the superuser and of each role of ours, by role; those that are missing are made and kept."""
    file = secrets_dir / "passwords.json"
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if missing := [role for role in (SUPERUSER, *ROLES) if role not in known]:
        known |= {role: secrets.token_urlsafe(24) for role in missing}
        write_private(file, json.dumps(known, indent=2) + "\n")
    return known
