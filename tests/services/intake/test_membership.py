"""Merges, splits and their undoing: rows, totals and events right after each, and what is refused."""

from collections.abc import AsyncIterator
from itertools import pairwise
from uuid import UUID

import pytest

from shared.db import Database
from shared.errors import ConflictError, InvalidError, MissingError
from tests.builders.databases import TestDatabase
from tests.services.intake.moved import COVER, METRO, NOISE, ORG, WATER, Moved, fresh_clock, some_id


@pytest.fixture
async def moved(database: TestDatabase) -> AsyncIterator[Moved]:
    db = Database(database.url("intake"), name="membership-test")
    await db.open()
    yield Moved(db, fresh_clock())
    await db.close()


async def test_a_merge_adds_up_and_its_undoing_brings_everything_back(moved: Moved) -> None:
    a, b = await moved.incident("a", WATER), await moved.incident("b", METRO, 3)
    before = await moved.standing()
    move = await moved.merge(a, b, version=1)
    await moved.assert_sound()
    row = (await moved.standing())[a]
    assert (row["reports"], row["reads"], row["words"]) == (5, 90, ["停水", "拥挤"])
    assert (move.version, move.other_version, len(move.report_ids)) == (2, 2, 3)
    undone = await moved.undo(move)
    assert await moved.standing() == before
    assert (undone.kind, undone.undoes, undone.incident_id, undone.other_id) == ("split", move.move_id, a, b)
    await moved.assert_sound()


async def test_a_merge_tells_both_and_its_undoing_too(moved: Moved) -> None:
    a, b = await moved.incident("a", WATER), await moved.incident("b", METRO)
    move = await moved.merge(a, b)
    merged, absorbed = (await moved.told(a))[-1], (await moved.told(b))[-1]
    said = {"type": "incident.changed.v1", "by": "li", "act": str(move.move_id)}
    assert merged | said | {"change": "merged", "other": str(b), "reports": 4} == merged
    assert merged["spread"] == {"reads": 60, "likes": 30}
    assert merged["report_ids"] == [str(each) for each in move.report_ids]
    assert absorbed == said | {"change": "absorbed", "other": str(a), "reports": 0, "spread": {}}
    undone = await moved.undo(move)
    parted, restored = (await moved.told(a))[-1], (await moved.told(b))[-1]
    said = {"type": "incident.changed.v1", "by": "wang", "act": str(undone.move_id), "undoes": str(move.move_id)}
    assert parted | said | {"change": "parted", "other": str(b), "reports": 2, "words": ["停水"]} == parted
    assert restored | said | {"change": "restored", "other": str(a), "reports": 2, "words": ["拥挤"]} == restored
    assert "弄错了" not in str(restored) + str(parted)


async def test_a_split_opens_an_incident_that_says_so_and_its_undoing_takes_it_back(moved: Moved) -> None:
    a = await moved.incident("a", WATER, 3)
    await moved.keep_all(moved.complaint(WATER))
    reports, before = await moved.reports(a), await moved.standing()
    move = await moved.split(a, reports[1:])
    await moved.assert_sound()
    reported, split = await moved.told(move.other_id)
    assert (reported["type"], reported["report_id"]) == ("incident.reported.v1", str(reports[1]))
    assert (reported["split_from"], reported["act"], reported["words"]) == (str(a), str(move.move_id), ["停水"])
    assert (reported["spread"]["reads"], reported["occurred_assumed"]) == (20, False)
    assert (split["change"], split["other"], split["reports"], split["kinds"]) == (
        "split",
        str(a),
        3,
        ["complaint", "post"],
    )
    parted = (await moved.told(a))[-1]
    assert (parted["change"], parted["other"], parted["reports"], parted["spread"]["reads"]) == (
        "parted",
        str(move.other_id),
        1,
        10,
    )
    one = await moved.split(move.other_id, [reports[3]])
    only = await moved.told(one.other_id)
    assert [(each["type"], each["occurred_assumed"]) for each in only] == [("incident.reported.v1", True)]
    await moved.undo(one)
    await moved.undo(move)
    assert (await moved.standing())[a] == before[a]
    await moved.assert_sound()


