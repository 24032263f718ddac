"""Batches kept over a real database: what one statement writes, replays and twins in one batch, the same post twice in a push."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from services.intake.domain.deciding import Recognised
from services.intake.domain.joining import Post
from services.intake.domain.sealing import Keyring
from services.intake.domain.times import Occurred
from services.intake.storage.idempotency import guard
from services.intake.usecases.keep import Answer, Keep, Kept, Submission
from services.intake.usecases.organisations import Organisation
from services.intake.usecases.prepare import Told, prepare
from shared.contracts.intake import Spread
from shared.db import Database, Transaction
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
BINS = "幸福里垃圾站搬到了幼儿园门口，苍蝇蚊子到处飞，家长们意见很大，要求搬走。"
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


def complaint(body: str, key: str | None = None, region: str | None = None) -> Submission:
    told = Told("complaint", "portal", "反映问题", body, receipt=str(new_id()), region=region)
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


class Met(Keep):
    """A replica that has looked up what there is, and waits with its first decision until the other has too."""

    def __init__(self, db: Database, both_looked: asyncio.Barrier) -> None:
        super().__init__(db, Journal("intake"), HandClock(START))
        self._both_looked: asyncio.Barrier | None = both_looked

    async def _write(self, tx: Transaction, fresh: dict[int, Submission], recognised: Recognised) -> dict[int, Answer]:
        barrier, self._both_looked = self._both_looked, None
        if barrier is not None:
            await barrier.wait()
        return await super()._write(tx, fresh, recognised)


async def change(db: Database, sql: str, *values: object) -> None:
    async with db.transaction() as tx:
        await tx.execute(sql, *values)


async def events(db: Database) -> list[tuple[str, str]]:
    async with db.transaction() as tx:
        rows = await tx.fetch("SELECT type, data FROM intake.journal ORDER BY id")
    return [(row["type"], row["data"]) for row in rows]


async def close(db: Database, after_closing: str, within: timedelta | None = None) -> None:
    await change(
        db,
        "INSERT INTO intake.organisations (organisation_id, name, state, after_closing, reopen_within) "
        "VALUES ('anhui', 'a', 'active', $1, $2)",
        after_closing,
        within,
    )
    await change(db, "UPDATE intake.incidents SET public_state = 'closed', closed_at = $1", START - timedelta(hours=5))


@pytest.mark.parametrize("again", [f"{WATER}谢谢！", WATER], ids=["words", "text"])
async def test_a_report_of_a_closed_incident_opens_another_that_follows_it(
    keep: Keep, db: Database, again: str
) -> None:
    (first,) = await kept(keep, post("1", WATER, 1))
    await close(db, "anew")
    second, third = await kept(keep, post("2", again, 1, root="1"), post("3", again, 1))
    assert (second.result, third.result) == ("new", "joined")
    assert second.incident_id == third.incident_id != first.incident_id
    async with db.transaction() as tx:
        follows = await tx.fetch("SELECT follows FROM intake.incidents ORDER BY incident_id")
        owner = await tx.value(
            "SELECT incident_id FROM intake.join_keys WHERE incident_id <> $1 LIMIT 1", first.incident_id
        )
    assert [row["follows"] for row in follows] == [None, first.incident_id]
    assert owner == second.incident_id
    assert str(first.incident_id) in (await events(db))[1][1]
    (later,) = await kept(keep, post("4", WATER, 1, root="1"))
    assert (later.result, later.incident_id) == ("joined", second.incident_id)


@pytest.mark.parametrize(("hours", "result"), [(6, "joined"), (4, "new")])
async def test_a_closed_incident_is_taken_up_again_within_the_rulebooks_time(
    keep: Keep, db: Database, hours: int, result: str
) -> None:
    (first,) = await kept(keep, complaint(WATER))
    await close(db, "reopen", timedelta(hours=hours))
    (second,) = await kept(keep, complaint(f"{WATER}谢谢领导！"))
    assert second.result == result
    assert (second.incident_id == first.incident_id) is (result == "joined")
    async with db.transaction() as tx:
        row = await tx.row("SELECT * FROM intake.incidents WHERE incident_id = $1", first.incident_id)
    assert row is not None
    told = [data for kind, data in await events(db) if kind == "incident.changed.v1"]
    if result == "joined":
        assert (row["public_state"], row["closed_at"], row["reports"]) == ("handling", None, 2)
        assert len(told) == 1
        assert '"reopened"' in told[0]
    else:
        assert (row["public_state"], row["reports"], told) == ("closed", 1, [])


async def test_what_is_found_of_an_absorbed_incident_joins_its_survivor(keep: Keep, db: Database) -> None:
    first, other, third = await kept(keep, post("1", WATER, 1), post("2", METRO, 1), post("3", BINS, 1))
    merge = "UPDATE intake.incidents SET merged_into = $2 WHERE incident_id = $1"
    await change(db, merge, first.incident_id, other.incident_id)
    await change(db, merge, other.incident_id, third.incident_id)
    joined = await kept(
        keep, post("4", f"{WATER}谢谢！", 1), post("5", "", 1, root="1"), post("6", WATER, 1), post("7", METRO, 1)
    )
    assert {(each.result, each.incident_id) for each in joined} == {("joined", third.incident_id)}
    await close(db, "anew")
    (after,) = await kept(keep, post("8", f"{WATER}！", 1, root="1"))
    assert after.result == "new"
    async with db.transaction() as tx:
        assert (
            await tx.value("SELECT follows FROM intake.incidents ORDER BY incident_id DESC LIMIT 1")
            == third.incident_id
        )
    (last,) = await kept(keep, post("9", "", 1, root="1"))
    assert (last.result, last.incident_id) == ("joined", after.incident_id)


async def test_the_same_id_with_other_words_is_counted_and_its_words_are_kept_beside(keep: Keep, db: Database) -> None:
    (first,) = await kept(keep, post("1", WATER, 5))
    edited, again, counted = await kept(
        keep, post("1", f"{METRO}13812345678", 5), post("1", f"{METRO}13812345678", 5), post("1", METRO, 9)
    )
    assert [edited.result, again.result, counted.result] == ["edited", "duplicate", "respread"]
    assert {first.report_id} == {edited.report_id, again.report_id, counted.report_id}
    (later,) = await kept(keep, post("1", METRO, 9))
    assert later.result == "duplicate"
    async with db.transaction() as tx:
        edits = await tx.fetch("SELECT * FROM intake.edits")
        row = await tx.row("SELECT masked_text, reads FROM intake.reports")
    assert row is not None
    assert (row["masked_text"], row["reads"]) == (WATER, 9)
    assert [each["masked_text"] for each in edits] == [METRO]
    (back,) = await kept(keep, post("1", WATER, 9))
    assert back.result == "edited"


async def test_a_new_incident_waits_to_be_read_unless_it_says_nothing(keep: Keep, db: Database) -> None:
    first, _, third = await kept(keep, post("1", WATER, 1), post("2", "顶", 1), post("3", "停水了", 1))
    await kept(keep, post("4", WATER, 1))
    async with db.transaction() as tx:
        waiting = await tx.fetch("SELECT incident_id FROM intake.unread")
        led = await tx.value("SELECT report_id FROM intake.fingerprints")
    assert {row["incident_id"] for row in waiting} == {first.incident_id, third.incident_id}
    assert led == first.report_id


async def test_letters_of_a_template_stay_apart_and_regions_too(keep: Keep) -> None:
    letters = [WATER.replace("城东", place) for place in ("城东", "城西", "河湾", "翠竹")]
    answers = await kept(keep, *(complaint(letter) for letter in letters[:2]))
    answers += await kept(keep, *(complaint(letter) for letter in letters[2:]))
    assert len({each.incident_id for each in answers}) == 4
    (again,) = await kept(keep, complaint(f"{letters[1]}盼复！"))
    assert again.incident_id == answers[1].incident_id
    here, there, here_too = await kept(
        keep,
        complaint(METRO, region="城东区"),
        complaint(METRO, region="城西区"),
        complaint(METRO, region="某市城东区"),
    )
    assert here.incident_id == here_too.incident_id != there.incident_id


async def test_an_incident_speaks_once_a_second_and_owes_the_rest(keep: Keep, db: Database) -> None:
    await kept(keep, post("1", WATER, 1))
    for number in range(2, 6):
        await kept(keep, post(str(number), WATER, 1))
    assert [kind for kind, _ in await events(db)] == ["incident.reported.v1", "incident.changed.v1"]
    async with db.transaction() as tx:
        row = await tx.row("SELECT reports, reads, unsaid FROM intake.incidents")
    assert row is not None
    assert tuple(row) == (5, 5, "joined")


@pytest.mark.parametrize("way", ["text", "url", "root"])
async def test_two_at_the_same_moment_in_two_replicas_make_one_incident(
    database: TestDatabase, db: Database, way: str
) -> None:
    """Both look before either writes: the one that writes second finds the key taken, and looks again."""
    replicas = [Database(database.url("intake"), name=f"replica-{number}") for number in range(2)]
    for replica in replicas:
        await replica.open()

    def told(number: int, turn: int) -> Submission:
        words = (
            WATER.replace("三天", f"{turn}天") if way == "text" else f"各说各的第{turn}回，与别人说的没有一样{number}"
        )
        where = Post(
            "v",
            f"{turn}-{number}",
            f"https://a.cn/{turn}" if way == "url" else None,
            f"{turn}" if way == "root" else None,
        )
        return Submission(
            prepare(Told("post", "v", "", words, post=where), ANHUI, Occurred(START, False), START, KEYRING)
        )

    for turn in range(5):
        both_looked = asyncio.Barrier(2)
        keeps = [Met(replica, both_looked) for replica in replicas]
        both = await asyncio.gather(*(each.batch([told(n, turn)]) for n, each in enumerate(keeps)))
        answers = [answer for [answer] in both if isinstance(answer, Kept)]
        assert len({answer.incident_id for answer in answers}) == 1
        assert sorted(answer.result for answer in answers) == ["joined", "new"]
    for replica in replicas:
        await replica.close()
    async with db.transaction() as tx:
        assert await tx.value("SELECT count(*) FROM intake.incidents") == 5
