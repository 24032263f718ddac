"""Batches kept over a real database: what one statement writes, replays and twins in one batch, the same post twice in a push."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from services.intake.domain.joining import Post
from services.intake.domain.sealing import Keyring
from services.intake.domain.times import Occurred
from services.intake.storage.idempotency import guard
from services.intake.usecases.keep import Keep, Kept, Submission
from services.intake.usecases.organisations import Organisation
from services.intake.usecases.prepare import Told, prepare
from shared.contracts.intake import Spread
from shared.db import Database
from shared.errors import IdempotencyConflictError
from shared.ids import new_id
from shared.journal import Journal
from tests.builders.clocks import HandClock
from tests.builders.databases import TestDatabase

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEYRING = Keyring("a", {"a": os.urandom(32)})
ANHUI = Organisation("anhui", "安徽", ("停水",), 720.0)
WATER = "城东小区连续三天停水，老人和孩子无水可用，物业电话打不通，请尽快恢复供水。"
METRO = "地铁二号线早高峰拥挤不堪，建议增加班次并延长运营时间到晚上十一点半。"
PEPPER = b"p" * 32


@pytest.fixture
async def db(database: TestDatabase) -> AsyncIterator[Database]:
    opened = Database(database.url("intake"), name="keeping-test")
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def keep(db: Database) -> Keep:
    return Keep(db, Journal("intake"), HandClock(START))


def complaint(body: str, key: str | None = None) -> Submission:
    told = Told("complaint", "portal", "反映问题", body, receipt=str(new_id()))
    guarded = guard(PEPPER, "client", "complaints", key, body.encode()) if key else None
    return Submission(prepare(told, ANHUI, Occurred(START, False), START, KEYRING), guarded)


def post(id_: str, body: str, reads: int, root: str | None = None) -> Submission:
    told = Told("post", "v", "", body, post=Post("v", id_, None, root), platform="weibo", spread=Spread(reads=reads))
    return Submission(prepare(told, ANHUI, Occurred(START, False), START, KEYRING))


async def kept(keep: Keep, *submissions: Submission) -> list[Kept]:
    answers = await keep.batch(submissions)
    return [answer for answer in answers if isinstance(answer, Kept)]


async def test_a_batch_is_written_whole_and_the_same_words_join(keep: Keep, db: Database) -> None:
    first, second, other = await kept(keep, post("1", WATER, 5), post("2", f"{WATER}！", 7), post("3", METRO, 1))
    assert [first.result, second.result, other.result] == ["new", "joined", "new"]
    assert first.incident_id == second.incident_id != other.incident_id
    async with db.transaction() as tx:
        row = await tx.row("SELECT * FROM intake.incidents WHERE incident_id = $1", first.incident_id)
        assert row is not None
        assert (row["reports"], row["reads"], row["words"], row["platforms"]) == (2, 12, ["停水"], ["weibo"])
        bands = await tx.fetch("SELECT cardinality(bands) AS n FROM intake.fingerprints")
        assert [each["n"] for each in bands] == [16, 16]
        assert await tx.value("SELECT count(*) FROM intake.journal") == 3


async def test_the_same_post_twice_in_one_push_counts_as_it_was_last_seen(keep: Keep, db: Database) -> None:
    first, again, same = await kept(keep, post("1", WATER, 5), post("1", WATER, 9), post("1", WATER, 9))
    assert [first.result, again.result, same.result] == ["new", "respread", "duplicate"]
    assert first.report_id == again.report_id == same.report_id
    async with db.transaction() as tx:
        assert await tx.value("SELECT reads FROM intake.reports") == 9
        assert await tx.value("SELECT reads FROM intake.incidents") == 9
    (later,) = await kept(keep, post("1", WATER, 11))
    assert (later.result, later.incident_id) == ("respread", first.incident_id)
    async with db.transaction() as tx:
        assert await tx.value("SELECT reads FROM intake.reports") == 11


async def test_a_replay_is_answered_as_before_beside_new_ones(keep: Keep) -> None:
    (first,) = await kept(keep, complaint(WATER, "one"))
    replayed, fresh = await kept(keep, complaint(WATER, "one"), complaint(METRO, "two"))
    assert (replayed.report_id, replayed.incident_id, replayed.replayed) == (first.report_id, first.incident_id, True)
    assert (fresh.result, fresh.replayed) == ("new", False)


async def test_twins_in_one_batch_are_kept_once_and_another_body_is_a_conflict(keep: Keep, db: Database) -> None:
    first, twin, other = await keep.batch([complaint(WATER, "k"), complaint(WATER, "k"), complaint(METRO, "k")])
    assert isinstance(first, Kept)
    assert first == twin
    assert isinstance(other, IdempotencyConflictError)
    (later,) = await keep.batch([complaint(METRO, "k")])
    assert isinstance(later, IdempotencyConflictError)
    async with db.transaction() as tx:
        assert await tx.value("SELECT count(*) FROM intake.reports") == 1


async def test_a_report_of_a_closed_incident_opens_another(keep: Keep, db: Database) -> None:
    (first,) = await kept(keep, post("1", WATER, 1))
    async with db.transaction() as tx:
        await tx.execute("UPDATE intake.incidents SET public_state = 'closed'")
    (second,) = await kept(keep, post("2", WATER, 1, root="1"))
    assert second.result == "new"
    assert second.incident_id != first.incident_id
    async with db.transaction() as tx:
        owners = await tx.fetch("SELECT DISTINCT incident_id FROM intake.join_keys WHERE organisation_id = 'anhui'")
    assert second.incident_id in {row["incident_id"] for row in owners}
