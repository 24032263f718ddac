"""Layers on the command line: `timeline --layer`, and what `rulebook lint` notes of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.grading.entry.cli import main
from services.grading.rulebook import shipped

ANHUI, COUNCIL = "anhui-medical-security-2021", "state-council-2016"
MOMENTS = ("--moment", "occurred=2026-02-13T20:00:00+08:00", "--moment", "discovered=2026-02-13T21:30:00+08:00")


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict[str, Any]]:
    assert main(["timeline", ANHUI, "--level", "I", *MOMENTS, *arguments, "--json"]) == 0
    return {each["id"]: each for each in json.loads(capsys.readouterr().out)["duties"]}


def test_a_row_under_a_layer_carries_the_strictest_due_and_who_else_wants_what(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain, under = rows(capsys), rows(capsys, "--layer", COUNCIL)
    release = under["first_release"]
    assert (plain["first_release"]["due"], release["due"]) == ("2026-02-14T21:30:00+08:00", "2026-02-14T01:00:00+08:00")
    assert (release["within"], release["from"]) == ("24 h", "discovered")
    assert release["also"] == [
        {"rulebook": COUNCIL, "clause": "国办发〔2016〕80号", "within": "5 h", "due": "2026-02-14T01:00:00+08:00"}
    ]
    assert under[f"{COUNCIL}:press_conference"]["due"] == "2026-02-14T20:00:00+08:00"
    assert f"{COUNCIL}:authoritative_information" not in under
    assert all(row["also"] == [] for key, row in under.items() if key not in {"first_release", "continued_release"})


def test_without_a_layer_nothing_is_said_of_any(capsys: pytest.CaptureFixture[str]) -> None:
    assert not any("also" in row or ":" in key for key, row in rows(capsys).items())


def test_the_table_shows_what_the_layer_wants_below_the_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["timeline", ANHUI, "--layer", COUNCIL, "--level", "I", *MOMENTS]) == 0
    assert "+ 5 h 2026-02-14T01:00:00+08:00 (state-council-2016 国办发〔2016〕80号)" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["timeline", ANHUI, "--level", "I", "--layer", "nix"], ["rulebook", "lint", ANHUI, "--layer", "nix"]],
)
def test_an_unknown_layer_is_answered_in_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("unknown layer 'nix': shipped: ")


def test_lint_notes_the_matching_and_where_the_text_is_silent_or_laxer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "lint", ANHUI, "--layer", COUNCIL]) == 0
    out = capsys.readouterr().out
    assert "warning: levels: under state-council-2016: levels general = III, II, major = I; roles " in out
    assert (
        "due: laxer: 24 h from discovered; state-council-2016 (国办发〔2016〕80号) wants 5 h from occurred "
        "(“最迟要在5小时内发布权威信息”): that stands at I" in out
    )
    assert "silent: no duty here for “举行新闻发布会”; " in out
    assert "state-council-2016:respond is owed itself at III, II, by office" in out
    assert "first_responsibility is owed itself with several_places at III, II, I" in out


def test_lint_notes_the_layers_a_file_names_and_none_for_a_broken_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shipped()["xuancheng-2015"].read_text(encoding="utf-8")
    file = tmp_path / "mine.yaml"
    file.write_text(f"{text}stands_on: [{COUNCIL}]\n", encoding="utf-8")
    assert main(["rulebook", "lint", str(file)]) == 0
    assert "stands_on.0: under state-council-2016: levels" in capsys.readouterr().out
    file.write_text(f"{text}stands_on: [{COUNCIL}, nix]\n", encoding="utf-8")
    assert main(["rulebook", "lint", str(file)]) == 2
    told = capsys.readouterr()
    assert "stands_on.1.rulebook: unknown layer 'nix'" in told.err
    assert "under state-council-2016" not in told.err + told.out


def test_a_text_that_is_stricter_is_not_noted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "lint", "yichun-market-regulation-2020", "--layer", COUNCIL]) == 0
    out = capsys.readouterr().out
    assert "laxer" not in out
    assert "may be later" not in out
