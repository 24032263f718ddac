"""From nothing to the running product on one machine, and kept running until told to stop."""

import asyncio
import gc
import json
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from deploy.local import checks
from deploy.local.broker import Broker
from deploy.local.errors import StartError
from deploy.local.fleet import Fleet, is_ready, stop
from deploy.local.forks import STOPPING, Child, fork, run_job
from deploy.local.passwords import write_private
from deploy.local.ports import LOOPBACK
from deploy.local.postgres import Postgres
from deploy.local.screen import Screen
from deploy.local.services import PlaySample, Prepare, Product, Service, environment, resolve
from deploy.local.supervisor import Supervisor, Watched
from deploy.local.topics import EMBEDDED_PARTITIONS, PARTITIONS, create_topics
from deploy.local.wal import archive_settings
from shared.settings import KafkaSettings

BROKER_LIMIT = 96 * 1024 * 1024  # it reads every batch it holds at each fetch, so a full one is a slow one
"""Bytes of resident memory at which the broker, which forgets nothing, is started again empty."""
BROKER_LOOK = 5.0
CONNECTIONS = 150
"""What one process of each service may open to the database together, two of intake's included; there are 50 to spare."""
READY_WITHIN = 120.0
TRIES = 5


class Stopped(BaseException):
    """Somebody asked the runner to stop; like KeyboardInterrupt no error, and nobody's `except Exception`."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line decides.

    `kafka`: a broker to use instead of our own. `replicas`: at least so many processes of each service. `database_ports`: by
    service, the port of 127.0.0.1 at which it is to find the database (a proxy's). `wal_archive`: where the database keeps its
    log for restores to any moment.
    """

    var: Path
    port_base: int = 8000
    sample: bool = True
    kafka: str | None = None
    replicas: int = 1
    drain_seconds: float = 0.0
    database_ports: Mapping[str, int] = field(default_factory=dict)
    wal_archive: Path | None = None


