"""The tables and functions of a journal, the same in each producer's and each consumer's schema.

`journal` is only ever inserted into (its functions run as the owner; a role may read and append, not change). `outbox` holds
what no relay has stamped yet, so a stamp never has to guess the commit order from row ids. `positions` and `parked` are the
consumer's half. An event's text is stored as it is (`EXTERNAL`): compressing six kilobytes costs more than writing them.
What later migrations add is a function of its own here: the first migrations stay what they were.
"""

_PRODUCER = """
CREATE TABLE {s}.journal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  shard smallint NOT NULL,
  event_id uuid NOT NULL,
  type text NOT NULL,
  organisation_id text NOT NULL,
  subject uuid NOT NULL,
  position int NOT NULL,
  time timestamptz NOT NULL,
  hash bytea NOT NULL,
  data text STORAGE EXTERNAL NOT NULL
);
CREATE UNIQUE INDEX journal_chain ON {s}.journal (subject, position);

CREATE TABLE {s}.identity (journal_id uuid NOT NULL DEFAULT gen_random_uuid());
INSERT INTO {s}.identity DEFAULT VALUES;
CREATE TABLE {s}.outbox (journal_id bigint PRIMARY KEY, shard smallint NOT NULL)
  WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);
CREATE TABLE {s}.stamps (shard smallint, seq bigint, journal_id bigint NOT NULL, PRIMARY KEY (shard, seq));
CREATE TABLE {s}.heads (shard smallint PRIMARY KEY, seq bigint NOT NULL) WITH (fillfactor = 50);
INSERT INTO {s}.heads SELECT n, 0 FROM generate_series(0, 15) n;

CREATE FUNCTION {s}.journal_append(
  ids uuid[], shards smallint[], types text[], organisations text[], subjects uuid[], times timestamptz[], bodies text[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = {s}, pg_temp AS $$
DECLARE
  last record; place int; digest bytea; row_id bigint;
BEGIN
  FOR i IN 1 .. coalesce(array_length(ids, 1), 0) LOOP
    place := 1; digest := ''::bytea;
    SELECT j.position + 1 AS next, j.hash INTO last FROM journal j WHERE j.subject = subjects[i] ORDER BY j.position DESC LIMIT 1;
    IF FOUND THEN place := last.next; digest := last.hash; END IF;
    digest := sha256(digest || uuid_send(ids[i]) || convert_to(types[i] || E'\\n' || bodies[i], 'UTF8'));
    INSERT INTO journal (shard, event_id, type, organisation_id, subject, position, time, hash, data)
      VALUES (shards[i], ids[i], types[i], organisations[i], subjects[i], place, times[i], digest, bodies[i])
      RETURNING id INTO row_id;
    INSERT INTO outbox VALUES (row_id, shards[i]);
  END LOOP;
END $$;

CREATE FUNCTION {s}.journal_stamp(mine smallint[], most int)
  RETURNS TABLE (shard smallint, seq bigint, event_id uuid, type text, organisation_id text, subject uuid, "time" timestamptz, data text)
  LANGUAGE sql SECURITY DEFINER SET search_path = {s}, pg_temp AS $$
  WITH taken AS (
    DELETE FROM outbox WHERE journal_id IN (
      SELECT o.journal_id FROM outbox o WHERE o.shard = ANY (mine) ORDER BY o.journal_id LIMIT most FOR UPDATE
    ) RETURNING outbox.shard, outbox.journal_id
  ), counted AS (
    SELECT t.shard, count(*) AS n FROM taken t GROUP BY t.shard
  ), moved AS (
    UPDATE heads h SET seq = h.seq + c.n FROM counted c WHERE h.shard = c.shard RETURNING h.shard, h.seq - c.n AS base
  ), numbered AS (
    SELECT t.shard, t.journal_id, m.base + row_number() OVER (PARTITION BY t.shard ORDER BY t.journal_id) AS seq
    FROM taken t JOIN moved m ON m.shard = t.shard
  ), kept AS (
    INSERT INTO stamps (shard, seq, journal_id) SELECT n.shard, n.seq, n.journal_id FROM numbered n
    RETURNING stamps.shard, stamps.seq, stamps.journal_id
  )
  SELECT k.shard, k.seq, j.event_id, j.type, j.organisation_id, j.subject, j.time, j.data
  FROM kept k JOIN journal j ON j.id = k.journal_id ORDER BY k.shard, k.seq
$$;
"""

_CONSUMER = """
CREATE TABLE {s}.positions (
  producer text, shard smallint, position bigint NOT NULL DEFAULT 0, PRIMARY KEY (producer, shard)
) WITH (fillfactor = 50);
CREATE TABLE {s}.parked (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  producer text NOT NULL,
  shard smallint NOT NULL,
  seq bigint NOT NULL,
  event_id uuid NOT NULL,
  type text NOT NULL,
  organisation_id text NOT NULL,
  subject uuid NOT NULL,
  time timestamptz NOT NULL,
  data text NOT NULL,
  error text NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (producer, shard, seq)
);
CREATE INDEX parked_subject ON {s}.parked (subject);
"""