async def test_an_undoing_is_undone_and_that_again(moved: Moved) -> None:
    a, b = await moved.incident("a", WATER), await moved.incident("b", METRO)
    apart = await moved.standing()
    moves = [await moved.merge(a, b)]
    together = await moved.standing()
    for wanted in (apart, together, apart, together):
        moves.append(await moved.undo(moves[-1]))
        assert await moved.standing() == wanted
        await moved.assert_sound()
    for done in moves[:-1]:
        with pytest.raises(ConflictError, match="has been undone by"):
            await moved.undo(done)
    kept = await moved.membership.moves(ORG, a)
    assert [each.move_id for each in kept] == [each.move_id for each in moves]
    assert [each.undone_by for each in kept] == [*(each.move_id for each in moves[1:]), None]


async def test_a_split_is_undone_redone_and_undone(moved: Moved) -> None:
    a = await moved.incident("a", WATER, 3)
    whole = await moved.standing()
    move = await moved.split(a, (await moved.reports(a))[:1])
    split = await moved.standing()
    back = await moved.undo(move)
    assert (await moved.standing())[a] == whole[a]
    again = await moved.undo(back)
    assert await moved.standing() == split
    assert (again.kind, again.other_id, again.undoes) == ("split", move.other_id, back.move_id)
    assert (await moved.told(move.other_id))[-1]["change"] == "restored"
    await moved.undo(again)
    assert (await moved.standing())[a] == whole[a]
    await moved.assert_sound()


async def test_in_a_chain_the_later_is_undone_first(moved: Moved) -> None:
    a, b, c = [await moved.incident(name, body) for name, body in (("a", WATER), ("b", METRO), ("c", COVER))]
    apart = await moved.standing()
    first = await moved.merge(a, b)
    between = await moved.standing()
    second = await moved.merge(c, a)
    assert len(second.report_ids) == 4
    with pytest.raises(ConflictError, match=str(second.move_id)) as refused:
        await moved.undo(first)
    assert refused.value.extra == {"move": str(second.move_id)}
    await moved.undo(second)
    assert await moved.standing() == between
    await moved.undo(first)
    assert await moved.standing() == apart
    await moved.assert_sound()


async def test_side_by_side_merges_are_undone_in_any_order(moved: Moved) -> None:
    a, b, c = [await moved.incident(name, body) for name, body in (("a", WATER), ("b", METRO), ("c", COVER))]
    apart = await moved.standing()
    first, second = await moved.merge(a, b), await moved.merge(a, c)
    await moved.undo(first)
    standing = await moved.standing()
    assert (standing[b], standing[a]["reports"]) == (apart[b], 4)
    await moved.undo(second)
    assert await moved.standing() == apart


async def test_what_was_split_off_since_stands_in_the_way_of_undoing_the_merge(moved: Moved) -> None:
    a, b = await moved.incident("a", WATER), await moved.incident("b", METRO)
    apart = await moved.standing()
    merge = await moved.merge(a, b)
    split = await moved.split(a, [(await moved.reports(b) or list(merge.report_ids))[0]])
    with pytest.raises(ConflictError, match=str(split.move_id)):
        await moved.undo(merge)
    await moved.undo(split)
    await moved.undo(merge)
    standing = await moved.standing()
    assert {id_: standing[id_] for id_ in apart} == apart


async def test_an_incident_is_never_left_without_a_report(moved: Moved) -> None:
    a, b = await moved.incident("a", WATER, 1), await moved.incident("b", METRO)
    own = await moved.reports(a)
    merge = await moved.merge(a, b)
    split = await moved.split(a, own)
    with pytest.raises(ConflictError, match=str(split.move_id)):
        await moved.undo(merge)
    await moved.undo(split)
    await moved.undo(merge)
    await moved.assert_sound()


async def test_what_a_new_incident_was_merged_into_stands_in_the_way_of_undoing_its_split(moved: Moved) -> None:
    a, b = await moved.incident("a", WATER), await moved.incident("b", METRO)
    split = await moved.split(a, (await moved.reports(a))[1:])
    merge = await moved.merge(b, split.other_id)
    with pytest.raises(ConflictError, match=str(merge.move_id)):
        await moved.undo(split)
    away = await moved.merge(b, a)
    with pytest.raises(ConflictError, match=str(merge.move_id)):
        await moved.undo(split)
    await moved.undo(merge)
    with pytest.raises(ConflictError, match=str(away.move_id)):
        await moved.undo(split)
    await moved.undo(away)
    await moved.undo(split)
    await moved.assert_sound()


