"""The State Council's notice comes in while deadlines run over the turn of the year: imported by the command line, all follow."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.grading.entry.cli import main
from shared.contracts.grading import CalendarChanged
from tests.builders.office import Office
from tests.services.grading.notices import MADE_UP, OFF

YEARS_END = datetime(2026, 12, 29, 2, tzinfo=UTC)
"""Tuesday 10:00: five working days on run into 2027."""


def notice(folder: Path) -> Path:
    """The notice as somebody copies it."""
    lines = [f"{day} {name} 休" for name, days in OFF.items() for day in days]
    lines += [f"{day} {name}调休上班 班" for name, days in MADE_UP.items() for day in days]
    place = folder / "notice-2027.txt"
    place.write_text("来源: 测试用通知\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return place


async def imported(office: Office, file: Path) -> int:
    """The command, as the platform's administrator, in a thread of its own."""
    headers = await office.product.as_(office.product.admin[0])
    token = file.with_name("token")
    token.write_text(headers["Authorization"].removeprefix("Bearer "))
    command = ["rulebook", "import-holidays", "2027", str(file), "--url", office.product.urls["grading"]]
    return await asyncio.to_thread(main, [*command, "--token-file", str(token), "--yes"])


async def investigation(office: Office, incident: str) -> dict[str, Any]:
    found = await office.staff("xuancheng", "department", "GET", f"grading:/v1/incidents/{incident}/deadlines")
    (row,) = [each for each in found["deadlines"] if each["key"] == "investigate"]
    return dict(row)


async def timer(office: Office, task_id: str) -> datetime:
    async with office.product.running("tasks").parts.work.transaction() as tx:
        moment: datetime = await tx.value("SELECT fire_at FROM tasks.timers WHERE id = $1::uuid", task_id)
    return moment


async def test_deadlines_over_the_turn_of_the_year_follow_the_notice(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office.product.office.set(YEARS_END)
    kept = await office.complain("xuancheng", "路灯不亮", "小区门口的路灯坏了半个月,晚上看不见路,请尽快修好并答复。")
    await office.product.drain()
    claim = (await office.tasks("xuancheng", kept["incident_id"], "department"))["claim"]
    await office.staff("xuancheng", "department", "POST", f"tasks:/v1/tasks/{claim['id']}/claim")
    await office.product.drain()
    task = (await office.tasks("xuancheng", kept["incident_id"], "department"))["investigate"]
    before, rings = await investigation(office, kept["incident_id"]), await timer(office, task["id"])
    assert (before["due"], before["provisional"]) == ("2027-01-06T17:30:00+08:00", True)
    assert task["due_at"] == "2027-01-06T09:30:00Z"

    assert await imported(office, notice(tmp_path)) == 0
    await office.product.drain()
    moved = (await office.tasks("xuancheng", kept["incident_id"], "department"))["investigate"]
    after = await investigation(office, kept["incident_id"])
    assert moved["due_at"] == "2027-01-07T09:30:00Z"
    assert (after["due"], after["provisional"]) == ("2027-01-07T17:30:00+08:00", False)
    assert after["moves"] == [{"from": before["due"], "reason": "2027年放假安排已发布(测试用通知)"}]
    assert await timer(office, task["id"]) > rings
    said = capsys.readouterr().out
    assert "It moves 1 running deadlines of 1 incidents" in said
    assert "Loaded as version 1" in said

    heads = await journal(office)
    assert await imported(office, notice(tmp_path)) == 0
    await office.product.drain()
    assert "in force already" in capsys.readouterr().out
    assert await journal(office) == heads


async def journal(office: Office) -> tuple[int, int]:
    """How many decisions grading has told, and how many changes of the calendar."""
    async with office.product.running("grading").parts.work.transaction() as tx:
        told: int = await tx.value(
            "SELECT count(*) FROM grading.journal WHERE type IN ('procedure.advanced.v1', $1)", CalendarChanged.TYPE
        )
        changes: int = await tx.value("SELECT count(*) FROM grading.journal WHERE type = $1", CalendarChanged.TYPE)
    return told, changes
