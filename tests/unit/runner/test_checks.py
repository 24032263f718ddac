"""What stops a start is said in one Chinese and one English line that name the place and the way out."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import checks
from deploy.local.__main__ import main, parse
from deploy.local.errors import SetupError
from deploy.local.passwords import passwords
from deploy.local.ports import LOOPBACK, RANGE, free_port, remembered_port
from deploy.local.services import PRODUCT, environment

HOLD = """
import sys
from pathlib import Path
from deploy.local.checks import lock
lock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def _one_line_each(error: SetupError) -> None:
    assert "\n" not in error.chinese
    assert "\n" not in error.english


def test_taken_port_is_named_with_its_holder() -> None:
    base = free_port()
    with socket.socket() as other:
        other.bind((LOOPBACK, base + 1))
        other.listen()
        with pytest.raises(SetupError) as caught:
            checks.listening(PRODUCT.services[:2], base)
    _one_line_each(caught.value)
    assert f"{base + 1} (" in caught.value.english
    assert f"pid {os.getpid()}" in caught.value.english
    assert "--port-base" in caught.value.english
    for one in checks.listening(PRODUCT.services[:2], base).values():  # nothing was kept of the refused attempt
        one.close()


def test_unwritable_var_is_named_and_nothing_starts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.touch()
    assert main(["--var", str(file / "var"), "--port-base", str(free_port())]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 2
    assert str(file / "var") in lines[0]
    assert "cannot write" in lines[1]
    assert "--var" in lines[1]


def test_var_is_held_by_one_runner_and_freed_by_its_end(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(SetupError) as caught:
            checks.lock(tmp_path)
        _one_line_each(caught.value)
        assert f"pid {holder.pid}" in caught.value.english
        holder.kill()
        holder.wait()
        checks.lock(tmp_path)


def test_passwords_are_kept_private_and_stay(tmp_path: Path) -> None:
    first = passwords(tmp_path / "secrets")
    assert {"postgres", "huiying_intake", "huiying_directory"} <= first.keys()
    assert len(set(first.values())) == len(first)
    assert passwords(tmp_path / "secrets") == first
    assert stat.S_IMODE((tmp_path / "secrets" / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_port_is_remembered_until_it_is_taken(tmp_path: Path) -> None:
    port = remembered_port(tmp_path / "port")
    assert port in RANGE
    assert remembered_port(tmp_path / "port") == port
    with socket.socket() as other:
        other.bind((LOOPBACK, port))
        other.listen()
        assert remembered_port(tmp_path / "port") != port


def test_environment_names_every_peer_and_the_role() -> None:
    settings = environment(
        PRODUCT,
        PRODUCT.services[2],
        var=Path("/x/var"),
        port_base=8000,
        database_url=lambda role: f"postgresql://{role}:p@127.0.0.1:1/huiying",
        bootstrap="127.0.0.1:2",
    )
    assert settings["HUIYING_SECRETS_DIR"] == "/x/var/secrets"
    assert settings["HUIYING_DATABASE_URL"] == "postgresql://huiying_grading:p@127.0.0.1:1/huiying"
    assert '"publishing": "http://127.0.0.1:8004"' in settings["HUIYING_PEERS"]
    assert '"console": "http://127.0.0.1:8000"' in settings["HUIYING_PEERS"]
    assert "HUIYING_KAFKA_IDEMPOTENT" not in settings


def test_help_has_examples_and_a_wild_port_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(["--help"])
    assert caught.value.code == 0
    assert "examples:" in capsys.readouterr().out
    with pytest.raises(SystemExit) as caught:
        parse(["--port-base", "80"])
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--replicas", "0"], "--replicas 0"),
        (["--replicas", "two"], "--replicas"),
        (["--database-port", "tasks"], "SERVICE=PORT"),
        (["--database-port", "taks=5599"], "console, intake, grading, tasks, publishing"),
        (["--database-port", "tasks=70000"], "70000 is no port"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_wrong_options_are_refused_in_one_line(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(arguments)
    assert caught.value.code == 2
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert named in said


def test_wrong_kafka_addresses_are_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092,kafka")
    with pytest.raises(SystemExit):
        parse([])
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert "'kafka' is not host:port" in said


def test_options_say_replicas_and_where_each_service_finds_its_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092,127.0.0.1:9093")
    options = parse(["--replicas", "2", "--database-port", "tasks=5599", "--database-port", "intake=5600"])
    assert options.replicas == 2
    assert options.database_ports == {"tasks": 5599, "intake": 5600}
    assert options.kafka == "127.0.0.1:9092,127.0.0.1:9093"
