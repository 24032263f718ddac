"""What the environment says to a service: the variables that every service shares, and how wrong ones are refused."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, FilePath, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from shared.bus.address import KafkaAddress, Mechanism, Security

PREFIX = "HUIYING_"


def _postgres_url(value: str) -> str:
    if not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("expected postgresql://role:password@host:port/database")
    return value


DatabaseUrl = Annotated[str, AfterValidator(_postgres_url)]
"""A `postgresql://` URL of one schema's role."""


def _address(value: str) -> str:
    host, _, port = value.partition("?")[0].rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("expected host:port, such as postgres:5432, or postgres:5432?sslmode=verify-full")
    return value


Address = Annotated[str, AfterValidator(_address)]
"""`host:port`, with or without options as in a URL."""


def _addresses(value: str) -> str:
    for address in value.split(","):
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise ValueError("expected host:port, or several parted by commas, such as kafka-1:9092,kafka-2:9092")
    return value


Brokers = Annotated[str, AfterValidator(_addresses)]
"""`host:port`, one or several parted by commas."""


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("expected http://host:port or https://host:port")
    return value.rstrip("/")


def _installed(value: str) -> str:
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        raise ValueError("OpenTelemetry is not installed here; expected the product with its extra 'traces'")
    return value


Url = Annotated[str, AfterValidator(_http_url)]
"""An `http://` or `https://` base URL, kept without a slash at its end."""


class KafkaSettings(BaseSettings):
    """Where the bus is and how to speak with it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    kafka_bootstrap: Brokers = Field(description="`host:port` of the brokers, parted by commas")
    kafka_idempotent: bool = Field(
        default=False, description="an idempotent producer: right for Apache Kafka, refused by the embedded broker"
    )
    kafka_security: Security = Field(default="PLAINTEXT", description="how the brokers are spoken with")
    kafka_sasl_mechanism: Mechanism = Field(default="SCRAM-SHA-512", description="for `SASL_…`: how one signs in")
    kafka_username: str | None = Field(default=None, description="for `SASL_…`: who signs in")
    kafka_password: SecretStr | None = Field(default=None, description="for `SASL_…`: with what")
    kafka_ca_file: FilePath | None = Field(
        default=None, description="for `…SSL`: PEM file of the authority that signed the brokers' certificates"
    )
    kafka_cert_file: FilePath | None = Field(
        default=None, description="for `…SSL`: PEM file, this client's certificate"
    )
    kafka_key_file: FilePath | None = Field(
        default=None, description="for `…SSL`: PEM file, the key of that certificate"
    )

    @model_validator(mode="after")
    def _kafka_fits_together(self) -> Self:
        sasl, tls = self.kafka_security.startswith("SASL"), self.kafka_security.endswith("SSL")
        refused = {
            "KAFKA_USERNAME and _PASSWORD are needed": sasl and not (self.kafka_username and self.kafka_password),
            "KAFKA_USERNAME and _PASSWORD are for SASL": not sasl and bool(self.kafka_username or self.kafka_password),
            "KAFKA_CA_FILE and _CERT_FILE are for SSL": not tls and bool(self.kafka_ca_file or self.kafka_cert_file),
            "KAFKA_CERT_FILE and _KEY_FILE go together": (self.kafka_cert_file is None)
            != (self.kafka_key_file is None),
        }
        for why, wrong in refused.items():
            if wrong:
                raise ValueError(f"{PREFIX}{why}; {PREFIX}KAFKA_SECURITY is {self.kafka_security}")
        return self

    @property
    def kafka(self) -> KafkaAddress:
        """What the clients of the bus are made from."""
        return KafkaAddress(
            self.kafka_bootstrap,
            idempotent=self.kafka_idempotent,
            security=self.kafka_security,
            mechanism=self.kafka_sasl_mechanism,
            username=self.kafka_username,
            password=self.kafka_password.get_secret_value() if self.kafka_password else None,
            ca_file=self.kafka_ca_file,
            cert_file=self.kafka_cert_file,
            key_file=self.kafka_key_file,
        )


class ServiceSettings(KafkaSettings):
    """The settings common to all services; each variable is the field's name in capitals with `HUIYING_` before it."""

    database_url: DatabaseUrl = Field(
        description="`postgresql://role:password@host:port/database` of the service's own role; TLS by `?sslmode=verify-full&sslrootcert=…`"
    )
    database_direct: Address | None = Field(
        default=None,
        description="PostgreSQL's own `host:port` where the database URLs lead to a pooler in transaction mode",
    )
    secrets_dir: Path = Field(description="folder of [secrets](operations.md#secrets)")
    var: Path = Field(
        description="folder for small state: `state/<service>-accounts.json`, which account changes are recent"
    )
    peers: dict[str, Url] = Field(
        default={},
        description="JSON, service name to base URL, all five: where journals are pulled from",
    )
    clock_file: Path | None = Field(
        default=None, description="file with the offset of office time in seconds; tests and demonstration only"
    )
    production: bool = Field(default=False, description="`true` refuses `HUIYING_CLOCK_FILE`: deadlines are real")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least that is logged; `debug` has an access log"
    )
    traces: Annotated[Url, AfterValidator(_installed)] | None = Field(
        default=None,
        description="base URL of an OpenTelemetry collector (OTLP over HTTP, port 4318); "
        "switches [traces](operations.md#traces) on",
    )
    drain_seconds: float = Field(
        default=0.0,
        ge=0,
        le=600,
        description="how long it goes on listening after SIGTERM, saying that it is not ready",
    )
    clock_pause_seconds: float = Field(
        default=60.0,
        ge=0,
        le=3600,
        description="how long clocks are not fired after a step of the wall clock that is not taken back",
    )

    @model_validator(mode="after")
    def _no_moved_clock_in_production(self) -> Self:
        if self.production and self.clock_file is not None:
            raise ValueError(f"{PREFIX}CLOCK_FILE must not be set together with {PREFIX}PRODUCTION: deadlines are real")
        return self


S = TypeVar("S", bound=KafkaSettings)


def load(settings: type[S]) -> S:
    """Read the environment; on wrong settings print one line each to standard error and exit with status 2."""
    try:
        return settings()
    except ValidationError as error:
        lines = [_line(tuple(fault["loc"]), fault["msg"]) for fault in error.errors(include_input=False)]
    except SettingsError as error:
        # Said by the library as: error parsing value for field "peers" from source "EnvSettingsSource".
        field = str(error).partition('"')[2].partition('"')[0]
        lines = [_line((field,), "expected JSON")]
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    raise SystemExit(2)


def _line(where: tuple[str | int, ...], what: str) -> str:
    name = PREFIX + str(where[0]).upper() if where else ""
    return f"设置有误 / wrong setting: {name}: {what}" if name else f"设置有误 / wrong setting: {what}"
