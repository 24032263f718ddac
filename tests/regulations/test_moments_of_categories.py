"""Due moments of the plans that answer by category, read off a wall calendar by hand."""

import pytest

from tests.regulations.test_moments import row

ETHNIC, XUCHANG, COMPANY, DONGAN = (
    "ethnic-religious-affairs-city",
    "xuchang-experimental-school",
    "company-internal",
    "dongan-primary-school",
)


@pytest.mark.parametrize("name", [ETHNIC, COMPANY])
@pytest.mark.parametrize(
    ("calmed", "due", "provisional"),
    [
        ("2026-02-14T16:00", "2026-02-24T17:30:00+08:00", False),  # the third day lies in Spring Festival
        ("2026-09-30T15:20", "2026-10-08T17:30:00+08:00", False),  # in National Day
        ("2026-10-10T09:00", "2026-10-13T17:30:00+08:00", False),
        ("2026-11-20T23:59", "2026-11-23T17:30:00+08:00", False),
        ("2026-12-31T16:30", "2027-01-04T17:30:00+08:00", True),  # a Sunday in the year without notice
    ],
)
def test_the_written_summary_within_three_days_of_calm(
    capsys: pytest.CaptureFixture[str], name: str, calmed: str, due: str, provisional: bool
) -> None:
    found = row(capsys, "summary", name, "--level", "general", "--moment", f"calmed={calmed}")
    assert (found["from"], found["within"]) == ("calmed", "3 days")
    assert (found["due"], found["provisional"]) == (due, provisional)


@pytest.mark.parametrize("name", [ETHNIC, XUCHANG, COMPANY])
@pytest.mark.parametrize(
    ("resolved", "due"),
    [
        ("2026-09-30T23:59", "2026-10-01T00:00:00+08:00"),
        ("2026-02-17T08:00", "2026-02-18T00:00:00+08:00"),  # no shift out of Spring Festival
        ("2026-12-31T16:30", "2027-01-01T00:00:00+08:00"),
    ],
)
def test_the_result_on_the_day_itself(capsys: pytest.CaptureFixture[str], name: str, resolved: str, due: str) -> None:
    arguments = (name, "--level", "general", "--flag", "category_1", "--moment", f"resolved={resolved}")
    found = row(capsys, "reply_result", *arguments)
    assert (found["within"], found["due"], found["provisional"]) == ("same day", due, False)


@pytest.mark.parametrize(
    ("name", "duty", "flags", "moment", "due"),
    [
        (ETHNIC, "report", (), "discovered=2026-09-30T23:59", "2026-10-01T01:59:00+08:00"),
        (ETHNIC, "written_report", ("urgent",), "oral_report=2026-12-31T23:59", "2027-01-01T00:29:00+08:00"),
        (COMPANY, "report", (), "discovered=2026-02-14T16:00", "2026-02-14T17:00:00+08:00"),
        (COMPANY, "written_report", ("urgent",), "oral_report=2026-02-14T23:59", "2026-02-15T00:29:00+08:00"),
        (XUCHANG, "launch_plan", (), "discovered=2026-10-10T09:00", "2026-10-10T09:00:00+08:00"),
        (XUCHANG, "first_post", (), "discovered=2026-02-14T23:59", "2026-02-15T02:59:00+08:00"),
        (DONGAN, "oral_report", (), "discovered=2026-09-30T23:59", "2026-10-01T00:29:00+08:00"),
        (DONGAN, "written_report", (), "discovered=2026-09-30T23:59", "2026-10-01T01:29:00+08:00"),
    ],
)
def test_hours_and_minutes_run_from_the_moment_itself(
    capsys: pytest.CaptureFixture[str], name: str, duty: str, flags: tuple[str, ...], moment: str, due: str
) -> None:
    raised = [part for flag in flags for part in ("--flag", flag)]
    found = row(capsys, duty, name, "--level", "major", *raised, "--moment", moment)
    assert (found["due"], found["provisional"]) == (due, False)
