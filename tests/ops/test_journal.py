"""What the journal commands tell is so: of a chain that was changed, of an event that was parked, of a model read anew."""

from typing import Any

import asyncpg
import pytest

from deploy.installation import Installation, OperatorError
from deploy.journal.__main__ import main
from deploy.journal.parked import all_parked, services
from deploy.journal.rebuild import TABLES, empty, follow
from deploy.journal.verify import Found, verify_journal
from shared.contracts.envelope import TOPICS
from tests.builders.databases import TestDatabase
from tests.builders.office import Office
from tests.builders.texts import complaint


async def owner(installed: Installation, *statements: str) -> None:
    """As the owner of the database, who alone could do so."""
    connection = await asyncpg.connect(installed.database_url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def verified(installed: Installation, schema: str) -> Found:
    connection = await asyncpg.connect(installed.database_url)
    found = await verify_journal(connection, schema, lambda _: None)
    await connection.close()
    return found


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        ("UPDATE intake.journal SET data = '{}' WHERE position = 2", "was changed after it was written"),
        ("DELETE FROM intake.journal WHERE position = 1 AND subject IN (SELECT subject FROM intake.journal WHERE position = 2)", "Row 1 "),
        ("DELETE FROM intake.journal WHERE id = (SELECT max(id) FROM intake.journal)", "1 numbers name no event"),
        ("DELETE FROM intake.stamps s USING intake.heads h WHERE s.shard = h.shard AND s.seq = h.seq", "have no number"),
        ("UPDATE intake.heads SET seq = seq + 1", "the head says"),
    ],
)  # fmt: skip
async def test_whatever_is_changed_in_a_journal_shows(
    office: Office, installed: Installation, harm: str, fault: str
) -> None:
    title, body = complaint(0)
    for _ in range(2):  # the same matter twice: a chain of two
        await office.complain("anhui", title, body)
    await office.product.drain()
    for schema in TOPICS:
        found = await verified(installed, schema)
        assert found.faults == []
        assert found.numbers == found.events
    await owner(installed, harm)
    assert any(fault in each for each in (await verified(installed, "intake")).faults)


async def test_a_parked_event_is_told_refused_again_and_taken_once_its_cause_is_mended(
    office: Office, installed: Installation
) -> None:
    await owner(installed, "ALTER TABLE tasks.incidents ADD CONSTRAINT trouble CHECK (organisation_id <> 'anhui')")
    told = await office.complain("anhui", *complaint(0))
    await office.product.drain()
    async with services(installed) as calls:
        (parked,) = await all_parked(calls, ())
        assert (parked.service, parked.subject, parked.producer) == ("tasks", told["incident_id"], "grading")
        assert "trouble" in parked.error
        taken, why = await calls.replay("tasks", parked.subject)
        assert (taken, "trouble" in (why or "")) == (0, True)
        assert await office.tasks("anhui", told["incident_id"]) == {}
        await owner(installed, "ALTER TABLE tasks.incidents DROP CONSTRAINT trouble")
        assert await calls.replay("tasks", parked.subject) == (1, None)
        assert await all_parked(calls, ()) == []
    assert await office.tasks("anhui", told["incident_id"]) != {}


async def test_a_service_that_is_not_there_is_named(installed: Installation) -> None:
    nowhere = Installation(installed.var, installed.database_url, installed.secrets, {"tasks": "http://127.0.0.1:1"})
    async with services(nowhere) as calls:
        with pytest.raises(OperatorError, match="tasks at .* does not answer"):
            await calls.parked("tasks")


async def read_model(installed: Installation) -> dict[str, list[Any]]:
    connection = await asyncpg.connect(installed.database_url)
    found = {
        table: [r[0] for r in await connection.fetch(f"SELECT t::text FROM console.{table} t ORDER BY 1")]
        for table in TABLES
    }
    await connection.close()
    return found


async def test_the_read_model_comes_out_the_same_when_it_is_read_anew(office: Office, installed: Installation) -> None:
    for n in range(5):
        await office.complain("anhui", *complaint(n))
    await office.product.drain()
    before = await read_model(installed)
    assert len(before["incidents"]) == 5
    await empty(installed.database_url)
    assert await follow(installed.database_url, lambda *_: None) > 0
    await office.product.drain()
    assert await read_model(installed) == before


async def test_every_table_of_the_console_is_rebuilt_but_how_far_it_is(database: TestDatabase) -> None:
    connection = await asyncpg.connect(database.url())
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'console'")
    await connection.close()
    assert {row["tablename"] for row in rows} - {"positions", "alembic_version"} == set(TABLES)


def test_the_command_line_refuses_what_it_cannot_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["replay"])
    assert "name one SUBJECT, or --all" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["rebuild", "tasks"])
    assert "invalid choice" in capsys.readouterr().err
