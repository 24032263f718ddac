"""The runner as a process: ready, healed after every kill -9, stopped within five seconds, started again as it was."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.local.binaries import postgres_programs
from deploy.local.ports import free_port, is_free

pytestmark = pytest.mark.processes
READY = "Ctrl-C"
AGAIN = "started again"
PATIENCE = 60.0


class Run:
    """One runner in a folder of its own, read line by line."""

    def __init__(self, var: Path, port_base: int, *options: str) -> None:
        self.var = var
        self.port_base = port_base
        environment = {name: value for name, value in os.environ.items() if name != "KAFKA_BOOTSTRAP_SERVERS"}
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.services.runner_product",
                *("--var", str(var), "--port-base", str(port_base)),
                *options,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment | {"PYTHONUNBUFFERED": "1", "COLUMNS": "200"},
        )
        self.said = ""

    def until(self, text: str) -> str:
        """Read on until `text` is said; all that was said up to there, from the last time on."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while text not in self.said:
                assert selector.select(max(0.0, deadline - time.monotonic())), f"never said {text!r}: {self.said}"
                read = os.read(self.process.stdout.fileno(), 65536)
                assert read, f"ended without saying {text!r}: {self.said}"
                self.said += read.decode()
        before, _, self.said = self.said.partition(text)
        return before + text

    def myself(self, offset: int) -> dict[str, str]:
        """What the service at this place says of itself; waits through a restart of it."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port_base + offset}/self", timeout=PATIENCE) as answer:
            content: dict[str, str] = json.load(answer)
            return content

    def processes(self) -> dict[str, dict[str, Any]]:
        """`var/state/processes.json`."""
        content: dict[str, dict[str, Any]] = json.loads((self.var / "state" / "processes.json").read_text())
        return content

    def dev(self) -> dict[str, str]:
        """`var/dev.json`."""
        content: dict[str, str] = json.loads((self.var / "dev.json").read_text(encoding="utf-8"))
        return content

    def sql(self, statement: str) -> str:
        """What the product's database answers."""
        psql = str(postgres_programs(None) / "psql")
        command = [psql, "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", statement, self.dev()["database_url"]]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def child(self, name: str) -> psutil.Process:
        """The runner's child whose program has this name."""
        return next(one for one in psutil.Process(self.process.pid).children() if one.name() == name)

    def interrupt(self) -> float:
        """Ctrl-C; the seconds it took to end."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(PATIENCE) == 0
        return time.monotonic() - begun

    def close(self) -> None:
        """End it if it still runs, and everything with it."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, int]:
    """Where to run: a folder and a base port with a free one after it."""
    port = free_port()
    while not is_free(port + 1):
        port = free_port()
    return tmp_path / "var", port


@pytest.fixture
def run(place: tuple[Path, int]) -> Iterator[Run]:
    """A runner that is ready."""
    run = Run(*place)
    try:
        run.until(READY)
        yield run
    finally:
        run.close()


def test_every_kill_is_healed_and_ctrl_c_leaves_nothing(run: Run) -> None:
    run.sql("CREATE TABLE kept AS SELECT 7 AS n")
    family = psutil.Process(run.process.pid).children(recursive=True)

    before = run.myself(1)
    os.kill(int(before["pid"]), signal.SIGKILL)
    after = run.myself(1)  # the runner holds the port: the call waits instead of being refused
    assert after["pid"] != before["pid"]
    assert "intake" in run.until(AGAIN)

    run.child("postgres").kill()
    assert "PostgreSQL" in run.until(AGAIN)
    assert run.sql("SELECT n FROM kept") == "7"

    run.child("tansu").kill()
    assert "Kafka" in run.until(AGAIN)
    assert run.dev()["kafka_bootstrap"] == before["HUIYING_KAFKA_BOOTSTRAP"]

    family += psutil.Process(run.process.pid).children(recursive=True)
    assert run.interrupt() < 5
    _gone, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []


def test_kill_9_of_the_runner_hinders_nothing_and_the_next_start_goes_on(run: Run) -> None:
    run.sql("CREATE TABLE kept AS SELECT 7 AS n")
    sample = (run.var / "played.log").read_text(encoding="utf-8")
    dev = run.dev()
    family = psutil.Process(run.process.pid).children(recursive=True)
    run.close()
    again = Run(run.var, run.port_base)
    try:
        again.until(READY)
        assert again.dev() == dev
        assert again.sql("SELECT n FROM kept") == "7"
        assert (run.var / "played.log").read_text(encoding="utf-8") == sample
        _gone, alive = psutil.wait_procs(family, timeout=5)
        assert alive == []
        assert again.interrupt() < 5
    finally:
        again.close()


def test_services_get_their_settings_and_their_own_role(run: Run) -> None:
    settings = run.myself(1)
    assert settings["HUIYING_DATABASE_URL"].startswith("postgresql://huiying_intake:")
    assert json.loads(settings["HUIYING_PEERS"])["console"] == f"http://127.0.0.1:{run.port_base}"
    assert settings["HUIYING_SECRETS_DIR"] == str(run.var / "secrets")
    assert run.sql("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'huiying_%'") == "6"


def test_second_runner_is_told_who_holds_the_place(run: Run) -> None:
    same_var = Run(run.var, run.port_base + 100)
    try:
        assert same_var.process.wait(PATIENCE) == 2
        assert f"(pid {run.process.pid})" in same_var.until("run beside")
    finally:
        same_var.close()
    same_ports = Run(run.var.with_name("other"), run.port_base)
    try:
        assert same_ports.process.wait(PATIENCE) == 2
        assert str(run.port_base) in same_ports.until("--port-base")
    finally:
        same_ports.close()
    assert run.myself(0)["pid"]


def _pid_at(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/self", timeout=PATIENCE) as answer:
        return int(json.load(answer)["pid"])


def test_replicas_have_ports_of_their_own_and_are_replaced_one_after_another(place: tuple[Path, int]) -> None:
    run = Run(*place, "--replicas", "2", "--database-port", "intake=5599")
    try:
        run.until(READY)
        before = run.processes()
        assert set(before) == {"console", "console-2", "intake", "intake-2"}
        assert all(_pid_at(one["port"]) == one["pid"] for one in before.values())
        targets = json.loads((run.var / "state" / "prometheus-targets.json").read_text())
        assert {(one["labels"]["process"], one["targets"][0]) for one in targets} == {
            (name, f"127.0.0.1:{one['port']}") for name, one in before.items()
        }
        assert run.myself(1)["HUIYING_DATABASE_URL"].endswith("@127.0.0.1:5599/huiying")
        assert ":5599/" not in run.myself(0)["HUIYING_DATABASE_URL"]

        os.kill(int((run.var / "run.lock").read_text()), signal.SIGUSR1)
        said = run.until("rolling restart done")
        assert [said.index(f"{name} 已重新启动") for name in before] == sorted(
            said.index(f"{name} 已重新启动") for name in before
        )
        after = run.processes()
        assert {name: one["port"] for name, one in after.items()} == {n: one["port"] for n, one in before.items()}
        assert not {one["pid"] for one in after.values()} & {one["pid"] for one in before.values()}
        assert run.interrupt() < 5
        assert run.processes() == {}
    finally:
        run.close()
