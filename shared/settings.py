"""What the environment says to a service: the variables that every service shares, and how wrong ones are refused."""

import sys
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

PREFIX = "HUIYING_"


def _postgres_url(value: str) -> str:
    if not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("expected postgresql://role:password@host:port/database")
    return value


DatabaseUrl = Annotated[str, AfterValidator(_postgres_url)]
"""A `postgresql://` URL of one schema's role."""


def _address(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("expected host:port, such as postgres:5432")
    return value


Address = Annotated[str, AfterValidator(_address)]
"""`host:port`."""


class ServiceSettings(BaseSettings):
    """The settings common to all services; each variable is the field's name in capitals with `HUIYING_` before it.

    `database_direct` is PostgreSQL's own address where the database URLs lead to a pooler in transaction mode.

    `peers` is JSON, service name to base URL. `clock_file` is the shared offset of office time, refused when
    `production` is set.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: DatabaseUrl
    database_direct: Address | None = None
    kafka_bootstrap: str
    secrets_dir: Path
    var: Path
    peers: dict[str, str] = {}
    clock_file: Path | None = None
    production: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _no_moved_clock_in_production(self) -> Self:
        if self.production and self.clock_file is not None:
            raise ValueError(f"{PREFIX}CLOCK_FILE must not be set together with {PREFIX}PRODUCTION: deadlines are real")
        return self


S = TypeVar("S", bound=ServiceSettings)


def load(settings: type[S]) -> S:
    """Read the environment; on wrong settings print one line each to standard error and exit with status 2."""
    try:
        return settings()
    except ValidationError as error:
        lines = [_line(tuple(fault["loc"]), fault["msg"]) for fault in error.errors(include_input=False)]
    except SettingsError as error:
        lines = [f"设置有误 / wrong setting: {error}"]
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    raise SystemExit(2)


def _line(where: tuple[str | int, ...], what: str) -> str:
    name = PREFIX + str(where[0]).upper() if where else ""
    return f"设置有误 / wrong setting: {name}: {what}" if name else f"设置有误 / wrong setting: {what}"
