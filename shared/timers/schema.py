"""The table of running clocks."""

_TIMERS = """
CREATE TABLE {s}.timers (
  id uuid PRIMARY KEY,
  subject uuid NOT NULL,
  fire_at timestamptz NOT NULL
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX timers_due ON {s}.timers (fire_at);
"""


def timers_ddl(schema: str) -> list[str]:
    """For the first migration of a schema that holds clocks."""
    return [_TIMERS.replace("{s}", schema)]
