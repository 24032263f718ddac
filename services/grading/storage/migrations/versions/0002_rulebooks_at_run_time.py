"""Rulebooks loaded into the running product: an organisation's own texts, originals, activations, and who holds which post.

Accounts were not kept before, so what the directory has said is read again from its beginning: every handler of it is idempotent,
and a naming as old as this migration (`named_at`) activates nothing.
"""

from shared.migrations.script import execute_script

revision = "grading_0002"
down_revision = "grading_0001"
branch_labels = None
depends_on = None

_TABLES = """
ALTER TABLE grading.rulebooks
  ADD COLUMN base_hash text,
  ADD COLUMN layers text[] NOT NULL DEFAULT '{}';

ALTER TABLE grading.organisations
  ADD COLUMN named text,
  ADD COLUMN named_at timestamptz;
UPDATE grading.organisations o SET named = r.rulebook, named_at = now()
  FROM grading.rulebooks r WHERE r.hash = o.rulebook_hash;

CREATE TABLE grading.activations (
  id uuid PRIMARY KEY,
  organisation_id text NOT NULL,
  hash text NOT NULL REFERENCES grading.rulebooks,
  previous text,
  activated_at timestamptz NOT NULL,
  activated_by text,
  reason text
);
CREATE INDEX activations_newest ON grading.activations (organisation_id, activated_at DESC);
INSERT INTO grading.activations (id, organisation_id, hash, activated_at)
  SELECT gen_random_uuid(), o.organisation_id, o.rulebook_hash, r.loaded_at
  FROM grading.organisations o JOIN grading.rulebooks r ON r.hash = o.rulebook_hash;

CREATE TABLE grading.own_rulebooks (
  organisation_id text NOT NULL,
  hash text NOT NULL REFERENCES grading.rulebooks,
  source_text text NOT NULL,
  layers text[] NOT NULL DEFAULT '{}',
  uploaded_by text NOT NULL,
  uploaded_at timestamptz NOT NULL,
  PRIMARY KEY (organisation_id, hash)
);

CREATE TABLE grading.originals (
  organisation_id text NOT NULL,
  hash text NOT NULL REFERENCES grading.rulebooks,
  original text NOT NULL,
  uploaded_by text NOT NULL,
  uploaded_at timestamptz NOT NULL,
  PRIMARY KEY (organisation_id, hash)
);

CREATE TABLE grading.accounts (
  organisation_id text NOT NULL,
  login text NOT NULL,
  roles text[] NOT NULL,
  PRIMARY KEY (organisation_id, login)
);
DELETE FROM grading.positions WHERE producer = 'directory';

CREATE INDEX procedures_running ON grading.procedures (organisation_id, incident_id) WHERE phase IN ('open', 'calmed');
"""


def upgrade() -> None:
    """Add what activation at run time needs."""
    execute_script(_TABLES)
