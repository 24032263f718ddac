"""What remains of an archived incident in a journal: its numbers, and one row that lets its chain be gone on with by nobody.

The numbers stay dense. A consumer that asks for one whose event has been taken to the archive is told so by an event of type
`huiying.archived.v1`, without data, about nothing: its position moves, and nothing else happens.
"""

from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.envelope import Payload

_ARCHIVED = """
CREATE TABLE {s}.archived (
  subject uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  archived_at timestamptz NOT NULL,
  events int NOT NULL,
  head bytea NOT NULL,
  file text NOT NULL,
  digest bytea NOT NULL
);
COMMENT ON TABLE {s}.archived IS 'subjects whose rows are in a file: how many events, the hash of the last, the file and its SHA-256';

-- A second chain of the same subject would look like a forgery of the first.
CREATE FUNCTION {s}.journal_refuse_archived() RETURNS trigger LANGUAGE plpgsql SET search_path = {s}, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM archived a WHERE a.subject = NEW.subject) THEN
    RAISE EXCEPTION 'incident % is archived', NEW.subject
      USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'restore it first: python -m deploy.archive restore';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER journal_refuse_archived BEFORE INSERT ON {s}.journal
  FOR EACH ROW WHEN (NEW.position = 1) EXECUTE FUNCTION {s}.journal_refuse_archived();
"""


def archived_ddl(schema: str) -> list[str]:
    """The producer's half learns which of its subjects are archived. For a later migration of a schema."""
    return [_ARCHIVED.replace("{s}", schema)]


class Archived(Payload):
    """An event that is in the archive."""

    TYPE: ClassVar[str] = "huiying.archived.v1"


def as_shown(seq: int) -> dict[str, Any]:
    """What the journal shows in the place of an archived event."""
    nobody = str(UUID(int=0))
    return {
        "seq": seq,
        "id": nobody,
        "type": Archived.TYPE,
        "organisation_id": "",
        "subject": nobody,
        "time": "1970-01-01T00:00:00+00:00",
        "data": "{}",
    }
