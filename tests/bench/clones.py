"""The SQL that makes a hundred thousand incidents of a hundred: rows of a template copied, identifiers and moments moved.

A clone's identifiers are the template's with their leading 32 bits (a UUIDv7's time, in steps of 65.536 s) replaced by one moved back
by the clone's offset, so that they sort by time as real ones do and keep their shards; its moments are moved by as much. Two kinds of pass:
`finished` clones hold no clock and nothing open, and the texts of their events and procedures are left out (30 kB each that nobody
reads again); `at work` ones are whole: texts, chains made by the journal's own function, assignments under the ids that grading would
derive anew, timers ahead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Pass = Literal["finished", "at_work"]
FADED = 10_547
"""Steps in eight days: older fingerprints would have been forgotten by then."""

FUNCTIONS = """
CREATE SCHEMA IF NOT EXISTS bench_seed;
CREATE TABLE IF NOT EXISTS bench_seed.base (steps bigint);
CREATE OR REPLACE FUNCTION bench_seed.slots(f bigint, l bigint, s bigint) RETURNS TABLE (o bigint, p text, d interval)
  LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
  RETURN QUERY SELECT g, lpad(to_hex(b.steps - g), 8, '0'), g * interval '65.536 s' FROM bench_seed.base b, generate_series(f, l, s) g;
END $$;
CREATE OR REPLACE FUNCTION bench_seed.moved(id uuid, p text) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (p || substr(id::text, 9))::uuid;
CREATE OR REPLACE FUNCTION bench_seed.salted(b bytea, o bigint) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN substr(sha256(b || int8send(o)), 1, octet_length(b));
CREATE TABLE IF NOT EXISTS bench_seed.keys (id uuid PRIMARY KEY, incident_id uuid NOT NULL, key text NOT NULL);
CREATE OR REPLACE FUNCTION bench_seed.derived(incident uuid, key text) RETURNS uuid LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE b bytea := substr(uuid_send(incident), 1, 8) || substr(sha256(uuid_send(incident) || convert_to(key, 'UTF8')), 1, 8);
BEGIN
  b := set_byte(b, 6, (get_byte(b, 6) & 15) | 128);
  RETURN encode(set_byte(b, 8, (get_byte(b, 8) & 63) | 128), 'hex')::uuid;
END $$;
CREATE OR REPLACE FUNCTION bench_seed.assignment(old uuid, p text) RETURNS uuid LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE k record;
BEGIN
  SELECT * INTO k FROM bench_seed.keys WHERE id = old;
  RETURN CASE WHEN FOUND THEN bench_seed.derived(bench_seed.moved(k.incident_id, p), k.key) ELSE bench_seed.moved(old, p) END;
