"""A million incidents in a product's database in minutes, by SQL, while the product is stopped; heads and positions are moved with them,
so that it goes on where the seed ends."""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from services.intake.domain import words
from tests.bench.alone import alone, without_indexes
from tests.bench.clones import (
    FUNCTIONS,
    LAST,
    PRODUCERS,
    STAMP,
    TABLES,
    Cloned,
    Pass,
    insert,
    journal_of_finished,
    journal_of_work,
)
from tests.bench.product import Product
from tests.bench.setup import Office
from tests.bench.stillness import Connection, schemas_with
from tests.bench.templates import Templates
from tests.bench.texts import Texts

FINISHED = 0.98
"""The share of incidents whose way is behind them."""
REACH = {"finished": 960_000, "at_work": 26_000}
"""How far back the clones reach, in steps of 65.536 s: two years, and twenty days."""
PRINTS = 6_000
"""Different texts an organisation, whose fingerprints the clones get."""
SLOTS = 2000
"""Clones of every template in one statement."""
MANY = 100_000
"""From so many incidents on, indexes are dropped and built anew."""
HALVES = (("intake", "publishing", "console"), ("grading", "tasks"))
"""Schemas that are filled one after another; the halves side by side."""


@dataclass(slots=True)
class Seeder:
    """Fills one product's database, step by step: `fill(10_000)`, later `fill(1_000_000)`."""

    product: Product
    templates: Templates
    offices: Sequence[Office]
    say: Callable[[str], None]
    _next: dict[Pass, int] = field(default_factory=lambda: {"finished": 1, "at_work": 1})
    _prepared: bool = False

    async def fill(self, incidents: int, most: int, *, finished: float = FINISHED) -> float:
        """Until there are `incidents`, of `most` in the end; the seconds it took. The product is stopped meanwhile, then started."""
        began = time.monotonic()
        self.product.stop()
        async with alone(self.product) as connect:
            lines = [await connect() for _ in HALVES]
            if not self._prepared:
                await self._prepare(lines[0])
            missing = incidents - int(await lines[0].fetchval("SELECT count(*) FROM intake.incidents"))
            shares: dict[Pass, float] = {"at_work": 1 - finished, "finished": finished}
            runs = {kind: self._run(kind, missing * share, most * share) for kind, share in shares.items()}
            await asyncio.gather(
                *(self._half(line, half, runs, missing >= MANY) for line, half in zip(lines, HALVES, strict=True))
            )
            await _move_positions(lines[0])
            await lines[0].execute("CHECKPOINT")
        self.say(f"seeded to {incidents:,} incidents in {time.monotonic() - began:.0f} s")
        self.product.start()
        return time.monotonic() - began

    def _run(self, kind: Pass, missing: float, most: float) -> list[tuple[int, int, int]]:
        """Offsets, first, last and step, of as many clones as are missing, in parts."""
        templates = len(self._ids(kind))
        step = max(1, int(REACH[kind] * templates / max(1.0, most)))
        slots, parts = math.ceil(missing / templates), list[tuple[int, int, int]]()
        while slots > 0:
            now = min(slots, SLOTS)
            parts.append((self._next[kind], self._next[kind] + (now - 1) * step, step))
            self._next[kind] += now * step
            slots -= now
        return parts

    async def _half(
        self, connection: Connection, schemas: Sequence[str], runs: dict[Pass, list[tuple[int, int, int]]], bare: bool
    ) -> None:
        """The rows of these schemas. Those at work come first, while the journals still have the indexes that appending needs."""
        for schema in schemas:
            tables = [table for table in TABLES if table.name.startswith(f"{schema}.")]
            names = [table.name for table in tables]
            names += [f"{schema}.{name}" for name in ("journal", "stamps") if schema in PRODUCERS]
            for offsets in runs["at_work"]:
                await _clone(connection, schema, tables, "at_work", offsets)
            async with without_indexes(connection, names if bare else (), self.say):
                for number, offsets in enumerate(runs["finished"], start=1):
                    await _clone(connection, schema, tables, "finished", offsets)
                    self.say(f"  {schema}: {number}/{len(runs['finished'])}")
            for name in names:  # what autovacuum would have done by then
                await connection.execute(f"VACUUM (ANALYZE) {name}")
            self.say(f"  {schema}: vacuum and statistics done")

    async def _prepare(self, connection: Connection) -> None:
        await connection.execute(FUNCTIONS)
        oldest = min(self.templates.all, key=lambda id_: id_.int)
        await connection.execute("INSERT INTO bench_seed.base VALUES ($1)", oldest.int >> 96)
        await connection.execute(
            "INSERT INTO bench_seed.keys SELECT id, incident_id, key FROM tasks.tasks WHERE incident_id = ANY($1::uuid[]) "
            "UNION SELECT assignment_id, incident_id, key FROM publishing.duties WHERE incident_id = ANY($1::uuid[]) "
            "ON CONFLICT DO NOTHING",
            self.templates.all,
        )
        for kind in self._next:
            ids = self._ids(kind)
            for table in TABLES:
                await _keep(connection, f"{table.copy}_{kind}", f"SELECT * FROM {table.name} WHERE {table.of}", ids)
            for schema in PRODUCERS:
                rows = (
                    "SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER (PARTITION BY shard) AS in_shard, "
                    "row_number() OVER (PARTITION BY shard ORDER BY id) AS place_in_shard "
                    f"FROM {schema}.journal WHERE subject = ANY($1::uuid[])"
                )
                await _keep(connection, f"{schema}_journal_{kind}", rows, ids)
        await self._prints(connection)
        self._prepared = True

    def _ids(self, kind: Pass) -> list[object]:
        return list(self.templates.finished if kind == "finished" else self.templates.at_work)

    async def _prints(self, connection: Connection) -> None:
        await connection.execute(
            "CREATE TABLE bench_seed.prints (organisation_id text, number int, grams bytea, bands bigint[], "
            "PRIMARY KEY (organisation_id, number))"
        )
        texts = iter(Texts(seed=555))
        for office in self.offices:
            kept = [words.grams(words.clean(told["title"] + told["body"])) for told in islice(texts, PRINTS)]
            rows = [
                (office.organisation, number, grams, words.bands(office.organisation, grams))
                for number, grams in enumerate(kept)
            ]
            await connection.copy_records_to_table("prints", schema_name="bench_seed", records=rows)


