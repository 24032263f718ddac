"""What the containers read from the environment before there are any database URLs."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from deploy.local.errors import SetupError
from deploy.local.services import Service
from shared.secrets import load_secrets

OWN_URL = "HUIYING_DATABASE_URL"


def required(name: str, meaning: str) -> str:
    """The variable `name`. Raises `SetupError` saying what it should hold where it is not set."""
    value = os.environ.get(name, "")
    if not value:
        raise SetupError(f"请设置环境变量 {name}：{meaning}。", f"set the environment variable {name}: {meaning}")
    return value


def secrets_folder() -> Path:
    """The folder of secrets that all containers share."""
    return Path(required("HUIYING_SECRETS_DIR", "folder of secrets, such as /secrets"))


def database_urls(service: Service) -> Mapping[str, str]:
    """The service's database URLs by variable, made from `HUIYING_DATABASE` (`host:port/name`) and the service's secrets.

    `HUIYING_DATABASE_OPTIONS` (`sslmode=verify-full&sslrootcert=…`) is added where it is set. A variable that is set already is
    left as it is. Raises `SetupError`, and `UnavailableError` where the secrets are missing.
    """
    wanted = {OWN_URL: service.role, **dict(service.further)}
    missing = {name: role for name, role in wanted.items() if not os.environ.get(name)}
    if not missing:
        return {}
    place = required("HUIYING_DATABASE", "host, port and name of the database, such as postgres:5432/huiying")
    options = os.environ.get("HUIYING_DATABASE_OPTIONS", "")
    passwords = load_secrets(secrets_folder()).passwords
    return {
        name: f"postgresql://{role}:{quote(passwords[role], safe='')}@{place}" + (f"?{options}" if options else "")
        for name, role in missing.items()
    }