END $$;
CREATE OR REPLACE FUNCTION bench_seed.told(body text, olds text[], news text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  FOR i IN 1 .. coalesce(array_length(olds, 1), 0) LOOP body := replace(body, olds[i], news[i]); END LOOP;
  RETURN body;
END $$;
CREATE OR REPLACE FUNCTION bench_seed.ahead() RETURNS timestamptz LANGUAGE sql VOLATILE
  RETURN now() + interval '1 day' + random() * interval '60 days';
"""


@dataclass(frozen=True, slots=True)
class Cloned:
    """A table whose rows follow an incident. `of`: the condition by which `$1`, the templates, choose its rows; the expressions are over
    `t`, the template's row, and of the clone `o`, its offset, `p`, its identifiers' leading digits, and `d`, by how much it is earlier."""

    name: str
    of: str = "incident_id = ANY($1::uuid[])"
    expressions: dict[str, str] = field(default_factory=dict)
    finished: dict[str, str] = field(default_factory=dict)
    at_work: dict[str, str] = field(default_factory=dict)
    only: Pass | None = None
    source: str = "bench_seed.{copy} t"
    within: str = ""

    @property
    def copy(self) -> str:
        """The name of the table in `bench_seed` that keeps the templates' rows."""
        return self.name.replace(".", "_")


_ANSWERS = "IN (SELECT id FROM publishing.answers WHERE incident_id = ANY($1::uuid[]))"
_DONE = "CASE WHEN t.{c} IN ('open', 'claimed') THEN 'done' ELSE t.{c} END"
_NO_TEXT = {"facts": "'[]'", "issued": "'[]'", "running": "false", "runs_until": "NULL", "deciding": "NULL"}


_DERIVED = {"id": "bench_seed.derived(bench_seed.moved(t.incident_id, p), t.key)"}


def _assignment(column: str) -> dict[str, str]:
    return {column: f"bench_seed.assignment(t.{column}, p)"}


TABLES: tuple[Cloned, ...] = (
    Cloned("intake.incidents"),
    Cloned("intake.reports", expressions={"receipt_hash": "bench_seed.salted(t.receipt_hash, o)"}),
    Cloned("intake.join_keys", expressions={"key": "bench_seed.salted(t.key, o)"}),
    Cloned(
        "intake.fingerprints",
        # Fingerprints of real different texts, drawn by chance: copies of one would all be candidates of one another.
        source="bench_seed.{copy} t JOIN bench_seed.prints w ON w.organisation_id = t.organisation_id "
        "AND w.number = abs(hashint8(o) # uuid_hash(t.incident_id)) % (SELECT max(number) + 1 FROM bench_seed.prints)",
        expressions={"grams": "w.grams", "bands": "w.bands"},
        within=f"WHERE o < {FADED}",
    ),
    Cloned("intake.answers"),
    Cloned("grading.procedures", finished=_NO_TEXT, at_work={"runs_until": "bench_seed.ahead()"}),
    Cloned("tasks.incidents"),
    Cloned("tasks.tasks", finished={"state": _DONE.format(c="state")}, at_work=_DERIVED),
    Cloned("tasks.hand_ins", at_work=_assignment("task_id")),
    Cloned(
        "tasks.timers",
        "subject = ANY($1::uuid[])",
        at_work=_assignment("id") | {"fire_at": "bench_seed.ahead()"},
        only="at_work",
    ),
    Cloned("publishing.incidents"),
    Cloned("publishing.duties", at_work=_assignment("assignment_id")),
    Cloned("publishing.answers", at_work=_assignment("assignment_id")),
    Cloned("publishing.answer_versions", f"answer_id {_ANSWERS}"),
    Cloned("publishing.signatures", f"answer_id {_ANSWERS}"),
    Cloned("publishing.releases", f"answer_id {_ANSWERS}"),
    Cloned(
        "publishing.timers",
        "subject = ANY($1::uuid[])",
        at_work=_assignment("id") | {"fire_at": "bench_seed.ahead()"},
        only="at_work",
    ),
    Cloned("console.incidents"),
    Cloned("console.procedures"),
    Cloned(
        "console.assignments",
        finished={"task_state": _DONE.format(c="task_state")},
        at_work=_assignment("assignment_id"),
    ),
    Cloned("console.answers"),
)
PRODUCERS = ("intake", "grading", "tasks", "publishing")


def insert(table: Cloned, columns: Sequence[tuple[str, str]], kind: Pass) -> str:
    """Copy the templates of `kind` for the offsets `$1` to `$2` in steps of `$3`. `columns`: name and type of those that can be written."""
    given = table.expressions | (table.finished if kind == "finished" else table.at_work)
    moved = {
        "uuid": "bench_seed.moved(t.{c}, p)",
        "timestamp with time zone": "t.{c} - d",
    }
    values = [given.get(name) or moved.get(type_, "t.{c}").format(c=name) for name, type_ in columns]
    source = table.source.format(copy=f"{table.copy}_{kind}")
    return (
        f"INSERT INTO {table.name} ({', '.join(name for name, _ in columns)}) "
        f"SELECT {', '.join(values)} FROM bench_seed.slots($1::bigint, $2::bigint, $3::bigint) s CROSS JOIN {source} "
        + table.within
    )


def journal_of_finished(schema: str, columns: Sequence[str]) -> str:
    """Rows of a finished incident's journal and their numbers, without the texts. Offsets as in `insert`; `$4` is the first row id - 1."""
    rows = f"bench_seed.{schema}_journal_finished"
    given = {
        "id": "$4 + ((o - $1) / $3) * n.rows + t.place",
        "event_id": "bench_seed.moved(t.event_id, p)",
        "subject": "bench_seed.moved(t.subject, p)",
        "time": "t.time - d",
        "data": "'{}'",
    }
    values = ", ".join(given.get(name, f"t.{name}") for name in columns)
    return f"""
WITH kept AS (
  INSERT INTO {schema}.journal ({", ".join(columns)}) OVERRIDING SYSTEM VALUE
  SELECT {values} FROM bench_seed.slots($1::bigint, $2::bigint, $3::bigint) s CROSS JOIN {rows} t
  CROSS JOIN (SELECT count(*) AS rows FROM {rows}) n
), numbered AS (
  INSERT INTO {schema}.stamps (shard, seq, journal_id)
  SELECT t.shard, h.seq + ((o - $1) / $3) * t.in_shard + t.place_in_shard, $4 + ((o - $1) / $3) * n.rows + t.place
  FROM bench_seed.slots($1::bigint, $2::bigint, $3::bigint) s CROSS JOIN {rows} t
  JOIN {schema}.heads h ON h.shard = t.shard CROSS JOIN (SELECT count(*) AS rows FROM {rows}) n
)
UPDATE {schema}.heads h SET seq = h.seq + w.added
FROM (SELECT shard, count(*) * (($2 - $1) / $3 + 1) AS added FROM {rows} GROUP BY shard) w WHERE w.shard = h.shard
"""


def journal_of_work(schema: str) -> str:
    """The journal of incidents at work, by the product's own functions: appended with its chain, then numbered."""
    return f"""
WITH names AS MATERIALIZED (
  SELECT i.incident_id, o, p, d, array_agg(k.id::text) || i.incident_id::text AS olds,
    array_agg(bench_seed.derived(bench_seed.moved(i.incident_id, p), k.key)::text) || bench_seed.moved(i.incident_id, p)::text AS news
  FROM bench_seed.slots($1::bigint, $2::bigint, $3::bigint) s CROSS JOIN bench_seed.intake_incidents_at_work i
  LEFT JOIN bench_seed.keys k USING (incident_id) GROUP BY i.incident_id, o, p, d
)
SELECT {schema}.journal_append(array_agg(bench_seed.moved(t.event_id, p) ORDER BY o, t.place),
  array_agg(t.shard ORDER BY o, t.place), array_agg(t.type ORDER BY o, t.place), array_agg(t.organisation_id ORDER BY o, t.place),
  array_agg(bench_seed.moved(t.subject, p) ORDER BY o, t.place), array_agg(t.time - d ORDER BY o, t.place),
  array_agg(bench_seed.told(t.data, n.olds, n.news) ORDER BY o, t.place))
FROM names n JOIN bench_seed.{schema}_journal_at_work t ON t.subject = n.incident_id GROUP BY o
"""


STAMP = "SELECT count(*) FROM {schema}.journal_stamp(ARRAY(SELECT generate_series(0, 15)::smallint), 100000)"
LAST = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {schema}.journal_id_seq"
