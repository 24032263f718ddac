"""From nothing to the running product on one machine, and kept running until told to stop."""

import asyncio
import gc
import http.client
import json
import signal
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from deploy.local import checks
from deploy.local.broker import Broker
from deploy.local.errors import StartError
from deploy.local.forks import STOPPING, Child, fork, run_job, serve
from deploy.local.passwords import write_private
from deploy.local.ports import LOOPBACK
from deploy.local.postgres import Postgres
from deploy.local.processes import tail
from deploy.local.screen import Screen
from deploy.local.services import PlaySample, Prepare, Product, Service, environment, resolve
from deploy.local.supervisor import Supervisor, Watched
from deploy.local.topics import EMBEDDED_PARTITIONS, PARTITIONS, create_topics

BROKER_LIMIT = 96 * 1024 * 1024  # it reads every batch it holds at each fetch, so a full one is a slow one
"""Bytes of resident memory at which the broker, which forgets nothing, is started again empty."""
BROKER_LOOK = 5.0
READY_WITHIN = 120.0
TRIES = 5


class Stopped(BaseException):
    """Somebody asked the runner to stop; like KeyboardInterrupt no error, and nobody's `except Exception`."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line decides. `kafka`: a broker to use instead of our own."""

    var: Path
    port_base: int = 8000
    sample: bool = True
    kafka: str | None = None


@dataclass(slots=True)
class Runner:
    """One run. Stays single-threaded and without an event loop, because services are copies of this very process."""

    options: Options
    product: Product
    screen: Screen
    supervisor: Supervisor = field(init=False)
    postgres: Postgres = field(init=False)
    broker: Broker | None = field(init=False)
    sockets: dict[str, socket.socket] = field(init=False)
    children: dict[str, Child] = field(default_factory=dict)
    _looked: float = 0.0

    def __post_init__(self) -> None:
        """Check what must hold. Raises SetupError before anything has been started."""
        var = self.options.var
        checks.writable(var)
        checks.lock(var)
        self.sockets = checks.listening(self.product.services, self.options.port_base)
        logs = var / "log"
        self.supervisor = Supervisor(self.screen.say)
        self.postgres = Postgres(var / "postgres", secrets=var / "secrets", log=logs / "postgres.log")
        self.broker = None if self.options.kafka else Broker(var / "broker", log=logs / "broker.log")

    def run(self) -> None:
        """Start everything, play the sample in once, and stay. Raises StartError, or Stopped when asked to stop."""
        for number in STOPPING:
            signal.signal(number, _stop)
        try:
            self._start_stores()
            self._start_services()
            self._wait_until_ready()
            self._play_sample()
            self._announce()
            while True:
                self._tick(1.0)
        finally:
            for number in STOPPING:
                signal.signal(number, signal.SIG_IGN)  # stopping is short and happens once
            self.stop()

    def stop(self) -> None:
        """Services first, together, then the broker, then the database, which takes leave of nobody: within 5 s."""
        self.screen.close()
        deadline = time.monotonic() + 2.5
        for child in self.children.values():
            child.ask_to_stop()
        for child in self.children.values():
            child.force(max(0.0, deadline - time.monotonic()))
        if self.broker is not None:
            self.broker.stop()
        self.postgres.stop(patience=1.5)

    @property
    def _kafka(self) -> str:
        return self.options.kafka or (self.broker.bootstrap if self.broker else "")

    def _log(self, name: str) -> Path:
        return self.options.var / "log" / f"{name}.log"

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
            run_job("topics", self._make_topics, self._log("topics"))
        self.screen.done(f"Kafka {self._kafka}")

    def _start_postgres(self) -> None:
        self.postgres.start()

    def _start_broker(self) -> None:
        if self.broker is None:
            return
        self.broker.kill()
        self.broker.start(topics=False)
        try:
            run_job("topics", self._make_topics, self._log("topics"))
        except StartError:
            self.broker.stop()
            raise

    def _make_topics(self) -> None:
        partitions = PARTITIONS if self.broker is None else EMBEDDED_PARTITIONS
        asyncio.run(create_topics(self._kafka, partitions=partitions, replace=self.broker is not None))

    def _start_services(self) -> None:
        self.screen.doing("载入 / loading")
        for service in self.product.services:
            resolve(f"{service.module}:create_app")  # imported once here, shared by all copies
        self.screen.doing("数据库结构 / migrations")
        secrets = self.options.var / "secrets"
        url = self.postgres.admin_url
        run_job("migrations", lambda: _prepare(self.product.prepare, url, secrets), self._log("migrations"))
        self.screen.done("数据库结构 / migrations")
        self._write_dev_file()
        self.screen.doing("服务 / services")
        gc.collect()
        gc.freeze()
        for service in self.product.services:
            for number in range(service.copies):
                self.supervisor.launch(
                    self._watched(service, f"{service.name}-{number + 1}" if number else service.name)
                )

    def _watched(self, service: Service, name: str) -> Watched:
        def start() -> None:
            self.children[name] = Child(name, self._fork_service(service, name))

        def ended() -> str | None:
            status = self.children[name].poll()
            return None if status is None else f"status {status}: {tail(self._log(name), 1)}"

        return Watched(name, start, ended)

    def _fork_service(self, service: Service, name: str) -> int:
        settings = environment(
            self.product,
            service,
            var=self.options.var,
            port_base=self.options.port_base,
            database_url=lambda role: self.postgres.url(role=role),
            bootstrap=self._kafka,
        )
        others = [one for served, one in self.sockets.items() if served != service.name]

        listening = self.sockets[service.name]
        create_app = resolve(f"{service.module}:create_app")
        return fork(lambda: serve(create_app, listening, others, settings), self._log(name))

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        for service in self.product.services:
            self.screen.doing(service.name)
            while not _is_ready(self.options.port_base + service.offset):
                self._tick(0.05)
                failed = self.supervisor.hopeless(TRIES)
                if failed is not None:
                    raise StartError(f"{failed.name} failed {TRIES} times, last: {failed.last_reason}")
                if time.monotonic() > deadline:
                    raise StartError(
                        f"{service.name} not ready after {READY_WITHIN:.0f} s, see {self._log(service.name)}"
                    )
            self.screen.done(f"{service.name} {self._url(service)}")

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
        self.children["sample"] = child
        while child.poll() is None:
            self._tick(0.5)
        del self.children["sample"]
        if child.status != 0:
            raise StartError(f"playing the sample ended with status {child.status}; the next start goes on with it")
        played.touch()

    def _announce(self) -> None:
        self.screen.close()
        services = [(service.name, self._url(service)) for service in self.product.services]
        staff = self._dev_file().get("staff", [])
        self.screen.addresses(services, staff, f"{LOOPBACK}:{self.postgres.port}", self._kafka)

    def _tick(self, wait: float) -> None:
        self.supervisor.tick(wait)
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


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=0.5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped
