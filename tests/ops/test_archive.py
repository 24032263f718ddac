"""An archived incident is gone and known to be; brought back, it is what it was, row for row."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from deploy.archive import run
from deploy.archive.back import Archive
from deploy.archive.run import Archivist, Outcome
from deploy.archive.stillness import Mark, Rule, mark
from deploy.archive.tables import CLOCKS, ROWS, STAYING, UNDER_WAY
from deploy.installation import Installation, OperatorError
from deploy.journal.rebuild import empty, follow
from deploy.journal.verify import verify_journal
from shared.contracts.envelope import TOPICS, NewEvent
from shared.contracts.intake import OriginalShown
from shared.ids import new_id, shard_of
from shared.journal.archived import Archived
from tests.builders.brokers import OwnBus
from tests.builders.databases import TestDatabase
from tests.builders.office import Office
from tests.builders.texts import complaint
from tests.flows.test_way import _release

EVER = Rule(datetime(2100, 1, 1, tzinfo=UTC))
POINTING = {"incident_id", "answer_id", "task_id", "report_id", "assignment_id", "subject"}


@pytest.fixture
async def owner(installed: Installation) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    """A connection of the database's owner."""
    connection = await asyncpg.connect(installed.database_url)
    yield connection
    await connection.close()


async def closed(office: Office, n: int) -> dict[str, Any]:
    """An incident that went the whole way: graded, worked on, answered, closed, every clock of it run out, nothing owed."""
    title, body = complaint(n)
    told = await office.complain("anhui", title, body, contact={"name": "甲", "phone": "13800138000"})
    incident = told["incident_id"]
    await office.product.drain()
    grade = {"level": "III"}
    await office.staff("anhui", "deputy_in_charge", "POST", f"grading:/v1/gradings/{incident}/approve", json=grade)
    await office.product.drain()
    report = (await office.tasks("anhui", incident))["report_to_leaders"]["id"]
    await office.staff("anhui", "office", "POST", f"tasks:/v1/tasks/{report}/claim")
    hand_in = {"hand_in": {"处理意见建议": "建议核实并答复。"}}
    await office.staff("anhui", "office", "POST", f"tasks:/v1/tasks/{report}/complete", json=hand_in)
    draft = {"incident_id": incident, "channel": "weibo", "text": "经核实,已整改。感谢监督。"}
    await _release(office, "anhui", draft, "department")
    for turn in ("calm", "close"):
        await office.product.drain()
        path = f"grading:/v1/incidents/{incident}/{turn}"
        await office.staff("anhui", "office", "POST", path, json={"reason": "平稳"})
    await office.product.drain()
    return told


async def run_out(owner: "asyncpg.Connection[asyncpg.Record]", incident: str) -> None:
    """As if every clock of it had fired for the last time: years of office time would take minutes here."""
    for schema in CLOCKS:
        await owner.execute(f"DELETE FROM {schema}.timers WHERE subject = $1", UUID(incident))


async def archive(
    owner: "asyncpg.Connection[asyncpg.Record]", folder: Path, incident: str, *, owed: bool = True, rule: Rule = EVER
) -> Outcome:
    start: Mark = await mark(owner)
    return await Archivist(owner, folder, datetime.now(UTC)).one(UUID(incident), Rule(rule.before, owed), start)


async def rows_of(owner: "asyncpg.Connection[asyncpg.Record]", incident: str) -> dict[str, list[str]]:
    """An incident's rows in every table, as PostgreSQL writes a whole row."""
    found = {
        f"{schema}.{table}": [
            row[0]
            for row in await owner.fetch(
                f"SELECT t::text FROM {schema}.{table} t WHERE {where} ORDER BY 1", UUID(incident)
            )
        ]
        for schema, tables in ROWS.items()
        for table, where in tables.items()
    }
    return {table: rows for table, rows in found.items() if rows}


async def assert_whole(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    for schema in TOPICS:
        assert (await verify_journal(owner, schema, lambda _: None)).faults == []


async def test_out_and_back_again(
    office: Office,
    own_broker: OwnBus,
    installed: Installation,
    owner: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    told, other = await closed(office, 0), await office.complain("anhui", *complaint(1))
    incident = told["incident_id"]
    await office.product.drain()
    await office.product.read()
    await run_out(owner, incident)
    before, beside = await rows_of(owner, incident), await rows_of(owner, other["incident_id"])
    seen = await office.citizen("anhui", told["receipt"])
    assert {
        "intake.reports",
        "tasks.hand_ins",
        "publishing.signatures",
        "publishing.releases",
        "console.answers",
    } <= set(before)

    outcome = await archive(owner, tmp_path / "archive", incident)
    assert (outcome.refused, outcome.rows) == (None, sum(map(len, before.values())))
    assert await rows_of(owner, incident) == {}
    assert await rows_of(owner, other["incident_id"]) == beside
    await assert_whole(owner)
    kept = Archive(owner, tmp_path / "archive")
    (entry,) = await kept.entries()
    assert (str(entry.subject), entry.organisation_id, await kept.check(entry)) == (incident, "anhui", None)
    packed = (tmp_path / "archive" / entry.file).read_bytes()
    assert b"13800138000" not in packed

    view = await office.citizen("anhui", told["receipt"])
    assert (view["state"], view["archived"], view["answers"], view["title"]) == ("closed", True, [], "")
    assert view["received_at"] == seen["received_at"]
    await office.staff("anhui", "office", "GET", f"grading:/v1/gradings/{incident}", expect=404)
    await office.staff("anhui", "office", "GET", f"intake:/v1/incidents/{incident}", expect=404)

    # The bus forgets long before; a consumer that begins at the beginning finds the numbers, and no incident behind them.
    own_broker.empty()
    await own_broker.make_topics(anew=True)
    shown = await office.product.running("tasks").consumer._journals.pull("grading", shard_of(UUID(incident)), 0)
    assert {event.seq for event in shown if event.type == Archived.TYPE}
    assert [event.seq for event in shown] == list(range(1, len(shown) + 1))
    await empty(installed.database_url)
    await follow(installed.database_url, lambda *_: None)
    await office.product.drain()
    assert await rows_of(owner, incident) == {}
    assert (await rows_of(owner, other["incident_id"])).keys() == beside.keys()

    content = await kept.restore(UUID(incident))
    assert content.manifest.incident_id == incident
    assert await rows_of(owner, incident) == before
    assert await kept.entries() == []
    assert await owner.fetchval("SELECT count(*) FROM intake.archived_reports") == 0
    await assert_whole(owner)
    assert await office.citizen("anhui", told["receipt"]) == seen
    reason = {"reason": "复查"}
    await office.staff("anhui", "office", "POST", f"grading:/v1/incidents/{incident}/reopen", json=reason)
    await office.product.drain()
    await assert_whole(owner)


async def test_what_is_not_at_rest_stays(
    office: Office, owner: "asyncpg.Connection[asyncpg.Record]", tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    fresh = await office.complain("anhui", *complaint(1))
    incident = (await closed(office, 0))["incident_id"]

    async def why(one: str = incident, **more: Any) -> str:
        outcome = await archive(owner, folder, one, **more)
        assert outcome.refused is not None
        return outcome.refused

    assert await why(fresh["incident_id"]) == "it is open"
    assert await why(str(new_id())) == "there is no such incident"
    assert "runs until" in await why()
    await run_out(owner, incident)
    assert "spoke of it at" in await why(rule=Rule(datetime(2026, 11, 1, tzinfo=UTC)))
    if await owner.fetchval(
        "SELECT count(*) FROM tasks.tasks WHERE incident_id = $1 AND state = 'open'", UUID(incident)
    ):
        assert "unfinished" in await why(owed=False)
    await owner.execute(
        "INSERT INTO console.parked (producer, shard, seq, event_id, type, organisation_id, subject, time, data, error) "
        "VALUES ('intake', 0, 999999, gen_random_uuid(), 'x', 'anhui', $1, now(), '{}', 'x')",
        UUID(incident),
    )
    assert "console has parked" in await why()
    await owner.execute("DELETE FROM console.parked")
    await owner.execute("UPDATE tasks.journal SET data = '{}' WHERE subject = $1 AND position = 1", UUID(incident))
    assert "hash chain is broken" in await why()
    assert not folder.exists()


async def test_a_consumer_that_is_behind_is_named(
    office: Office, owner: "asyncpg.Connection[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.complain("anhui", *complaint(0))
    await office.product.drain()
    monkeypatch.setattr("deploy.archive.stillness.PATIENCE", 0.0)
    await owner.execute("UPDATE tasks.heads SET seq = seq + 3 WHERE shard = 0")
    with pytest.raises(OperatorError, match=r"(grading|console) has yet to take 3 events of tasks: start the product"):
        await mark(owner)


async def test_a_crash_between_file_and_commit_leaves_both_and_the_next_run_ends_it(
    office: Office, owner: "asyncpg.Connection[asyncpg.Record]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = (await closed(office, 0))["incident_id"]
    await run_out(owner, incident)
    before = await rows_of(owner, incident)

    async def crash(*_: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(run, "delete", crash)
        with pytest.raises(ConnectionResetError):
            await archive(owner, tmp_path / "archive", incident)
    assert len(list((tmp_path / "archive").rglob("*.jsonl.gz"))) == 1
    assert await rows_of(owner, incident) == before

    assert (await archive(owner, tmp_path / "archive", incident)).refused is None
    kept = Archive(owner, tmp_path / "archive")
    (entry,) = await kept.entries()
    assert await kept.check(entry) is None

    # Nobody can go on with it while it is away: the chain would begin anew.
    shown = OriginalShown(report_id=new_id(), by="x", reason="x")
    parts = office.product.running("intake").parts
    event = NewEvent(new_id(), "anhui", UUID(incident), datetime.now(UTC), shown)
    async with parts.db.transaction() as tx:
        with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError, match="is archived"):
            await parts.journal.append(tx, [event])

    place = tmp_path / "archive" / entry.file
    place.write_bytes(place.read_bytes()[:-1])
    assert "is not the file that was archived" in (await kept.check(entry) or "")
    with pytest.raises(OperatorError, match="is not the file that was archived"):
        await kept.restore(UUID(incident))
    place.unlink()
    assert "cannot be read" in (await kept.check(entry) or "")


async def test_every_table_is_listed_once(database: TestDatabase) -> None:
    """A new table must be put into deploy/archive/tables.py: what becomes of its rows when their incident is archived?"""
    connection = await asyncpg.connect(database.url())
    for schema in ROWS:
        found = {
            row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema)
        }
        listed = [*ROWS[schema], *UNDER_WAY[schema], *STAYING[schema]]
        assert sorted(listed) == sorted(found), schema
    await connection.close()


async def test_what_stays_points_at_no_incident_that_may_go(database: TestDatabase) -> None:
    known = {"grading.routines", "intake.archived_reports", "directory.journal"}
    connection = await asyncpg.connect(database.url())
    rows = await connection.fetch(
        "SELECT table_schema AS s, table_name AS t FROM information_schema.columns WHERE column_name = ANY($1::text[])",
        list(POINTING),
    )
    await connection.close()
    pointing = {f"{row['s']}.{row['t']}" for row in rows if row["t"] in STAYING.get(row["s"], ())}
    assert {name for name in pointing if not name.endswith(".archived")} == known
