"""Three brokers of Apache Kafka as processes of this one: they die with it, and can be killed and started one by one."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from deploy.kafka.jars import CHECKPOINT, Jars, cluster_id, ensure_jars
from deploy.kafka.properties import Place, write_properties
from deploy.local.errors import StartError
from deploy.local.ports import LOOPBACK, answers, free_port, is_free
from deploy.local.processes import end, launch, tail

KEPT = Path(__file__).resolve().parents[2] / "var" / "kafka"
"""Where the jars are kept, whatever folder a cluster has its state in."""
AGAIN_AFTER = 2.0
"""Seconds after which a node that has ended is started again by `look`."""


class KafkaCluster:
    """A Kafka of `nodes` brokers with its state in `home`; every call blocks.

    Ports, cluster id and data stay over restarts. Start it from a thread that lives as long as it should. `pids` has the nodes
    that run; `nodes.json` in `home` the same for other processes, `{"1": {"pid": 123, "port": 20123}}`. `more` adds lines to
    every node's `server.properties`.
    """

    def __init__(
        self, home: Path, nodes: int = 3, *, more: Mapping[str, str] | None = None, say: Callable[[str], None] = print
    ) -> None:
        self.home = home.resolve()
        self._count = nodes
        self._more = dict(more or {})
        self._say = say
        self._jars: Jars | None = None
        self._places: tuple[Place, ...] = ()
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._ended: dict[int, float] = {}

    @property
    def bootstrap(self) -> str:
        """`127.0.0.1:port,…` of all nodes; empty before the first start."""
        return ",".join(f"{LOOPBACK}:{place.port}" for place in self._places)

    @property
    def pids(self) -> dict[int, int]:
        """The process ids of the nodes that run."""
        return {node: process.pid for node, process in self._processes.items() if process.poll() is None}

    @property
    def nodes_file(self) -> Path:
        """Who runs, for others to read."""
        return self.home / "nodes.json"

    def start(self, *, timeout: float = 90.0) -> str:
        """Start all nodes together, wait until each accepts clients; the bootstrap address.

        Raises SetupError where there is no Java, StartError when a node ends or is not ready within `timeout` seconds.
        """
        self._jars = ensure_jars(KEPT, self._say)
        self._places = self._laid_out(self._jars)
        try:
            for place in self._places:
                self._launch(place)
            self._wait(self._places, timeout)
        except BaseException:
            self.stop()
            raise
        return self.bootstrap

    def stop(self) -> None:
        """End all nodes at once; what they hold stays in `home`."""
        for process in self._processes.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + 4.0
        for process in self._processes.values():
            if process.poll() is None:
                patience = max(0.0, deadline - time.monotonic())
                end(psutil.Process(process.pid), ((signal.SIGCONT, patience), (signal.SIGKILL, 5.0)))
            process.wait()
        self._processes.clear()
        self._tell()

    def kill(self, node: int) -> None:
        """`kill -9` a node, as a crash would; it stays away until `restart`."""
        process = self._processes.pop(node, None)
        if process is not None:
            process.kill()
            process.wait()
            self._tell()

    def restart(self, node: int, *, timeout: float = 60.0) -> None:
        """Kill a node if it runs, start it with the data it has, wait until it accepts clients. Raises StartError."""
        self.kill(node)
        place = self._places[node - 1]
        self._launch(place)
        self._wait((place,), timeout)

    def forget(self) -> None:
        """While it is stopped: have the next start be another cluster's, empty, at the same addresses."""
        known = self.home / "cluster.json"
        kept = json.loads(known.read_text(encoding="ascii"))
        known.write_text(json.dumps(kept | {"id": cluster_id()}), encoding="ascii")
        for place in self._places:
            shutil.rmtree(self._home(place.node) / "data", ignore_errors=True)

    def look(self) -> None:
        """Start what has ended by itself, two seconds after; to be called again and again by whoever keeps it running."""
        now = time.monotonic()
        for place in self._places:
            process = self._processes.get(place.node)
            if process is None or process.poll() is None:
                continue
            if place.node not in self._ended:
                self._ended[place.node] = now
                self._say(f"Kafka {place.node} 已停止 / ended with status {process.returncode}")
                self._tell()
            elif now - self._ended[place.node] >= AGAIN_AFTER:
                del self._ended[place.node]
                self._launch(place)
                self._say(f"Kafka {place.node} 已重新启动 / started again")

    def _laid_out(self, jars: Jars) -> tuple[Place, ...]:
        """Where each node is, from an earlier start or anew, with storage and settings."""
        self.home.mkdir(parents=True, exist_ok=True)
        known = self.home / "cluster.json"
        kept: dict[str, Any] = json.loads(known.read_text(encoding="ascii")) if known.exists() else {}
        if len(kept.get("ports", ())) != 2 * self._count:
            for old in self.home.glob("node-*"):  # another number of nodes is another quorum
                shutil.rmtree(old)
            kept = {"id": cluster_id(), "ports": _free(2 * self._count, [])}
        elif not all(is_free(port) for port in kept["ports"]):
            kept["ports"] = _free(2 * self._count, kept["ports"])
        known.write_text(json.dumps(kept), encoding="ascii")
        ports = kept["ports"]
        places = tuple(Place(n + 1, ports[2 * n], ports[2 * n + 1]) for n in range(self._count))
        for place in places:
            home = self._home(place.node)
            write_properties(home, place, places, self._more)
            _format(home / "data", place.node, kept["id"], jars)
        return places

    def _home(self, node: int) -> Path:
        return self.home / f"node-{node}"

    def _log(self, node: int) -> Path:
        return self.home / f"node-{node}.log"

    def _launch(self, place: Place) -> None:
        if self._jars is None:
            raise StartError("the cluster has not been started")
        command = self._jars.command("kafka.Kafka", self._home(place.node) / "server.properties")
        self._processes[place.node] = launch(command, log=self._log(place.node))
        self._tell()

    def _wait(self, places: tuple[Place, ...], timeout: float) -> None:
        deadline = time.monotonic() + timeout
        for place in places:
            process, log = self._processes[place.node], self._log(place.node)
            while not answers(place.port):
                if process.poll() is not None:
                    raise StartError(f"Kafka node {place.node} ended with status {process.returncode}: {tail(log)}")
                if time.monotonic() > deadline:
                    raise StartError(f"Kafka node {place.node} not ready after {timeout:.0f} s, see {log}: {tail(log)}")
                time.sleep(0.05)

    def _tell(self) -> None:
        ports = {place.node: place.port for place in self._places}
        content = {str(node): {"pid": pid, "port": ports[node]} for node, pid in self.pids.items()}
        fresh = self.nodes_file.with_name(f"nodes.json.{os.getpid()}")
        fresh.write_text(json.dumps(content) + "\n", encoding="ascii")
        fresh.replace(self.nodes_file)


def _free(count: int, keep: list[int]) -> list[int]:
    """So many different free ports, those of `keep` that are still free in their places."""
    ports: list[int] = []
    for number in range(count):
        port = keep[number] if number < len(keep) and is_free(keep[number]) else free_port()
        while port in ports:
            port = free_port()
        ports.append(port)
    return ports


def _format(data: Path, node: int, cluster: str, jars: Jars) -> None:
    """What `StorageTool format` writes, with this node's number; nothing where there is a storage already."""
    meta = data / "meta.properties"
    if meta.exists():
        return
    data.mkdir(parents=True, exist_ok=True)
    shutil.copy(jars.folder / CHECKPOINT, data / CHECKPOINT)
    lines = {"version": 1, "cluster.id": cluster, "node.id": node, "directory.id": cluster_id()}
    meta.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="ascii")
