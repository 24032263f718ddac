"""Every service put together without a database or a bus, to look at its routes and at what it subscribes to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from services.console.main import build as console_app
from services.console.main import wire as console_wire
from services.console.settings import Settings as ConsoleSettings
from services.grading.main import create_app as grading_app
from services.grading.main import wire as grading_wire
from services.grading.settings import Settings as GradingSettings
from services.intake.domain.admission import Bound
from services.intake.main import create_app as intake_app
from services.intake.main import wire as intake_wire
from services.intake.settings import Settings as IntakeSettings
from services.intake.usecases.admission import Admission
from services.publishing.main import create_app as publishing_app
from services.publishing.main import wire as publishing_wire
from services.publishing.settings import Settings as PublishingSettings
from services.tasks.main import create_app as tasks_app
from services.tasks.main import wire as tasks_wire
from services.tasks.settings import Settings as TasksSettings
from shared.auth import AccountGate, ServiceTokens
from shared.clock import SystemClock
from shared.db import Database
from shared.journal import Journal, Subscriptions
from shared.secrets import Secrets, ensure_secrets
from shared.service import Parts, Wiring
from shared.settings import ServiceSettings

_NOWHERE = "postgresql://nobody@127.0.0.1:1/nowhere"
"""Never connected to: an app opens its databases when it is served, and these are only looked at."""
PRODUCERS: Mapping[str, str] = {"console": "directory"}
"""Services whose journal bears another name than theirs."""


@dataclass(frozen=True)
class Service:
    """A service that is not running."""

    name: str
    producer: str
    app: FastAPI
    wiring: Wiring
    secrets: Secrets

    @property
    def subscriptions(self) -> Subscriptions:
        """What it hears, by producer."""
        return self.wiring.subscriptions


def services(folder: Path) -> list[Service]:
    """All services, with secrets made for the purpose under `folder`."""
    secrets = ensure_secrets(folder / "secrets")
    given: dict[str, Any] = {
        "database_url": _NOWHERE,
        "kafka_bootstrap": "127.0.0.1:1",
        "secrets_dir": secrets.folder,
        "var": folder,
        "clock_file": None,
        "log_level": "error",
    }
    intake, grading = IntakeSettings(**given), GradingSettings(**given)
    tasks, publishing = TasksSettings(**given), PublishingSettings(**given)
    console = ConsoleSettings(**given, directory_database_url=_NOWHERE)
    return [
        _service(
            "intake",
            intake_app(intake),
            partial(intake_wire, portal_door=_door("portal"), vendor_door=_door("vendor")),
            intake,
            secrets,
        ),
        _service("grading", grading_app(grading), grading_wire, grading, secrets),
        _service("tasks", tasks_app(tasks), tasks_wire, tasks, secrets),
        _service("publishing", publishing_app(publishing), publishing_wire, publishing, secrets),
        _service("console", console_app(console), console_wire, console, secrets),
    ]


def _door(queue: str) -> Admission:
    """What turns away at intake where too much waits; nothing comes here."""
    return Admission(queue, Bound(1.0, least=1, most=1))


def _service(
    name: str, app: FastAPI, wire: Callable[[Parts], Wiring], settings: ServiceSettings, secrets: Secrets
) -> Service:
    producer = PRODUCERS.get(name, name)
    return Service(name, producer, app, wire(_parts(name, producer, settings, secrets)), secrets)


def _parts(name: str, producer: str, settings: ServiceSettings, secrets: Secrets) -> Parts:
    clock = SystemClock()
    database = Database(settings.database_url, name=f"{name}-documents")
    return Parts(
        name=name,
        settings=settings,
        secrets=secrets,
        db=database,
        work=database,
        ledger=database,
        journal=Journal(producer),
        office=clock,
        system=clock,
        gate=AccountGate(clock),
        tokens=ServiceTokens(secrets.service_signing(name), name, clock),
    )
