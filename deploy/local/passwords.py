"""The database passwords of this installation: random, made once, kept in `secrets/passwords.json` (0600)."""

import json
import os
import secrets
from pathlib import Path

SUPERUSER = "postgres"
ROLES = (
    "huiying_owner",
    "huiying_intake",
    "huiying_grading",
    "huiying_tasks",
    "huiying_publishing",
    "huiying_console",
    "huiying_directory",
)


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
    """The password of the superuser and of every role, by role; those that are missing are made and kept."""
    file = secrets_dir / "passwords.json"
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    missing = [role for role in (SUPERUSER, *ROLES) if role not in known]
    if missing:
        known |= {role: secrets.token_urlsafe(24) for role in missing}
        write_private(file, json.dumps(known, indent=2) + "\n")
    return known
