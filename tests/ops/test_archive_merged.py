"""What was merged into another leaves before it and comes back after it, and the merge can still be undone then."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from deploy.archive.back import Archive
from deploy.archive.run import Archivist
from deploy.installation import Installation, OperatorError
from tests.builders.office import Office
from tests.ops.test_archive import EVER, archive, assert_whole, closed, rows_of, run_out


@pytest.fixture
async def owner(installed: Installation) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    """A connection of the database's owner."""
    connection = await asyncpg.connect(installed.database_url)
    yield connection
    await connection.close()


async def test_the_absorbed_goes_first_and_comes_back_last(
    office: Office, owner: "asyncpg.Connection[asyncpg.Record]", tmp_path: Path
) -> None:
    one, two = await closed(office, 0), await closed(office, 1)
    a, b = one["incident_id"], two["incident_id"]
    body = {"other": b, "reason": "同一件事"}
    move = await office.staff("anhui", "office", "POST", f"intake:/v1/incidents/{a}/merge", json=body)
    await office.product.drain()
    for incident in (a, b):
        await run_out(owner, incident)
    phases = await owner.fetch("SELECT phase FROM grading.procedures ORDER BY incident_id = $1", UUID(b))
    assert [row["phase"] for row in phases] == ["closed", "merged"]
    folder = tmp_path / "archive"
    archivist = Archivist(owner, folder, datetime.now(UTC))
    found = [str(each) async for each in archivist.candidates(EVER.before, None)]
    assert (found, await archivist.count(EVER.before)) == ([b, a], 2)
    assert [str(each) async for each in archivist.candidates(EVER.before, 1)] == [b]
    before = {incident: await rows_of(owner, incident) for incident in (a, b)}

    refused = (await archive(owner, folder, a)).refused
    assert refused == f"{b} was merged into it and goes first"
    for incident in (b, a):
        assert (await archive(owner, folder, incident)).refused is None
        assert await rows_of(owner, incident) == {}
    await assert_whole(owner)
    for told in (one, two):
        assert (await office.citizen("anhui", told["receipt"]))["archived"] is True

    kept = Archive(owner, folder)
    with pytest.raises(OperatorError, match=f"merged into {a}, which is archived too"):
        await kept.restore(UUID(b))
    for incident in (a, b):
        await kept.restore(UUID(incident))
    assert {incident: await rows_of(owner, incident) for incident in (a, b)} == before
    await assert_whole(owner)
    path = f"intake:/v1/moves/{move['move_id']}/undo"
    undone = await office.staff("anhui", "office", "POST", path, json={"reason": "弄错了"})
    assert (undone["kind"], undone["other_id"], undone["reports"]) == ("split", b, 1)


async def test_the_absorbed_stays_while_its_survivor_is_open(
    office: Office, owner: "asyncpg.Connection[asyncpg.Record]", tmp_path: Path
) -> None:
    done = (await closed(office, 0))["incident_id"]
    still = (await office.complain("anhui", "路灯不亮", "学院路东段的路灯整夜不亮,行人看不清台阶。"))["incident_id"]
    await office.product.drain()
    body = {"other": still, "reason": "同一件事"}
    await office.staff("anhui", "office", "POST", f"intake:/v1/incidents/{done}/merge", json=body, expect=409)
    body = {"other": done, "reason": "同一件事"}
    await office.staff("anhui", "office", "POST", f"intake:/v1/incidents/{still}/merge", json=body)
    await office.product.drain()
    await run_out(owner, done)
    archivist = Archivist(owner, tmp_path / "archive", datetime.now(UTC))
    assert [each async for each in archivist.candidates(EVER.before, None)] == []
    refused = (await archive(owner, tmp_path / "archive", done)).refused
    assert refused == f"it was merged into {still}, which is open"