@dataclass(slots=True)
class Runner:
    """One run. Stays single-threaded and without an event loop, because services are copies of this very process."""

    options: Options
    product: Product
    screen: Screen
    supervisor: Supervisor = field(init=False)
    postgres: Postgres = field(init=False)
    broker: Broker | None = field(init=False)
    fleet: Fleet = field(init=False)
    _jobs: list[Child] = field(default_factory=list)
    _asked_to_roll: bool = False
    _looked: float = 0.0

    def __post_init__(self) -> None:
        """Check what must hold. Raises SetupError before anything has been started."""
        var = self.options.var
        checks.writable(var)
        checks.lock(var)
        sockets = checks.listening(self.product.services, self.options.port_base)
        logs = var / "log"
        self.supervisor = Supervisor(self.screen.say)
        self.postgres = Postgres(
            var / "postgres",
            secrets=var / "secrets",
            log=logs / "postgres.log",
            settings={"max_connections": str(50 + CONNECTIONS * self.options.replicas), **_archiving(self.options)},
        )
        self.fleet = Fleet(self.product, sockets, self.supervisor, self._settings, var, self.options.replicas)
        self.broker = None if self.options.kafka else Broker(var / "broker", log=logs / "broker.log")

    def run(self) -> None:
        """Start everything, play the sample in once, and stay. Raises StartError, or Stopped when asked to stop."""
        for number in STOPPING:
            signal.signal(number, _stop)
        signal.signal(signal.SIGUSR1, self._ask_to_roll)
        try:
            self._start_stores()
            self._start_services()
            self._wait_until_ready()
            self._play_sample()
            self._announce()
            while True:
                self._tick(1.0)
                self._roll_if_asked()
        finally:
            for number in STOPPING:
                signal.signal(number, signal.SIG_IGN)  # stopping is short and happens once
            self.stop()

    def stop(self) -> None:
        """Services first, together, then the broker, then the database, which takes leave of nobody: within 5 s."""
        self.screen.close()
        stop([*self.fleet.children(), *self._jobs], patience=2.5)
        self.fleet.write_state()
        if self.broker is not None:
            self.broker.stop()
        self.postgres.stop(patience=1.5)

    @property
    def _kafka(self) -> str:
        return self.options.kafka or (self.broker.bootstrap if self.broker else "")

    def _start_stores(self) -> None:
        self.screen.doing("PostgreSQL")
        self.supervisor.launch(
            Watched("PostgreSQL", self._start_postgres, lambda: "exited" if self.postgres.pid is None else None)
        )
        self.screen.done(f"PostgreSQL {LOOPBACK}:{self.postgres.port}")
        self.screen.doing("Kafka")
        if self.broker is not None:
            broker = self.broker
            self.supervisor.launch(
                Watched("Kafka", self._start_broker, lambda: "exited" if broker.pid is None else None)
            )
        else:
            run_job("topics", self._make_topics, self.fleet.log("topics"))
        self.screen.done(f"Kafka {self._kafka}")

    def _start_postgres(self) -> None:
        self.postgres.start()

    def _start_broker(self) -> None:
        if self.broker is None:
            return
        self.broker.kill()
        self.broker.start(topics=False)
        try:
            run_job("topics", self._make_topics, self.fleet.log("topics"))
        except StartError:
            self.broker.stop()
            raise

    def _make_topics(self) -> None:
        if self.broker is None:
            kafka = KafkaSettings(kafka_bootstrap=self._kafka).kafka
            asyncio.run(create_topics(kafka, partitions=PARTITIONS, replication=None))
        else:
            asyncio.run(create_topics(self._kafka, partitions=EMBEDDED_PARTITIONS, replace=True))

    def _start_services(self) -> None:
        self.screen.doing("载入 / loading")
        for service in self.product.services:
            resolve(f"{service.module}:create_app")  # imported once here, shared by all copies
        self.screen.doing("数据库结构 / migrations")
        secrets = self.options.var / "secrets"
        url = self.postgres.admin_url
        run_job("migrations", lambda: _prepare(self.product.prepare, url, secrets), self.fleet.log("migrations"))
        self.screen.done("数据库结构 / migrations")
        self._write_dev_file()
        self.screen.doing("服务 / services")
        gc.collect()
        gc.freeze()
        self.fleet.launch()

    def _settings(self, service: Service) -> dict[str, str]:
        port = self.options.database_ports.get(service.name)
        return environment(
            self.product,
            service,
            var=self.options.var,
            port_base=self.options.port_base,
            database_url=lambda role: self.postgres.url(role=role, port=port),
            bootstrap=self._kafka,
            embedded=self.broker is not None,
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        for service in self.product.services:
            self.screen.doing(service.name)
            for replica in self.fleet.of(service):
                while not is_ready(replica.port):
                    self._tick(0.05)
                    self._give_up_if_hopeless(replica.name, deadline)
            self.screen.done(f"{service.name} {self._url(service)}")

    def _give_up_if_hopeless(self, name: str, deadline: float) -> None:
        failed = self.supervisor.hopeless(TRIES)
        if failed is not None:
            raise StartError(f"{failed.name} failed {TRIES} times, last: {failed.last_reason}")
        if time.monotonic() > deadline:
            raise StartError(f"{name} not ready after {READY_WITHIN:.0f} s, see {self.fleet.log(name)}")

    def _ask_to_roll(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_roll = True

    def _roll_if_asked(self) -> None:
        if self._asked_to_roll:
            self._asked_to_roll = False
            self.fleet.roll(self._tick, self.screen.say, self.options.drain_seconds)

    def _url(self, service: Service) -> str:
        return f"http://{LOOPBACK}:{self.options.port_base + service.offset}"

    def _play_sample(self) -> None:
        played = self.options.var / "sample-played"
        if not self.options.sample or played.exists():
            return
        self.screen.close()
        arguments = ["--var", str(self.options.var), "--port-base", str(self.options.port_base)]
        # Its own progress goes to this terminal; the services are watched meanwhile.
        child = Child("sample", fork(lambda: _play(self.product.sample, arguments), None))
        self._jobs.append(child)
        while child.poll() is None:
            self._tick(0.5)
        self._jobs.remove(child)
        if child.status != 0:
            raise StartError(f"playing the sample ended with status {child.status}; the next start goes on with it")
        played.touch()

    def _announce(self) -> None:
        self.screen.close()
        services = [
            (
                service.name if len(self.fleet.of(service)) == 1 else f"{service.name} ×{len(self.fleet.of(service))}",
                self._url(service),
            )
            for service in self.product.services
        ]
        staff = self._dev_file().get("staff", [])
        self.screen.addresses(services, staff, f"{LOOPBACK}:{self.postgres.port}", self._kafka)

    def _tick(self, wait: float) -> None:
        self.supervisor.tick(wait)
        self.fleet.write_state()
        now = time.monotonic()
        if self.broker is not None and now - self._looked > BROKER_LOOK:
            self._looked = now
            if self.broker.rss() > BROKER_LIMIT:
                self.screen.say("Kafka 内存超过 96 MB，清空重启 / memory above 96 MB: started again empty")
                self.broker.kill()  # the watch sees it end and starts it again

    def _dev_file(self) -> dict[str, Any]:
        file = self.options.var / "dev.json"
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return content

    def _write_dev_file(self) -> None:
        content = self._dev_file() | {"database_url": self.postgres.admin_url, "kafka_bootstrap": self._kafka}
        text = json.dumps(content, ensure_ascii=False, indent=2)
        write_private(self.options.var / "dev.json", text + "\n")


def _prepare(target: str, admin_url: str, secrets: Path) -> None:
    prepare: Prepare = resolve(target)  # in the job, which alone pays for what it imports
    prepare(admin_url, secrets)


def _play(target: str, arguments: list[str]) -> int | None:
    play: PlaySample = resolve(target)
    return play(arguments)


def _archiving(options: Options) -> Mapping[str, str]:
    return archive_settings(options.wal_archive) if options.wal_archive else {}


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped
