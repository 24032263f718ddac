"""What the runner runs: the one place where it is wired to the rest of the product."""

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from deploy.local.ports import LOOPBACK


class Prepare(Protocol):
    """Make secrets, roles and schemas ready for the services; cheap when they are."""

    def __call__(self, admin_url: str, secrets: Path) -> None: ...


class PlaySample(Protocol):
    """Make the sample organisations and accounts and play the sample incidents in through the public interfaces.

    Arguments as on a command line. May be called again after it was interrupted; adds its keys and accounts to
    `var/dev.json`. Returns 0, or a non-zero status after saying why.
    """

    def __call__(self, arguments: list[str]) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Service:
    """One process: `module` has the factory `create_app`, `role` is its database role.

    `further` names settings that hold the database URL of another role: the console also hosts the directory. `copies` are
    processes on the same socket: intake's work is Python's, and one process would leave the second core idle.
    """

    name: str
    offset: int
    module: str
    role: str
    further: tuple[tuple[str, str], ...] = ()
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Product:
    """The services by their place above the base port, and the two functions as `module:function`."""

    services: tuple[Service, ...]
    prepare: str
    sample: str


PRODUCT = Product(
    services=(
        Service(
            "console",
            0,
            "services.console.main",
            "huiying_console",
            further=(("HUIYING_DIRECTORY_DATABASE_URL", "huiying_directory"),),
        ),
        Service("intake", 1, "services.intake.main", "huiying_intake", copies=2),
        Service("grading", 2, "services.grading.main", "huiying_grading"),
        Service("tasks", 3, "services.tasks.main", "huiying_tasks"),
        Service("publishing", 4, "services.publishing.main", "huiying_publishing"),
    ),
    prepare="deploy.local.prepare:prepare",
    sample="deploy.sample.play:main",
)


def resolve(target: str) -> Callable[..., Any]:
    """The function `module:function` names. Raises ImportError or AttributeError where it does not exist."""
    module, _, name = target.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def environment(
    product: Product,
    service: Service,
    *,
    var: Path,
    port_base: int,
    database_url: Callable[[str], str],
    bootstrap: str,
    embedded: bool = True,
) -> dict[str, str]:
    """The settings of one service, as `shared.settings` reads them.

    `database_url` answers a role's. `embedded`: the broker is our own, which knows no idempotent producer.
    """
    peers = {peer.name: f"http://{LOOPBACK}:{port_base + peer.offset}" for peer in product.services}
    return {
        "HUIYING_DATABASE_URL": database_url(service.role),
        "HUIYING_KAFKA_BOOTSTRAP": bootstrap,
        **({} if embedded else {"HUIYING_KAFKA_IDEMPOTENT": "true"}),
        "HUIYING_SECRETS_DIR": str(var / "secrets"),
        "HUIYING_VAR": str(var),
        "HUIYING_PEERS": json.dumps(peers),
        "HUIYING_CLOCK_FILE": str(var / "state" / "clock"),
        **{name: database_url(role) for name, role in service.further},
    }