async def _clone(
    connection: Connection, schema: str, tables: Sequence[Cloned], kind: Pass, offsets: tuple[int, int, int]
) -> None:
    for table in tables:
        if table.only in (None, kind):
            await connection.execute(insert(table, await _columns(connection, table.name), kind), *offsets)
    if schema in PRODUCERS:
        await _journal(connection, schema, kind, offsets)


async def _keep(connection: Connection, name: str, query: str, ids: list[object]) -> None:
    """The rows of a query as a table of `bench_seed` (a statement that makes a table takes no arguments)."""
    await connection.execute(f"CREATE TABLE bench_seed.{name} AS {query.replace('$1::uuid[]', _array(ids))}")


def _array(ids: list[object]) -> str:
    return "'{" + ",".join(map(str, ids)) + "}'::uuid[]"


async def _columns(connection: Connection, table: str) -> list[tuple[str, str]]:
    """Names and types of the columns that can be written."""
    schema, _, name = table.partition(".")
    rows = await connection.fetch(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 "
        "AND is_generated = 'NEVER' ORDER BY ordinal_position",
        schema,
        name,
    )
    return [(row["column_name"], row["data_type"]) for row in rows]


async def _journal(connection: Connection, schema: str, kind: Pass, offsets: tuple[int, int, int]) -> None:
    if kind == "at_work":
        await connection.execute(journal_of_work(schema), *offsets)
        while await connection.fetchval(STAMP.format(schema=schema)):
            pass
        return
    columns = [name for name, _ in await _columns(connection, f"{schema}.journal")]
    last = await connection.fetchval(LAST.format(schema=schema))
    await connection.execute(journal_of_finished(schema, columns), *offsets, last)
    rows = await connection.fetchval(f"SELECT count(*) FROM bench_seed.{schema}_journal_finished")
    parts = (offsets[1] - offsets[0]) // offsets[2] + 1
    await connection.execute(
        f"SELECT setval(pg_get_serial_sequence('{schema}.journal', 'id'), $1)", last + rows * parts
    )


async def _move_positions(connection: Connection) -> None:
    """All that was seeded has been heard by all."""
    for consumer in await schemas_with(connection, "positions"):
        for producer in PRODUCERS:
            await connection.execute(
                f"UPDATE {consumer}.positions p SET position = h.seq FROM {producer}.heads h "
                "WHERE p.producer = $1 AND p.shard = h.shard",
                producer,
            )