async def test_a_merge_is_refused_clearly(moved: Moved) -> None:
    a, b, c = [await moved.incident(name, body) for name, body in (("a", WATER), ("b", METRO), ("c", COVER))]
    with pytest.raises(InvalidError, match="with itself"):
        await moved.merge(a, a)
    with pytest.raises(MissingError):
        await moved.merge(a, some_id())
    with pytest.raises(MissingError):
        await moved.membership.merge("li", "huaihai", a, b, "同一件事")
    with pytest.raises(ConflictError, match="version 1, not 7") as stale:
        await moved.merge(a, b, version=7)
    assert stale.value.extra == {"version": 1}
    await moved.merge(a, b)
    for survivor, other in ((c, b), (b, c), (a, b), (b, a)):
        with pytest.raises(ConflictError, match=f"merged into {a}"):
            await moved.merge(survivor, other)
    await moved.assert_sound()


async def test_a_split_is_refused_clearly(moved: Moved) -> None:
    a, b = await moved.incident("a", WATER), await moved.incident("b", METRO)
    mine, foreign = await moved.reports(a), await moved.reports(b)
    for wanted, said in (([], "at least one"), (mine, "all 2 reports"), ([mine[0], foreign[0]], str(foreign[0]))):
        with pytest.raises(InvalidError, match=said):
            await moved.split(a, wanted)
    with pytest.raises(ConflictError):
        await moved.split(a, mine[:1], version=2)
    with pytest.raises(MissingError):
        await moved.split(some_id(), mine[:1])
    with pytest.raises(MissingError):
        await moved.membership.undo("li", ORG, some_id(), "")
    assert await moved.rows("SELECT * FROM intake.moves") == []


async def test_of_an_open_and_a_closed_incident_the_open_one_survives(moved: Moved) -> None:
    a, b = await moved.incident("a", WATER), await moved.incident("b", METRO)
    async with moved.db.transaction() as tx:
        await tx.execute("UPDATE intake.incidents SET public_state = 'closed' WHERE incident_id = $1", a)
    with pytest.raises(ConflictError, match="must survive") as refused:
        await moved.merge(a, b)
    assert refused.value.extra == {"survivor": str(b)}
    await moved.undo(await moved.merge(b, a))
    states = await moved.rows("SELECT incident_id, public_state FROM intake.incidents")
    assert {row["incident_id"]: row["public_state"] for row in states} == {a: "closed", b: "received"}


async def test_a_chain_does_not_grow_for_ever(moved: Moved) -> None:
    ids: list[UUID] = []
    async with moved.db.transaction() as tx:
        for _ in range(21):
            ids.append(some_id())
            await tx.execute(
                "INSERT INTO intake.incidents (incident_id, organisation_id, title, opened_at, occurred_at, reports, reads, comments, "
                "reposts, likes, kinds, platforms, author_types, words) VALUES ($1, $2, '', now(), now(), 0, 0, 0, 0, 0, '{}', '{}', "
                "'{}', '{}')",
                ids[-1],
                ORG,
            )
    for below, above in pairwise(ids[:20]):
        await moved.merge(above, below)
    with pytest.raises(ConflictError, match="20 incidents stand one in another"):
        await moved.merge(ids[20], ids[19])


async def test_what_was_taken_apart_is_a_refused_pair_until_a_person_says_otherwise(moved: Moved) -> None:
    a, b = await moved.incident("a", WATER), await moved.incident("b", NOISE)
    undone = await moved.undo(await moved.merge(a, b))
    (pair,) = await moved.rows("SELECT * FROM intake.refused_pairs")
    assert ({pair["one"], pair["other"]}, pair["refused_by"]) == ({a, b}, "wang")
    await moved.undo(undone)
    assert await moved.rows("SELECT * FROM intake.refused_pairs") == []
