"""Past incidents under a draft."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.grading.entry.cli import main
from services.grading.rulebook import CompiledRulebook, load_rulebook
from services.grading.rulebook.trying.backtest import Difference, Totals, backtest, compare
from services.grading.rulebook.trying.backtest_pages import difference_lines, totals_text
from services.grading.rulebook.trying.replay import IncidentError, read_incident
from shared.calendar import official_calendar
from tests.unit.rulebook.test_load import SMALL

CALENDAR = official_calendar()
START = datetime(2026, 3, 9, 2, tzinfo=UTC)
"""Monday, 10:00 in Shanghai."""
NOW = START + timedelta(days=30)
OLD = load_rulebook(SMALL)
STRICT = load_rulebook(SMALL.replace("within: 1 h}", "within: 30 min}"))
MORE = load_rulebook(
    SMALL.replace(
        "approval_chains:",
        "  - {id: answer, name: 答复, kind: respond, clause: Art. 3, phrase: 答复, owner: office, to: [public],\n"
        "     due: {from: discovered, within: 3 working days}}\napproval_chains:",
    )
)


def fact(kind: str, minutes: float, /, **data: Any) -> dict[str, Any]:
    return {
        "id": f"{kind}-{minutes}",
        "kind": kind,
        "at": (START + timedelta(minutes=minutes)).isoformat(),
        "data": data,
    }


def incident(*more: Mapping[str, Any], reads: int = 10, name: str = "i-1", **about: Any) -> dict[str, Any]:
    facts = [
        fact("moment", 0, name="discovered"),
        fact("evidence", 1, source="r", kind="post", metrics={"reads": reads}),
        *more,
    ]
    return {"id": name, "facts": facts, **about}


def done(minutes: float, order: str = "report") -> dict[str, Any]:
    return fact("done", minutes, order=order)


def run(draft: CompiledRulebook, raw: Mapping[str, Any], old: CompiledRulebook = OLD) -> Difference:
    return backtest(draft, old, CALENDAR, read_incident(json.dumps(raw)), NOW)


def test_the_same_rulebook_makes_no_difference() -> None:
    assert run(OLD, incident(done(20))).nothing


def test_done_in_time_before_is_late_under_a_shorter_time() -> None:
    found = run(STRICT, incident(done(45)))
    assert found.newly_missed == ("report",)
    assert "草案下逾期:报告(report),2026年3月9日 10:30届满,2026年3月9日 10:45完成" in "\n".join(
        difference_lines(STRICT, found)
    )
    assert run(OLD, incident(done(45)), STRICT).no_longer_missed == ("report",)


def test_what_is_open_is_missed_only_once_it_is_due() -> None:
    assert run(STRICT, incident()).before.missed == {"report"}
    early = backtest(STRICT, OLD, CALENDAR, read_incident(json.dumps(incident())), START + timedelta(minutes=40))
    assert (early.before.missed, early.after.missed) == (frozenset(), frozenset({"report"}))


def test_a_duty_of_the_draft_alone_is_told_apart() -> None:
    found, totals = run(MORE, incident(done(20))), Totals()
    assert (found.more, found.newly_missed) == (("answer",), ("answer",))
    totals.add(found, read_incident(json.dumps(incident(done(20)))))
    assert (totals.missed_after, totals.missed_unasked) == (1, 1)
    assert "当时无人被要求履行" in totals_text(MORE, totals, NOW)


def test_another_threshold_grades_differently() -> None:
    lower = load_rulebook(SMALL.replace("reads: 1000", "reads: 500"))
    found = run(lower, incident(reads=700))
    assert (found.before.proposal, found.after.proposal, found.grade) == ("low", "high", "higher")
    assert run(OLD, incident(reads=700), lower).grade == "lower"


def test_an_approved_grade_stays() -> None:
    lower = load_rulebook(SMALL.replace("reads: 1000", "reads: 500"))
    found = run(lower, incident(fact("graded", 5, level="low", role="chief"), reads=700))
    assert (found.grade, found.proposal) == ("same", "higher")


def test_an_approved_grade_that_the_draft_does_not_know_gives_way_to_its_proposal() -> None:
    renamed = load_rulebook(SMALL.replace("id: low,", "id: minor,").replace("level: low,", "level: minor,"))
    found = run(renamed, incident(fact("graded", 5, level="low", role="chief")))
    assert found.after.level == "minor"
    assert found.after.regraded == ("low",)
    assert "原审定的等级“low”在草案中不存在" in "\n".join(difference_lines(renamed, found))
    inner = incident(fact("merged", 6, incident="x", facts=[fact("graded", 5, level="low", role="chief")]))
    assert run(renamed, inner).after.level == "minor"


def test_levels_are_compared_by_rank() -> None:
    assert compare(OLD, OLD, "low", "high") == "higher"
    assert compare(OLD, OLD, None, "high") == "undecided"
    assert compare(OLD, load_rulebook("xuancheng-2015"), "low", "general") == "incomparable"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not JSON"),
        ("[]", "an incident is"),
        ('{"id": 1, "facts": []}', "an incident is"),
        ('{"id": "i", "facts": [1]}', "is no fact"),
        ('{"id": "i", "facts": [{"id": "f", "kind": "moment", "data": {}}]}', "KeyError('at')"),
        (
            '{"id": "i", "facts": [{"id": "f", "kind": "moment", "at": "2026-01-01T00:00", "data": {}}]}',
            "with an offset",
        ),
        (
            '{"id": "i", "facts": [{"id": "f", "kind": "moment", "at": "2026-01-01T00:00Z", "data": 1}]}',
            "`data` as an object",
        ),
    ],
)
def test_a_line_that_is_no_incident(line: str, told: str) -> None:
    with pytest.raises(IncidentError, match=told.replace("(", r"\(").replace(")", r"\)")):
        read_incident(line)


@pytest.mark.parametrize(
    "bad",
    [
        fact("shout", 1), fact("moment", 1), fact("extended", 1, order="report"), fact("graded", 1),
        fact("evidence", 1, source="r", metrics={"reads": "many"}), fact("merged", 1, incident="x", facts=[{"id": "y"}]),
        fact("extended", 1, order="report", within="soon"), fact("moment", 1, name="discovered") | {"at": "0001-01-01T00:00:00+14:00"},
        fact("extended", 1, order="report", until="9999-12-31T23:59:59-12:00"), fact("flag", 1, name=["a"], on=True),
    ],
)  # fmt: skip
def test_a_fact_that_can_not_be_read_names_its_incident(bad: dict[str, Any]) -> None:
    with pytest.raises(IncidentError, match="incident i-1"):
        run(STRICT, incident(bad))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    names = {"old": tmp_path / "old.yaml", "draft": tmp_path / "draft.yaml", "incidents": tmp_path / "incidents.jsonl"}
    names["old"].write_text(SMALL, encoding="utf-8")
    names["draft"].write_text(SMALL.replace("within: 1 h}", "within: 30 min}"), encoding="utf-8")
    lines = [incident(done(45), name="i-1"), incident(done(10), name="i-2")]
    names["incidents"].write_text("\n\n".join(map(json.dumps, lines)), encoding="utf-8")
    return {name: str(path) for name, path in names.items()}


def test_the_command_tells_totals_then_incidents(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["rulebook", "backtest", files["draft"], "--against", files["old"], "--incidents", files["incidents"]]
    assert main(arguments) == 0
    out = capsys.readouterr()
    assert "舆情 2 件,其中结果不同的 1 件" in out.out
    assert "逾期:原为 0 项,草案下为 1 项" in out.out
    assert "报告(report):应履行 2 → 2,逾期 0 → 1" in out.out
    assert out.out.index("舆情 2 件") < out.out.index("舆情 i-1")
    assert "回测" in out.err
    assert main([*arguments, "--show", "0"]) == 0
    assert "另有 1 件结果不同的未列出" in capsys.readouterr().out


def test_the_command_as_json(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["rulebook", "backtest", files["draft"], "--against", files["old"], "--incidents", files["incidents"]]
    assert main([*arguments, "--json", "--now", "2026-03-09T10:20"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["now"] == "2026-03-09T10:20:00+08:00"
    assert told["totals"]["missed"] == {"before": 0, "after": 1, "unasked": 0}
    assert [each["id"] for each in told["incidents"]] == ["i-1"]
    assert told["incidents"][0]["missed"] == [
        {"key": "report", "due": "2026-03-09T02:30:00+00:00", "done": "2026-03-09T02:45:00+00:00"}
    ]


def test_errors_name_the_line(files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text(json.dumps(incident(rulebook="xuancheng-2015")) + "\n{oops\n", encoding="utf-8")
    assert main(["rulebook", "backtest", files["draft"], "--incidents", str(broken)]) == 2
    assert "broken.jsonl:2: not JSON" in capsys.readouterr().err
    broken.write_text(json.dumps(incident(rulebook="nobody's")), encoding="utf-8")
    assert main(["rulebook", "backtest", files["draft"], "--incidents", str(broken)]) == 2
    assert (
        "broken.jsonl:1: incident i-1 names the rulebook \"nobody's\", which isn't shipped" in capsys.readouterr().err
    )
    assert main(["rulebook", "backtest", files["draft"], "--incidents", str(tmp_path / "none")]) == 2
    assert main(["rulebook", "backtest", files["draft"], "--incidents", str(broken), "--now", "soon"]) == 2


def test_an_incident_of_another_version_is_counted(files: dict[str, str], tmp_path: Path) -> None:
    totals = Totals()
    raw = incident(done(10), rulebook="small", rulebook_hash="0" * 64)
    totals.add(run(OLD, raw), read_incident(json.dumps(raw)))
    assert totals.other_version == 1
    assert "--against" in totals_text(OLD, totals, NOW)


def test_a_thousand_incidents_a_second() -> None:
    """The aim, on one core of a quiet machine; here with room for a busy one."""
    book = load_rulebook("xuancheng-2015")
    line = json.dumps(
        incident(fact("moment", 30, name="claimed"), fact("graded", 40, level="general"), done(50, "claim"))
    )
    started, totals = time.process_time(), Totals()
    for _ in range(200):
        each = read_incident(line)
        totals.add(backtest(book, book, CALENDAR, each, NOW), each)
    assert totals.different == 0
    assert 200 / (time.process_time() - started) > 250
