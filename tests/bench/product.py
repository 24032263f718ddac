"""The whole product as real processes in a folder of its own, started and stopped by whoever measures it."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from deploy.local.errors import StartError
from deploy.local.fleet import is_ready
from deploy.local.ports import LOOPBACK, is_free
from deploy.local.processes import end, launch, tail
from deploy.local.services import PRODUCT

ROOT = Path(__file__).resolve().parents[2]
RUNNER = "deploy.local"
SERVICES = tuple(service.name for service in PRODUCT.services)
OFFSETS = {service.name: service.offset for service in PRODUCT.services}
READY_WITHIN = 180.0
READY_PATIENCE = 3.0


@dataclass(slots=True)
class Product:
    """A product under `var`, on five ports from `port_base`; `module` is run in place of the runner's own, with `options` more."""

    var: Path
    port_base: int
    module: str = RUNNER
    options: tuple[str, ...] = ()
    _runner: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def log(self) -> Path:
        """What the runner said."""
        return self.var / "log" / "runner.log"

    def port(self, service: str) -> int:
        """Where a service listens."""
        return self.port_base + OFFSETS[service]

    def url(self, service: str) -> str:
        """A service's address."""
        return f"http://{LOOPBACK}:{self.port(service)}"

    def start(self) -> float:
        """Start it; the seconds until every service was ready. Raises StartError. It dies with this process."""
        taken = [self.port(service) for service in SERVICES if not is_free(self.port(service))]
        if taken:
            raise StartError(f"ports {taken} are taken; choose others with --port-base")
        began = time.monotonic()
        arguments = ["--var", str(self.var), "--port-base", str(self.port_base), "--no-sample", *self.options]
        command = [sys.executable, "-m", self.module, *arguments]
        self._runner = launch(command, log=self.log, cwd=ROOT, death_signal=signal.SIGTERM)
        while not self.ready():
            if self._runner.poll() is not None:
                raise StartError(f"the runner ended with status {self._runner.returncode}: {tail(self.log, 6)}")
            if time.monotonic() - began > READY_WITHIN:
                raise StartError(f"not ready after {READY_WITHIN:.0f} s, see {self.var / 'log'}")
            time.sleep(0.02)
        return time.monotonic() - began

    def ready(self) -> bool:
        """Whether every service says so now."""
        return all(is_ready(self.port(service), READY_PATIENCE) for service in SERVICES)

    def stop(self) -> None:
        """End it as Ctrl-C would, by force where that takes too long."""
        if self._runner is None:
            return
        if self._runner.poll() is None:
            end(psutil.Process(self._runner.pid), ((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0)))
        self._runner.wait()
        self._runner = None

    def remove(self) -> None:
        """Remove its folder, with the database in it."""
        shutil.rmtree(self.var, ignore_errors=True)

    @property
    def database_url(self) -> str:
        """The product's database as superuser."""
        content: dict[str, Any] = json.loads((self.var / "dev.json").read_text(encoding="utf-8"))
        return str(content["database_url"])

    @property
    def bootstrap(self) -> str:
        """Where the events go."""
        content: dict[str, Any] = json.loads((self.var / "dev.json").read_text(encoding="utf-8"))
        return str(content["kafka_bootstrap"])

    def processes(self) -> dict[str, psutil.Process]:
        """What runs now: the five services (`intake-2` is intake's second process), `postgres` (its postmaster), `broker` and
        `runner`.

        Told apart by the log that each writes to, because forks of one program all look alike.
        """
        if self._runner is None or self._runner.poll() is not None:
            return {}
        runner = psutil.Process(self._runner.pid)
        found = {"runner": runner}
        for child in runner.children():
            name = _log_of(child.pid)
            if name.partition("-")[0] in (*SERVICES, "postgres", "broker"):
                found[name] = child
        return found

    def everything(self) -> Iterator[psutil.Process]:
        """The runner and all that descends from it."""
        runner = self.processes().get("runner")
        if runner is not None:
            yield runner
            yield from runner.children(recursive=True)


@contextmanager
def running(product: Product, *, keep: bool = False, say: Callable[[str], None] = print) -> Iterator[Product]:
    """A fresh product for the time of a block; its folder goes with it unless kept or something went wrong."""
    product.remove()
    product.var.mkdir(parents=True)
    say(f"starting the product on ports {product.port_base}-{product.port_base + len(SERVICES) - 1} …")
    try:
        say(f"ready after {product.start():.1f} s (first start: new database, migrations)")
        yield product
    finally:
        product.stop()
        if not keep and sys.exc_info()[0] is None:
            product.remove()


def _log_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/fd/1").readlink().stem
    except OSError:
        return ""
