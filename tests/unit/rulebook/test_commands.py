"""The rulebook commands."""

import json
from pathlib import Path

import pytest

from services.grading.entry.cli import main
from services.grading.rulebook import shipped
from tests.unit.rulebook.test_load import SMALL


def test_shipped_rulebooks_are_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "lint", *shipped()]) == 0
    out = capsys.readouterr()
    assert out.out.count(": ok: ") == len(shipped())
    assert out.err == ""


def test_lint_goes_on_after_a_broken_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sound, broken = tmp_path / "sound.yaml", tmp_path / "broken.yaml"
    sound.write_text(SMALL, encoding="utf-8")
    broken.write_text(SMALL.replace("owner: office", "owner: nobody"), encoding="utf-8")
    assert main(["rulebook", "lint", str(broken), str(sound)]) == 2
    out = capsys.readouterr()
    assert "small 1" in out.out
    assert "broken.yaml:22: duties.0.owner: unknown role 'nobody'; known: chief, office, public" in out.err


def test_the_schema_is_json_and_closed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["additionalProperties"] is False
    assert {"duties", "levels", "criteria", "approval_chains"} <= schema["properties"].keys()


def test_list_names_every_shipped_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(shipped())


def test_a_timetable_for_the_eye(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["timeline", "xuancheng-2015", "--level", "general", "--moment", "claimed=2026-09-30T16:00"]) == 0
    assert "2026-10-13T17:30:00+08:00  5 working days   claimed" in capsys.readouterr().out


def test_every_command_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert "examples:" in capsys.readouterr().out
