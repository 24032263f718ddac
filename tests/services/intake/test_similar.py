"""Suggestions over a real database: the same from every replica, at once, and never again what a person refused."""

from collections.abc import AsyncIterator

import pytest

from services.intake.storage import matters
from shared.errors import ConflictError, MissingError
from shared.ids import new_id
from tests.builders.databases import TestDatabase
from tests.builders.houses import CARTS, DUST, DUST_AGAIN, LI, NOISE, PENSION, START, WANG, House, opened


@pytest.fixture
async def house(database: TestDatabase) -> AsyncIterator[House]:
    async with opened(database) as made:
        yield made


async def test_the_same_matter_in_other_words_is_suggested_at_once_with_what_it_rests_on(house: House) -> None:
    first, _ = await house.told(DUST), await house.told(PENSION)
    second = await house.told(NOISE)
    best = (await house.ask(second))[0]
    assert best["incident_id"] == first
    assert 0 < best["score"] < 1
    assert any("锦绣花园" in run for run in best["why"])
    assert (best["state"], best["answers"]) == ("received", [])


async def test_every_replica_answers_the_same_before_and_after_reading_and_right_after_a_start(house: House) -> None:
    first, second, third = await house.told(DUST), await house.told(NOISE), await house.told(PENSION)
    other = house.another()
    before = [await house.ask(each) for each in (first, second, third)]
    assert before == [await other.ask(each) for each in (first, second, third)]
    await other.read_all()
    assert await house.run("SELECT count(*) FROM intake.matters") == 3
    assert await house.run("SELECT count(*) FROM intake.unread") == 0
    for replica in (house, other, house.another()):
        assert [await replica.ask(each) for each in (first, second, third)] == before
    fourth = await house.told(CARTS)
    after = await house.ask(fourth)
    assert {each["incident_id"] for each in after} >= {first, second}
    for replica in (other, house.another()):
        assert await replica.ask(fourth) == after


async def test_what_was_deleted_counts_no_more_in_any_replica(house: House) -> None:
    first, second, third = await house.told(DUST), await house.told(NOISE), await house.told(CARTS)
    await house.read_all()
    assert set(await house.ids(first)) == {second, third}
    for table in ("matters", "reports", "incidents", "fingerprints", "join_keys", "unread"):
        await house.run(f"DELETE FROM intake.{table} WHERE incident_id = $1", third)
    assert await house.ids(first) == [second]
    assert await house.ask(first) == await house.another().ask(first)


async def test_a_post_and_a_complaint_about_one_matter_find_each_other(house: House) -> None:
    complaint, post = await house.told(DUST), await house.posted("1", NOISE)
    assert await house.ids(post) == [complaint]
    assert await house.ids(complaint) == [post]


async def test_another_organisation_sees_nothing_of_it(house: House) -> None:
    mine = await house.told(DUST)
    theirs = await house.told(NOISE, "yichun")
    assert await house.ids(mine) == []
    with pytest.raises(MissingError):
        await house.ids(theirs)
    with pytest.raises(MissingError):
        await house.similar.accept(WANG, mine, theirs, None)
    with pytest.raises(MissingError):
        await house.similar.refuse(LI, mine, theirs, None)


async def test_a_closed_incident_is_offered_only_when_asked_for_and_then_with_its_answer(house: House) -> None:
    first, second = await house.told(DUST), await house.told(NOISE)
    await house.close(first)
    await house.run(
        "INSERT INTO intake.answers VALUES ($1, $2, 'anhui', 'weibo', '关于工地扬尘的答复', '已责令整改。', 'https://example.cn/1', $3)",
        new_id(),
        first,
        START,
    )
    assert await house.ids(second) == []
    (found,) = await house.ask(second, closed=True)
    assert (found["incident_id"], found["state"]) == (first, "closed")
    assert found["answers"] == [{"title": "关于工地扬尘的答复", "channel": "weibo", "url": "https://example.cn/1"}]


async def test_many_closed_ones_before_it_do_not_hide_an_open_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.intake.usecases.similar._FIRST_LOOK", 1)
    first = await house.told(DUST)
    for count in range(6):
        await house.close(await house.posted(str(count), f"{NOISE}第{'甲乙丙丁戊己'[count] * 30}次反映。"))
    newcomer = await house.told(NOISE, title="打桩噪音")
    assert await house.ids(newcomer) == [first]
    assert len(await house.ask(newcomer, limit=1, closed=True)) == 1


async def test_an_absorbed_incident_is_represented_by_its_survivor_once_with_the_better_score(house: House) -> None:
    first, second, third = await house.told(DUST), await house.told(CARTS), await house.told(NOISE)
    scores = {each["incident_id"]: each["score"] for each in await house.ask(third)}
    assert set(scores) == {first, second}
    await house.membership.merge("wang", "anhui", second, first, "同一工地")
    (found,) = await house.ask(third)
    assert (found["incident_id"], found["score"]) == (second, max(scores.values()))
    assert await house.ids(second) == [third]
    assert await house.ids(first) == [third]
    assert (await house.another().ask(third)) == [found]


async def test_a_refused_pair_never_comes_back_whatever_either_is_merged_into(house: House) -> None:
    first, second, third = await house.told(DUST), await house.told(NOISE), await house.told(CARTS)
    await house.read_all()
    await house.similar.refuse(WANG, second, first, "不是同一个工地")
    assert await house.ids(second) == [third]
    assert await house.ids(first) == [third]
    await house.similar.refuse(WANG, first, second, "再说一次")
    assert await house.run("SELECT reason FROM intake.refused_pairs") == "不是同一个工地"
    await house.membership.merge("wang", "anhui", third, first, "同一工地")
    assert await house.ids(second) == []
    assert await house.ids(third) == []
    assert await house.another().ids(second) == []


async def test_accepting_merges_into_the_earlier_and_into_the_open_one(house: House) -> None:
    first, second, third = await house.told(DUST), await house.told(NOISE), await house.told(CARTS)
    move = await house.similar.accept(WANG, second, first, None)
    assert (move.incident_id, move.other_id, move.made_by) == (first, second, "wang")
    with pytest.raises(ConflictError, match="already"):
        await house.similar.accept(WANG, second, first, None)
    with pytest.raises(ConflictError, match="already"):
        await house.similar.refuse(WANG, second, first, None)
    await house.membership.undo("wang", "anhui", move.move_id, "看错了")
    assert first not in await house.ids(second)  # what a person took apart is no suggestion any more
    await house.close(third)
    assert [await house.run("SELECT merged_into FROM intake.incidents WHERE incident_id = $1", first)] == [None]


async def test_a_newcomers_suggestions_are_kept_when_it_is_read(house: House) -> None:
    first = await house.told(DUST)
    await house.read_all()
    second = await house.told(DUST_AGAIN)
    await house.told(PENSION)
    await house.read_all()
    async with house.db.transaction() as tx:
        rows = await tx.fetch("SELECT * FROM intake.suggestions")
    assert {(row["incident_id"], row["other_id"]) for row in rows} == {(second, first)}
    assert all(row["score"] >= 0.2 for row in rows)
    assert "why" not in rows[0]  # told fresh from the masked words each time: nothing of anybody's is kept here
    await house.similar.refuse(WANG, first, second, None)
    assert await house.run("SELECT count(*) FROM intake.suggestions") == 0


async def test_what_was_opened_by_an_earlier_version_is_read_later(house: House) -> None:
    first, second = await house.told(DUST), await house.told(NOISE)
    await house.run("DELETE FROM intake.unread")
    assert await house.ids(second) == []
    await house.upkeep.note_missed()
    assert await house.ids(second) == [first]
    await house.read_all()
    await house.upkeep.note_missed()
    assert await house.run("SELECT count(*) FROM intake.unread") == 0


async def test_only_the_newest_are_kept_to_be_found(house: House) -> None:
    first, second, third = await house.told(DUST), await house.told(NOISE), await house.told(CARTS)
    await house.read_all()
    async with house.db.transaction() as tx:
        await matters.prune(tx, 2, 100)
    assert first not in await house.ids(third)
    assert await house.another().ids(third) == [second]
    assert await house.ids(third) == [second]


async def test_a_question_sees_what_commits_while_another_writer_is_still_under_way(house: House) -> None:
    first = await house.told(DUST)
    await house.read_all()
    async with house.db.transaction() as slow:
        await slow.value("SELECT pg_current_xact_id()")  # older than what is written below, and still running
        second = await house.told(NOISE)
        await house.read_all()
        assert await house.ids(first) == [second]
        await slow.execute("UPDATE intake.matters SET generation = 0, changed_in = pg_current_xact_id()")
    third = await house.told(CARTS)
    await house.read_all()
    assert set(await house.ids(first)) == {second, third}
