"""Due moments read off a wall calendar by hand, through the command that auditors use."""

import json

import pytest

from services.grading.entry.cli import main

ANHUI, XUANCHENG, YICHUN = "anhui-medical-security-2021", "xuancheng-2015", "yichun-market-regulation-2020"


def row(capsys: pytest.CaptureFixture[str], duty: str, *arguments: str) -> dict[str, object]:
    assert main(["timeline", *arguments, "--json"]) == 0
    rows = {each["id"]: each for each in json.loads(capsys.readouterr().out)["duties"]}
    found: dict[str, object] = rows[duty]
    return found


@pytest.mark.parametrize(
    ("claimed", "due", "provisional"),
    [
        ("2026-02-14T16:00", "2026-02-28T17:30:00+08:00", False),  # make-up Saturday, eve of Spring Festival
        ("2026-02-13T23:59", "2026-02-27T17:30:00+08:00", False),
        ("2026-09-30T16:00", "2026-10-13T17:30:00+08:00", False),  # eve of National Day; 10 October is worked
        ("2026-11-20T23:59", "2026-11-27T17:30:00+08:00", False),
        ("2026-12-30T10:00", "2027-01-07T17:30:00+08:00", True),  # into the year without notice
    ],
)
def test_xuancheng_investigation_within_five_working_days(
    capsys: pytest.CaptureFixture[str], claimed: str, due: str, provisional: bool
) -> None:
    found = row(capsys, "investigate", XUANCHENG, "--level", "general", "--moment", f"claimed={claimed}")
    assert (found["within"], found["due"], found["provisional"]) == ("5 working days", due, provisional)


@pytest.mark.parametrize(
    ("claimed", "due"),
    [
        ("2026-02-14T16:00", "2026-03-13T17:30:00+08:00"),
        ("2026-09-30T16:00", "2026-10-27T17:30:00+08:00"),
        ("2026-11-20T23:59", "2026-12-11T17:30:00+08:00"),
    ],
)
def test_xuancheng_legacy_issue_within_fifteen(capsys: pytest.CaptureFixture[str], claimed: str, due: str) -> None:
    arguments = (XUANCHENG, "--level", "general", "--flag", "legacy_issue", "--moment", f"claimed={claimed}")
    found = row(capsys, "investigate", *arguments)
    assert (found["within"], found["due"]) == ("15 working days", due)


@pytest.mark.parametrize(
    ("discovered", "within", "due"),
    [
        ("2026-11-20T10:10", "1 h", "2026-11-20T11:10:00+08:00"),
        ("2026-11-20T19:00", "2 h", "2026-11-20T21:00:00+08:00"),
        ("2026-02-17T10:00", "2 h", "2026-02-17T12:00:00+08:00"),  # Spring Festival
        ("2026-02-14T10:00", "1 h", "2026-02-14T11:00:00+08:00"),  # make-up Saturday
        ("2026-11-20T03:00", "1 h", "2026-11-20T09:30:00+08:00"),  # nobody patrols before opening
    ],
)
def test_xuancheng_claim_within_one_patrol_interval(
    capsys: pytest.CaptureFixture[str], discovered: str, within: str, due: str
) -> None:
    found = row(capsys, "claim", XUANCHENG, "--level", "general", "--moment", f"discovered={discovered}")
    assert (found["within"], found["due"], found["source"]) == (within, due, "operator")


@pytest.mark.parametrize(
    ("duty", "moment", "due"),
    [
        ("authoritative_information", "occurred=2026-02-16T23:59", "2026-02-17T03:59:00+08:00"),
        ("press_conference", "occurred=2026-09-30T23:59", "2026-10-01T23:59:00+08:00"),
        ("press_conference", "discovered=2026-12-31T12:00", "2027-01-01T12:00:00+08:00"),
        ("report_to_chief", "discovered=2026-10-10T08:00", "2026-10-10T08:00:00+08:00"),
    ],
)
def test_yichun_hours_run_through_holidays(
    capsys: pytest.CaptureFixture[str], duty: str, moment: str, due: str
) -> None:
    found = row(capsys, duty, YICHUN, "--level", "extra_major", "--moment", moment)
    assert (found["due"], found["provisional"]) == (due, False)


def test_yichun_major_answers_within_forty_eight_hours(capsys: pytest.CaptureFixture[str]) -> None:
    moments = ("--moment", "occurred=2026-09-30T20:00+08:00", "--moment", "discovered=2026-10-01T08:00+08:00")
    found = row(capsys, "respond_major", YICHUN, "--level", "major", *moments)
    assert (found["from"], found["within"], found["due"]) == ("occurred", "48 h", "2026-10-02T20:00:00+08:00")


@pytest.mark.parametrize("level", ["I", "II", "III"])
def test_anhui_reports_within_the_hour(capsys: pytest.CaptureFixture[str], level: str) -> None:
    found = row(
        capsys, f"report_{level.lower()}", ANHUI, "--level", level, "--moment", "discovered=2026-02-14T23:59:30Z"
    )
    assert (found["within"], found["due"]) == ("1 h", "2026-02-15T08:59:30+08:00")


def test_anhui_first_release_within_a_day_of_discovery(capsys: pytest.CaptureFixture[str]) -> None:
    moments = ("--moment", "occurred=2026-09-30T09:00", "--moment", "discovered=2026-09-30T17:00")
    found = row(capsys, "first_release", ANHUI, "--level", "I", *moments)
    assert (found["from"], found["within"], found["due"]) == ("discovered", "24 h", "2026-10-01T17:00:00+08:00")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no-such-book", "--level", "I"], "shipped: anhui-medical-security-2021"),
        ([ANHUI, "--level", "IV"], "knows no level 'IV'; known: III, II, I"),
        ([ANHUI, "--level", "I", "--flag", "loud"], "knows no flag 'loud'"),
        ([ANHUI, "--level", "I", "--moment", "seen=2026-01-01"], "knows no moment 'seen'"),
        ([ANHUI, "--level", "I", "--moment", "discovered=yesterday"], "write NAME=ISO8601"),
        ([ANHUI, "--level", "I", "--moment", "discovered=0001-01-01"], "out of range"),
    ],
)
def test_what_cannot_be_used_is_answered_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert main(["timeline", *arguments]) == 2
    assert told in capsys.readouterr().err
