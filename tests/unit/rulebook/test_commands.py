"""The rulebook commands."""

import json
from pathlib import Path

import pytest

from deploy.sample.organisations import FOLDER, SampleOrganisation, load_organisations
from services.grading.entry.cli import main
from services.grading.rulebook import shipped
from services.grading.rulebook.reading.schema import rulebook_schema, undescribed
from tests.unit.rulebook.test_load import SMALL


def test_shipped_rulebooks_are_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "lint", *shipped()]) == 0
    out = capsys.readouterr()
    assert out.out.count(": ok: ") == len(shipped())
    assert out.err == ""
    assert all(": warning: " in line for line in out.out.splitlines() if ".yaml:" in line)


def test_warnings_leave_the_exit_status_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "doubtful.yaml"
    file.write_text(
        SMALL.replace("to: [chief]", "to: [chief]\n    escalate: [{after: 1 h, to: office}]"), encoding="utf-8"
    )
    assert main(["rulebook", "lint", str(file)]) == 0
    assert f"{file}:24: warning: duties.0.escalate.0.to: goes up to 'office', who owes it" in capsys.readouterr().out


def test_lint_tells_an_editor_everything_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(SMALL.replace("kind: report", "kind: reprot"), encoding="utf-8")
    assert main(["rulebook", "lint", "--json", str(file)]) == 2
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry.pop("message").startswith("expected one of 'report', 'claim'")
    assert entry == {
        "file": str(file),
        "line": 19,
        "path": "duties.0.kind",
        "suggestion": "did you mean 'report'?",
        "severity": "error",
    }


def test_lint_asks_whether_an_organisation_holds_every_role(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rulebook, organisation = tmp_path / "small.yaml", tmp_path / "organisation.yaml"
    rulebook.write_text(SMALL, encoding="utf-8")
    organisation.write_text("accounts:\n  - {login: a, roles: [office]}\n", encoding="utf-8")
    assert main(["rulebook", "lint", str(rulebook), "--organisation", str(organisation)]) == 2
    assert f"{rulebook}:11: levels.0.approver: nobody holds the role 'chief'" in capsys.readouterr().err
    organisation.write_text("accounts:\n  - {login: a, roles: [office, chief]}\n", encoding="utf-8")
    assert main(["rulebook", "lint", str(rulebook), "--organisation", str(organisation)]) == 0


@pytest.mark.parametrize("text", ["accounts: 1\n", "people: []\n", "a: [\n", ""])
def test_an_organisation_that_cannot_be_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    file = tmp_path / "organisation.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["rulebook", "lint", "xuancheng-2015", "--organisation", str(file)]) == 2
    assert f"--organisation {file}: " in capsys.readouterr().err


@pytest.mark.parametrize("organisation", load_organisations(), ids=lambda each: each.id)
def test_every_sample_organisation_holds_every_role(organisation: SampleOrganisation) -> None:
    file = FOLDER / f"{organisation.id}.yaml"
    assert main(["rulebook", "lint", organisation.rulebook, "--organisation", str(file)]) == 0


def test_a_file_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "lint", "xuancheng-2051"]) == 2
    assert "xuancheng-2051:1: no such file" in (err := capsys.readouterr().err)
    assert "did you mean 'xuancheng-2015'?" in err


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


def test_an_editor_has_a_word_for_every_field_and_value() -> None:
    assert undescribed() == []
    schema = rulebook_schema()
    within = schema["$defs"]["Due"]["properties"]["within"]
    assert within["title"] == "时限"
    assert "5 working days" in within["examples"]
    kinds = schema["$defs"]["Duty"]["properties"]["kind"]
    assert len(kinds["enumDescriptions"]) == len(kinds["enum"])
