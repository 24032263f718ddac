"""SQLAlchemy Core through the one door: every value reaches its own place, also where a list is spread out."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import ClauseElement, Column, Integer, MetaData, Table, Text, Uuid, insert, literal, select, update

from shared.db import Database, Transaction, _compile
from shared.errors import UnavailableError
from tests.builders.databases import TestDatabase

ROWS = Table(
    "rows_of_a_test", MetaData(), Column("id", Uuid, primary_key=True), Column("n", Integer), Column("s", Text)
)
IDS = [UUID(int=n) for n in range(6)]


@pytest.fixture
async def db(database: TestDatabase) -> AsyncIterator[Database]:
    opened = Database(database.url(), name="test", size=2)
    await opened.open()
    async with opened.transaction() as tx:
        await tx.execute("CREATE TABLE rows_of_a_test (id uuid PRIMARY KEY, n integer, s text)")
        await tx.execute(insert(ROWS).values([{"id": id_, "n": n, "s": f"第{n}号"} for n, id_ in enumerate(IDS)]))
    yield opened
    await opened.close()


def test_values_keep_the_order_of_their_places() -> None:
    statement = select(ROWS.c.id).where(ROWS.c.s == "a", ROWS.c.n.in_([1, 2, 3]), ROWS.c.id != IDS[5]).limit(7)
    sql, values = _compile(statement, [])
    assert {f"${n}" for n in range(1, 7)} == {word.strip("(),:").split("::")[0] for word in sql.split() if "$" in word}
    assert sorted(map(str, values)) == sorted(map(str, ["a", IDS[5], 7, 1, 2, 3]))


def test_text_goes_through_untouched() -> None:
    assert _compile("SELECT $1::text", ["it's"]) == ("SELECT $1::text", ["it's"])


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (select(ROWS.c.n).where(ROWS.c.n.in_([4, 1, 3])), [1, 3, 4]),
        (select(ROWS.c.n).where(ROWS.c.s != "第3号", ROWS.c.n.in_([4, 1, 3]), ROWS.c.id < IDS[4]), [1]),
        (select(ROWS.c.n).where(ROWS.c.n.in_([5, 4]), ROWS.c.s.in_(["第5号", "x"])), [5]),
        (select(ROWS.c.n).where(ROWS.c.n.not_in([0, 1, 2]), ROWS.c.id.in_(IDS[:4])), [3]),
        (select(ROWS.c.n).where(ROWS.c.n.in_([])), []),
        (select(ROWS.c.n).where(ROWS.c.n.not_in([])).where(ROWS.c.n > 3), [4, 5]),
        (select(ROWS.c.n).where(ROWS.c.id.in_(IDS[2:5])).order_by(ROWS.c.n).limit(1).offset(1), [3]),
        (update(ROWS).where(ROWS.c.id.in_(IDS[1:3])).values(n=ROWS.c.n + 10).returning(ROWS.c.n), [11, 12]),
        (select(literal("$1 '; -- %s :x 号")), ["$1 '; -- %s :x 号"]),
    ],
)
async def test_what_is_compiled_does_what_it_says(db: Database, statement: ClauseElement, found: list[Any]) -> None:
    async with db.transaction() as tx:
        rows = [row[0] for row in await tx.fetch(statement)]
    assert sorted(rows) == found


async def test_a_transaction_is_kept_whole_or_not_at_all(db: Database) -> None:
    heard: list[str] = []

    async def both(tx: Transaction, word: str) -> None:
        tx.after_commit.append(lambda: heard.append(word))
        await tx.execute(update(ROWS).where(ROWS.c.id == IDS[0]).values(s=word))

    async def stopped() -> None:
        async with db.transaction() as tx:
            await both(tx, "lost")
            raise RuntimeError("stop")

    async with db.transaction() as tx:
        await both(tx, "kept")
        assert heard == []
    with pytest.raises(RuntimeError, match="stop"):
        await stopped()
    async with db.transaction() as tx:
        assert await tx.value(select(ROWS.c.s).where(ROWS.c.id == IDS[0])) == "kept"
    assert heard == ["kept"]


async def test_a_closed_database_says_so() -> None:
    closed = Database("postgresql://nobody@127.0.0.1:1/nowhere", name="test")
    with pytest.raises(UnavailableError, match="not connected"):
        async with closed.transaction():
            pass
