"""The services' processes: their ports, which of them run, and a new one for each, one after another."""

import contextlib
import http.client
import json
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.forks import Child, fork, serve
from deploy.local.ports import LOOPBACK, listen_anywhere
from deploy.local.processes import tail
from deploy.local.services import Product, Service, resolve
from deploy.local.supervisor import Supervisor, Watched

READY_AGAIN_WITHIN = 60.0
LEAVES_WITHIN = 15.0
"""Seconds beyond its drain time that a process gets to finish what it has begun."""

Say = Callable[[str], None]
Tick = Callable[[float], None]


@dataclass(slots=True)
class Replica:
    """One process of a service; name and own port stay when it is started again."""

    name: str
    service: Service
    own: socket.socket
    child: Child | None = None
    watched: Watched | None = None

    @property
    def port(self) -> int:
        """Its own port on 127.0.0.1, beside the service's shared one."""
        port: int = self.own.getsockname()[1]
        return port

    def runs(self) -> bool:
        """Whether its process lives."""
        return self.child is not None and self.child.poll() is None


@dataclass(slots=True)
class Fleet:
    """All service processes. `settings` answers a service's environment at the moment of a start."""

    product: Product
    shared: Mapping[str, socket.socket]
    supervisor: Supervisor
    settings: Callable[[Service], dict[str, str]]
    var: Path
    count: int = 1
    replicas: list[Replica] = field(default_factory=list)
    _written: str = ""

    def launch(self) -> None:
        """Start max(copies, count) processes of each service and watch them."""
        for service in self.product.services:
            for number in range(1, max(service.copies, self.count) + 1):
                name = service.name if number == 1 else f"{service.name}-{number}"
                self.replicas.append(Replica(name, service, listen_anywhere()))
        for replica in self.replicas:
            replica.watched = self._watched(replica)
            self.supervisor.launch(replica.watched)
        self.write_state()

    def of(self, service: Service) -> list[Replica]:
        """The processes of one service."""
        return [replica for replica in self.replicas if replica.service == service]

    def children(self) -> list[Child]:
        """Whoever is to be stopped at the end."""
        return [replica.child for replica in self.replicas if replica.child is not None]

    def log(self, name: str) -> Path:
        """Where a process of this name says what it says."""
        return self.var / "log" / f"{name}.log"

    def _watched(self, replica: Replica) -> Watched:
        def start() -> None:
            replica.child = Child(replica.name, self._fork(replica))

        def ended() -> str | None:
            status = replica.child.poll() if replica.child is not None else None
            return None if status is None else f"status {status}: {tail(self.log(replica.name), 1)}"

        return Watched(replica.name, start, ended)

    def _fork(self, replica: Replica) -> int:
        settings = self.settings(replica.service)
        listening = [self.shared[replica.service.name], replica.own]
        ours = {one.fileno() for one in listening}
        everybody = [*self.shared.values(), *(one.own for one in self.replicas)]
        others = [one for one in everybody if one.fileno() not in ours]
        create_app = resolve(f"{replica.service.module}:create_app")
        return fork(lambda: serve(create_app, listening, others, settings), self.log(replica.name))

    def write_state(self) -> None:
        """Keep `state/processes.json` and `state/prometheus-targets.json` true; writes only where something changed."""
        running = [(one, one.child.pid) for one in self.replicas if one.child is not None and one.runs()]
        content = json.dumps(
            {one.name: {"service": one.service.name, "pid": pid, "port": one.port} for one, pid in running}
        )
        if content == self._written:
            return
        targets = [
            {
                "targets": [f"{LOOPBACK}:{one.port}"],
                "labels": {"service": one.service.name, "process": one.name},
            }
            for one, _pid in running
        ]
        # On a full disk the old state stands until there is room: no reason to end what is supervised.
        with contextlib.suppress(OSError):
            _write(self.var / "state" / "processes.json", content)
            _write(self.var / "state" / "prometheus-targets.json", json.dumps(targets))
            self._written = content

    def roll(self, tick: Tick, say: Say, drain: float = 0.0) -> bool:
        """Replace one process after another, each once the one before is ready; False where one does not come.

        `tick` supervises meanwhile. `drain`: the seconds that a process goes on listening after it is asked to stop.
        """
        say("滚动重启开始 / rolling restart begins")
        for replica in self.replicas:
            if not self._renew(replica, tick, drain):
                say(
                    f"滚动重启中止 / rolling restart stopped: {replica.name} is not ready, see {self.log(replica.name)}"
                )
                return False
        say("滚动重启完成 / rolling restart done")
        return True

    def _renew(self, replica: Replica, tick: Tick, drain: float) -> bool:
        old, watched = replica.child, replica.watched
        if old is None or watched is None:
            return False
        watched.planned = True
        old.ask_to_stop()
        give_up = time.monotonic() + drain + LEAVES_WITHIN
        while replica.child is old and time.monotonic() < give_up:
            tick(0.05)
        if replica.child is old:
            old.force(0.0)
        deadline = time.monotonic() + READY_AGAIN_WITHIN
        while replica.child is old or not is_ready(replica.port):
            if time.monotonic() > deadline:
                return False
            tick(0.05)
        return True


def is_ready(port: int, patience: float = 0.5) -> bool:
    """Whether `/readyz` on this port answers 200 within `patience` seconds."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=patience)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def stop(children: Sequence[Child], patience: float) -> None:
    """Ask all to stop, together and without drain time, and kill whoever has not after `patience` seconds."""
    deadline = time.monotonic() + patience
    for child in children:
        child.ask_to_stop(signal.SIGINT)
    for child in children:
        child.force(max(0.0, deadline - time.monotonic()))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(text + "\n", encoding="utf-8")
    fresh.replace(file)  # in one step: a reader sees the old or the new