# Expand only: a process of the version before goes on appending with seven arguments and reads by name what it knows of a stamp.
# The table first: waiting for its lock waits for whoever is inside the functions.
_TRACES = """
ALTER TABLE {s}.journal ADD COLUMN traceparent text;

DROP FUNCTION {s}.journal_append(uuid[], smallint[], text[], text[], uuid[], timestamptz[], text[]);
CREATE FUNCTION {s}.journal_append(
  ids uuid[], shards smallint[], types text[], organisations text[], subjects uuid[], times timestamptz[], bodies text[],
  traces text[] DEFAULT NULL
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = {s}, pg_temp AS $$
DECLARE
  last record; place int; digest bytea; row_id bigint;
BEGIN
  FOR i IN 1 .. coalesce(array_length(ids, 1), 0) LOOP
    place := 1; digest := ''::bytea;
    SELECT j.position + 1 AS next, j.hash INTO last FROM journal j WHERE j.subject = subjects[i] ORDER BY j.position DESC LIMIT 1;
    IF FOUND THEN place := last.next; digest := last.hash; END IF;
    digest := sha256(digest || uuid_send(ids[i]) || convert_to(types[i] || E'\\n' || bodies[i], 'UTF8'));
    INSERT INTO journal (shard, event_id, type, organisation_id, subject, position, time, hash, data, traceparent)
      VALUES (shards[i], ids[i], types[i], organisations[i], subjects[i], place, times[i], digest, bodies[i], traces[i])
      RETURNING id INTO row_id;
    INSERT INTO outbox VALUES (row_id, shards[i]);
  END LOOP;
END $$;

DROP FUNCTION {s}.journal_stamp(smallint[], int);
CREATE FUNCTION {s}.journal_stamp(mine smallint[], most int)
  RETURNS TABLE (
    shard smallint, seq bigint, event_id uuid, type text, organisation_id text, subject uuid, "time" timestamptz, data text,
    traceparent text
  )
  LANGUAGE sql SECURITY DEFINER SET search_path = {s}, pg_temp AS $$
  WITH taken AS (
    DELETE FROM outbox WHERE journal_id IN (
      SELECT o.journal_id FROM outbox o WHERE o.shard = ANY (mine) ORDER BY o.journal_id LIMIT most FOR UPDATE
    ) RETURNING outbox.shard, outbox.journal_id
  ), counted AS (
    SELECT t.shard, count(*) AS n FROM taken t GROUP BY t.shard
  ), moved AS (
    UPDATE heads h SET seq = h.seq + c.n FROM counted c WHERE h.shard = c.shard RETURNING h.shard, h.seq - c.n AS base
  ), numbered AS (
    SELECT t.shard, t.journal_id, m.base + row_number() OVER (PARTITION BY t.shard ORDER BY t.journal_id) AS seq
    FROM taken t JOIN moved m ON m.shard = t.shard
  ), kept AS (
    INSERT INTO stamps (shard, seq, journal_id) SELECT n.shard, n.seq, n.journal_id FROM numbered n
    RETURNING stamps.shard, stamps.seq, stamps.journal_id
  )
  SELECT k.shard, k.seq, j.event_id, j.type, j.organisation_id, j.subject, j.time, j.data, j.traceparent
  FROM kept k JOIN journal j ON j.id = k.journal_id ORDER BY k.shard, k.seq
$$;
"""

# Told how to find its rows, whatever the statistics say. An outbox is nearly always empty, and vacuum writes down that it is: a plan made
# from that joined a backlog with itself, minutes for each batch, just when a relay came back to a hundred thousand events.
_STAMPING = """
CREATE OR REPLACE FUNCTION {s}.journal_stamp(mine smallint[], most int)
  RETURNS TABLE (
    shard smallint, seq bigint, event_id uuid, type text, organisation_id text, subject uuid, "time" timestamptz, data text,
    traceparent text
  )
  LANGUAGE sql SECURITY DEFINER SET search_path = {s}, pg_temp AS $$
  WITH next AS MATERIALIZED (
    SELECT o.journal_id FROM outbox o WHERE o.shard = ANY (mine) ORDER BY o.journal_id LIMIT most FOR UPDATE
  ), taken AS (
    DELETE FROM outbox WHERE journal_id = ANY (ARRAY(SELECT n.journal_id FROM next n))
    RETURNING outbox.shard, outbox.journal_id
  ), counted AS (
    SELECT t.shard, count(*) AS n FROM taken t GROUP BY t.shard
  ), moved AS (
    UPDATE heads h SET seq = h.seq + c.n FROM counted c WHERE h.shard = c.shard RETURNING h.shard, h.seq - c.n AS base
  ), numbered AS (
    SELECT t.shard, t.journal_id, m.base + row_number() OVER (PARTITION BY t.shard ORDER BY t.journal_id) AS seq
    FROM taken t JOIN moved m ON m.shard = t.shard
  ), kept AS (
    INSERT INTO stamps (shard, seq, journal_id) SELECT n.shard, n.seq, n.journal_id FROM numbered n
    RETURNING stamps.shard, stamps.seq, stamps.journal_id
  )
  SELECT k.shard, k.seq, j.event_id, j.type, j.organisation_id, j.subject, j.time, j.data, j.traceparent
  FROM kept k CROSS JOIN LATERAL (SELECT * FROM journal j WHERE j.id = k.journal_id OFFSET 0) j ORDER BY k.shard, k.seq
$$;
"""


def journal_ddl(schema: str) -> list[str]:
    """The producer's half, for the first migration of a schema."""
    return [_PRODUCER.replace("{s}", schema)]


def consumer_ddl(schema: str) -> list[str]:
    """The consumer's half, for the first migration of a schema."""
    return [_CONSUMER.replace("{s}", schema)]


def traces_ddl(schema: str) -> list[str]:
    """The producer's half learns which trace an event belongs to; NULL where none is kept. For a later migration of a schema."""
    return [_TRACES.replace("{s}", schema)]


def stamping_ddl(schema: str) -> list[str]:
    """Stamping takes a backlog of any size at the pace of an empty outbox. For a later migration of a schema."""
    return [_STAMPING.replace("{s}", schema)]
