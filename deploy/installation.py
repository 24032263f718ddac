"""What an operator's command needs to know of an installation: its database, its services, its secrets."""

import argparse
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.secrets import SERVICES, Secrets, load_secrets

DATABASE_VARIABLE = "HUIYING_ADMIN_DATABASE_URL"


class OperatorError(Exception):
    """Something a person must mend first; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation. `database_url` is the administrator's; `services` are base URLs by name."""

    var: Path
    database_url: str
    secrets: Secrets
    services: Mapping[str, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say which installation is meant."""
    parser.add_argument("--var", type=Path, default=Path("var"), help="folder of the installation (default: var)")
    parser.add_argument("--port-base", type=int, default=8000, help="port of its console (default: 8000)")
    parser.add_argument(
        "--database",
        metavar="URL",
        help=f"administrator's postgresql:// URL (default: {DATABASE_VARIABLE}, else what var/dev.json says)",
    )
    parser.add_argument("--secrets", type=Path, metavar="DIR", help="folder of its secrets (default: secrets in --var)")


def installation(given: argparse.Namespace) -> Installation:
    """The installation that the command line means. Raises OperatorError where it cannot be told."""
    var = given.var.resolve()
    services = {name: f"http://127.0.0.1:{given.port_base + offset}" for offset, name in enumerate(_IN_ORDER)}
    secrets = load_secrets((given.secrets or var / "secrets").resolve())
    return Installation(var, given.database or _database_url(var), secrets, services)


_IN_ORDER = ("console", *(name for name in SERVICES if name != "console"))


def _database_url(var: Path) -> str:
    if url := os.environ.get(DATABASE_VARIABLE):
        return url
    file = var / "dev.json"
    try:
        url = json.loads(file.read_text(encoding="utf-8"))["database_url"]
    except (OSError, ValueError, KeyError):
        raise OperatorError(
            f"不知道数据库在哪里 / where is the database? {file} does not say: give --var, --database or {DATABASE_VARIABLE}"
        ) from None
    return str(url)
