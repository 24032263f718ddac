"""Forgetting the fingerprints that nothing can join by any more: kept, every newcomer's bands would meet ever more of them."""

from datetime import datetime

from shared.db import Transaction

# The oldest are found by their ids, which sort by time. A day more than the window, for what clocks may differ.
_FADED = """
DELETE FROM intake.fingerprints f
USING (SELECT incident_id FROM intake.fingerprints ORDER BY incident_id LIMIT $2) oldest
WHERE f.incident_id = oldest.incident_id
  AND f.opened_at < $1::timestamptz - interval '1 day' - (SELECT max(join_window) FROM intake.organisations)
"""


async def forget_faded(tx: Transaction, now: datetime, most: int = 20_000) -> None:
    """Drop the fingerprints of incidents older than every organisation's window at `now`, `most` of the oldest at a time.

    The same post, address or text joins them still: those are found by keys, which stay.
    """
    await tx.execute(_FADED, now, most)
