"""Where Kafka is and how its clients make themselves known: the one place that turns settings into aiokafka's arguments."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


@dataclass(frozen=True, slots=True)
class KafkaAddress:
    """A Kafka by its `bootstrap`, `host:port,…`, and how to speak with it.

    `ca_file` is the authority that signed the brokers' certificates (None: those of the system), `cert_file` and `key_file` are
    this client's own, in PEM. `idempotent`: whether the broker knows idempotent producers, which the embedded one does not.
    """

    bootstrap: str
    idempotent: bool = False
    security: Security = "PLAINTEXT"
    mechanism: Mechanism = "SCRAM-SHA-512"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    @property
    def several(self) -> bool:
        """Whether one broker may die and the others go on."""
        return "," in self.bootstrap

    def client(self) -> dict[str, Any]:
        """Keyword arguments of a consumer and an admin client. Raises OSError where a file cannot be read.

        Files are read anew for each client, so that a renewed certificate is used from the next connection on.
        """
        arguments: dict[str, Any] = {"bootstrap_servers": self.bootstrap, "security_protocol": self.security}
        if self.security.startswith("SASL"):
            arguments |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        if self.security.endswith("SSL"):
            arguments["ssl_context"] = self._tls()
        return arguments

    def producer(self) -> dict[str, Any]:
        """Keyword arguments of a producer: acknowledged by all replicas in sync, and where it can be, without repeats."""
        return self.client() | {"acks": "all", "enable_idempotence": self.idempotent}

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.cert_file is not None:
            context.load_cert_chain(self.cert_file, self.key_file)
        return context
