"""Due moments of the plans that bodies keep for incidents, read off a wall calendar by hand."""

from datetime import timedelta

import pytest

from services.grading.rulebook import Fact, advance, load_rulebook
from shared.calendar import official_calendar
from tests.regulations.test_moments import row
from tests.regulations.test_rows import at

COUNTY, GANSU, HUAIHAI = "county-online-incidents", "gansu-highway-2017", "huaihai-institute"
HUNAN, HUMAN_RESOURCES = "hunan-county-poverty-relief", "human-resources-bureau-city"


@pytest.mark.parametrize(
    ("level", "within", "due"),
    [
        ("I", "2 h", "2026-10-01T01:59:00+08:00"),
        ("II", "3 h", "2026-10-01T02:59:00+08:00"),
        ("III", "4 h", "2026-10-01T03:59:00+08:00"),
    ],
)
def test_huaihai_reports_by_level_from_the_event(
    capsys: pytest.CaptureFixture[str], level: str, within: str, due: str
) -> None:
    moments = ("--moment", "event=2026-09-30T23:59", "--moment", "discovered=2026-10-01T00:30")
    found = row(capsys, "report", HUAIHAI, "--level", level, *moments)
    assert (found["from"], found["within"], found["due"]) == ("event", within, due)


@pytest.mark.parametrize(("level", "within"), [("I", "2 h"), ("II", "3 h"), ("III", "4 h")])
def test_a_time_by_level_is_in_the_timetable_before_its_moment_is_known(
    capsys: pytest.CaptureFixture[str], level: str, within: str
) -> None:
    found = row(capsys, "report", HUAIHAI, "--level", level)
    assert (found["from"], found["within"], found["due"]) == ("event", within, None)


def test_huaihai_worsening_is_reported_each_time() -> None:
    rulebook, start = load_rulebook(HUAIHAI), at("2026-11-20T10:00")
    facts = [
        Fact("d", "moment", start, {"name": "discovered"}),
        Fact("w1", "moment", start + timedelta(hours=1), {"name": "worsening"}),
        Fact("x", "done", start + timedelta(hours=2), {"order": "report_worsening@w1"}),
        Fact("w2", "moment", start + timedelta(hours=3), {"name": "worsening"}),
    ]
    outcome = advance(rulebook, official_calendar(), facts, {})
    assert {"report_worsening@w1", "report_worsening@w2"} <= outcome.orders.keys()
    assert "report_worsening@w1" in outcome.done
    assert "report_worsening@w2" not in outcome.done


@pytest.mark.parametrize(
    ("level", "within", "due"),
    [("major", "2 h", "2026-11-21T01:59:00+08:00"), ("extra_major", "1 h", "2026-11-21T00:59:00+08:00")],
)
def test_county_reports_what_is_grave(capsys: pytest.CaptureFixture[str], level: str, within: str, due: str) -> None:
    found = row(capsys, "report_grave", COUNTY, "--level", level, "--moment", "discovered=2026-11-20T23:59")
    assert (found["within"], found["due"]) == (within, due)


def test_county_reaches_for_a_day_and_is_late_by_nothing() -> None:
    event = Fact("e", "moment", at("2026-09-30T20:00"), {"name": "event"})
    order = advance(load_rulebook(COUNTY), official_calendar(), [event], {}).orders["first_release"]
    assert (order.within, order.due_at, order.escalate) == ("first moment", None, ())
    assert order.target_at == at("2026-10-01T20:00")
    reminders = ("2026-10-01T08:00", "2026-10-01T14:00", "2026-10-01T19:00")
    assert order.remind_at == tuple(at(reminder) for reminder in reminders)


def test_county_answers_no_release_where_it_was_decided_not_to(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError):
        row(capsys, "first_release", COUNTY, "--level", "general", "--flag", "no_public_answer")


@pytest.mark.parametrize(
    ("occurred", "due"),
    [("2026-02-14T16:00", "2026-02-15T04:00:00+08:00"), ("2026-12-31T16:30", "2027-01-01T04:30:00+08:00")],
)
def test_human_resources_answers_within_twelve_hours(
    capsys: pytest.CaptureFixture[str], occurred: str, due: str
) -> None:
    moments = ("--moment", f"occurred={occurred}", "--moment", "discovered=2027-01-01T00:00")
    found = row(capsys, "answer", HUMAN_RESOURCES, "--level", "minor", *moments)
    assert (found["from"], found["within"], found["due"]) == ("occurred", "12 h", due)


def test_human_resources_reports_within_half_an_hour(capsys: pytest.CaptureFixture[str]) -> None:
    found = row(capsys, "report", HUMAN_RESOURCES, "--level", "general", "--moment", "discovered=2026-12-31T23:50")
    assert (found["within"], found["due"]) == ("30 min", "2027-01-01T00:20:00+08:00")


@pytest.mark.parametrize(("flags", "reported"), [((), True), (("--flag", "not_adverse"), False)])
def test_gansu_takes_for_adverse_what_nobody_flagged_otherwise(
    capsys: pytest.CaptureFixture[str], flags: tuple[str, ...], reported: bool
) -> None:
    arguments = (GANSU, "--level", "general", *flags, "--moment", "discovered=2026-10-01T08:00")
    if not reported:
        with pytest.raises(KeyError):
            row(capsys, "report_to_leading_group", *arguments)
        return
    assert row(capsys, "report_to_leading_group", *arguments)["due"] == "2026-10-01T09:00:00+08:00"


@pytest.mark.parametrize(
    ("occurred", "due", "provisional"),
    [
        ("2026-02-14T16:00", "2026-02-25T17:30:00+08:00", False),  # eve of Spring Festival: Tuesday 24, Wednesday 25
        ("2026-09-30T23:59", "2026-10-09T17:30:00+08:00", False),  # eve of National Day: 8 and 9 October
        ("2026-10-10T09:00", "2026-10-13T17:30:00+08:00", False),  # make-up Saturday
        ("2026-11-20T23:59", "2026-11-24T17:30:00+08:00", False),
        ("2026-12-31T16:30", "2027-01-05T17:30:00+08:00", True),  # into the year without notice
    ],
)
def test_hunan_contacts_who_posted_within_two_working_days(
    capsys: pytest.CaptureFixture[str], occurred: str, due: str, provisional: bool
) -> None:
    found = row(capsys, "contact_poster", HUNAN, "--level", "general", "--moment", f"occurred={occurred}")
    assert (found["within"], found["due"], found["provisional"]) == ("2 working days", due, provisional)


@pytest.mark.parametrize("flag", ["group_petition", "mass_incident"])
def test_hunan_reports_a_petition_straight_and_nothing_else(capsys: pytest.CaptureFixture[str], flag: str) -> None:
    arguments = (HUNAN, "--level", "general", "--flag", flag, "--moment", "event=2026-10-01T23:45")
    assert row(capsys, "report_straight", *arguments)["due"] == "2026-10-02T00:15:00+08:00"
    with pytest.raises(KeyError):
        row(capsys, "report", *arguments)


def test_a_text_without_a_date_has_none() -> None:
    assert load_rulebook(HUNAN).model.in_force is None
