"""Settings are read from the environment, or refused with a line for each that is wrong."""

from pathlib import Path

import pytest

from shared.settings import ServiceSettings, load

GOOD = {
    "HUIYING_DATABASE_URL": "postgresql://huiying_tasks:x@127.0.0.1:5432/huiying",
    "HUIYING_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "HUIYING_SECRETS_DIR": "var/secrets",
    "HUIYING_VAR": "var",
    "HUIYING_PEERS": '{"grading": "http://127.0.0.1:8002"}',
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_good_settings() -> None:
    settings = load(ServiceSettings)
    assert settings.peers == {"grading": "http://127.0.0.1:8002"}
    assert settings.var == Path("var")
    assert settings.clock_file is None


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"HUIYING_DATABASE_URL": "mysql://secret-password@x"}, ["HUIYING_DATABASE_URL"]),
        ({"HUIYING_LOG_LEVEL": "loud", "HUIYING_DATABASE_URL": ""}, ["HUIYING_DATABASE_URL", "HUIYING_LOG_LEVEL"]),
        ({"HUIYING_PEERS": "grading"}, ["HUIYING_PEERS"]),
        ({"HUIYING_PRODUCTION": "true", "HUIYING_CLOCK_FILE": "var/clock"}, ["HUIYING_CLOCK_FILE"]),
    ],
)
def test_wrong_settings_are_told_a_line_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], changes: dict[str, str], lines: list[str]
) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as exit_:
        load(ServiceSettings)
    assert exit_.value.code == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == len(lines)
    for name in lines:
        assert name in said
    assert "secret-password" not in said


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("HUIYING_KAFKA_BOOTSTRAP")
    with pytest.raises(SystemExit):
        load(ServiceSettings)
    assert "HUIYING_KAFKA_BOOTSTRAP" in capsys.readouterr().err
