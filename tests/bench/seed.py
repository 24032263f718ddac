"""A million incidents in a product's database in minutes, by SQL, while the product is stopped; heads and positions are moved with them,
so that it goes on where the seed ends."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from services.intake.domain import words
from tests.bench.alone import alone, without_indexes
from tests.bench.clones import (
    FUNCTIONS,
    PRODUCERS,
    STAMP,
    TABLES,
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
SLOTS = 400
"""Clones of every template in one statement."""
MANY = 100_000
"""From so many incidents on, indexes are dropped and built anew."""
SEEDED = (
    *(table.name for table in TABLES),
    *(f"{schema}.{name}" for schema in PRODUCERS for name in ("journal", "stamps")),
)


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
        async with alone(self.product) as connection:
            if not self._prepared:
                await self._prepare(connection)
            missing = incidents - int(await connection.fetchval("SELECT count(*) FROM intake.incidents"))
            await self._pass(connection, "at_work", missing * (1 - finished), most * (1 - finished))
            async with without_indexes(connection, SEEDED if missing >= MANY else (), self.say):
                await self._pass(connection, "finished", missing * finished, most * finished)
            await _move_positions(connection)
            await self._settle(connection)
        self.say(f"seeded to {incidents} incidents in {time.monotonic() - began:.0f} s")
        self.product.start()
        return time.monotonic() - began

    async def _prepare(self, connection: Connection) -> None:
        await connection.execute(FUNCTIONS)
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

    async def _pass(self, connection: Connection, kind: Pass, missing: float, most: float) -> None:
        templates = len(self._ids(kind))
        step = max(1, int(REACH[kind] * templates / max(1.0, most)))
        slots = math.ceil(missing / templates)
        while slots > 0:
            now = min(slots, SLOTS)
            first = self._next[kind]
            last = first + (now - 1) * step
            for table in TABLES:
                if table.only in (None, kind):
                    await connection.execute(
                        insert(table, await _columns(connection, table.name), kind), first, last, step
                    )
            await _journals(connection, kind, (first, last, step))
            self._next[kind] = last + step
            slots -= now
            self.say(f"  {kind}: {now * templates} more, {slots * templates} to go")

    async def _settle(self, connection: Connection) -> None:
        """What autovacuum would have done by then."""
        self.say("  vacuum, statistics …")
        for table in SEEDED:
            await connection.execute(f"VACUUM (ANALYZE) {table}")
        await connection.execute("CHECKPOINT")


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


async def _journals(connection: Connection, kind: Pass, offsets: tuple[int, int, int]) -> None:
    for schema in PRODUCERS:
        if kind == "at_work":
            await connection.execute(journal_of_work(schema), *offsets)
            while await connection.fetchval(STAMP.format(schema=schema)):
                pass
            continue
        columns = [name for name, _ in await _columns(connection, f"{schema}.journal")]
        last = await connection.fetchval(f"SELECT coalesce(max(id), 0) FROM {schema}.journal")
        await connection.execute(journal_of_finished(schema, columns), *offsets, last)
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{schema}.journal', 'id'), (SELECT max(id) FROM {schema}.journal))"
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
