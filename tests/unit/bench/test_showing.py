"""What the bench shows of its results: the picture, the summary of profiles."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.bench import hotspots, picture
from tests.bench.results import Result, against_floor, before_and_after, rounds

RESULTS = [
    against_floor("complaints kept, intake alone", [1100.0, 1200.0], [2200.0, 2100.0], "requests/s", 0.5),
    before_and_after("CPU of an incident at 1,000,000 incidents against 10,000", [7.0], [9.1], "ms", 1.2),
    rounds("complaints not answered 2xx", [0.0], "requests", at_most=0),
    rounds("end to end p95 at half load", [1400.0], "ms", at_most=300),
    rounds("CPU of an incident: intake", [1.3], "ms"),
    rounds("CPU of an incident: grading", [2.0], "ms"),
]


def test_growth_is_judged_by_how_much_more_it_became() -> None:
    grown = RESULTS[1]
    assert (grown.floor, grown.ratio, grown.met) == (7.0, 1.3, False)


@pytest.mark.parametrize(
    ("result", "more"),
    [
        (rounds("rate", [310.0], "1/s", at_least=300), True),
        (rounds("rate", [290.0], "1/s", at_least=300), True),
        (rounds("late", [310.0], "ms", at_most=300), False),
        (rounds("late", [290.0], "ms", at_most=300), False),
        (rounds("lost", [0.0], "", at_most=0), False),
    ],
)
def test_which_side_is_better_is_told_by_the_verdict(result: Result, more: bool) -> None:
    assert picture.wants_more(result) is more


def test_the_picture_is_well_formed_and_names_every_target(tmp_path: Path) -> None:
    file = tmp_path / "bench.svg"
    picture.write(file, RESULTS)
    words = " ".join(text for text in ElementTree.parse(file).getroot().itertext())  # noqa: S314 - our own file
    assert "2 of 4 targets met" in words
    assert "一百万件时每件 CPU" in words
    assert "grading" in words


def test_the_summary_counts_own_time_and_names_our_caller(tmp_path: Path) -> None:
    (tmp_path / "intake.collapsed").write_text("services/a.py:run;json.py:loads 3\nservices/a.py:run 1\n", "utf-8")
    (tmp_path / "intake-2.collapsed").write_text("services/a.py:run;json.py:loads 4\n", "utf-8")
    lines = hotspots.write(tmp_path, [("CPU of an incident: intake", 2.0)])
    assert lines[0] == "intake: 8 samples, 2.00 ms CPU an incident"
    assert "87.5 %" in lines[1]
    assert "1.75 ms  json.py:loads  (mostly in services/a.py:run)" in lines[1]
    assert (tmp_path / "summary.txt").read_text("utf-8").startswith("intake: 8 samples")
