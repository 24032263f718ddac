"""Leases, releases and remarks: what surrounds an answer's last steps."""

from datetime import datetime
from uuid import UUID

from services.publishing.domain.answers import Answer
from services.publishing.domain.releasing import Lease, Release
from shared.db import Transaction
from shared.ids import new_id

_TAKE_LEASE = """
INSERT INTO publishing.leases (answer_id, organisation_id, held_until, login, display_name) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (answer_id) DO UPDATE SET held_until = excluded.held_until, login = excluded.login,
  display_name = excluded.display_name
"""


async def load_lease(tx: Transaction, answer_id: UUID) -> Lease | None:
    """The last lease, which may have run out."""
    row = await tx.row(
        "SELECT answer_id, login, display_name, held_until FROM publishing.leases WHERE answer_id = $1", answer_id
    )
    return None if row is None else Lease(*row.values())


async def save_lease(tx: Transaction, organisation_id: str, lease: Lease) -> None:
    """Give the answer to this holder."""
    await tx.execute(_TAKE_LEASE, lease.answer_id, organisation_id, lease.until, lease.login, lease.display_name)


async def end_lease(tx: Transaction, answer_id: UUID) -> None:
    """Nobody holds the answer any more."""
    await tx.execute("DELETE FROM publishing.leases WHERE answer_id = $1", answer_id)


async def load_release(tx: Transaction, answer_id: UUID) -> Release | None:
    """What was released, where it was."""
    row = await tx.row(
        "SELECT answer_id, channel, url, sha256, released_by, released_at, posted_text FROM publishing.releases "
        "WHERE answer_id = $1",
        answer_id,
    )
    return None if row is None else Release(*row.values())


async def save_release(tx: Transaction, organisation_id: str, release: Release) -> None:
    """Record what was released; there is one release an answer."""
    await tx.execute(
        "INSERT INTO publishing.releases (answer_id, organisation_id, released_at, released_by, channel, url, sha256, "
        "posted_text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        release.answer_id,
        organisation_id,
        release.at,
        release.by,
        release.channel,
        release.url,
        release.sha256,
        release.posted_text,
    )


async def remark(tx: Transaction, answer: Answer, move: str, by: str, reason: str, at: datetime) -> None:
    """Keep why somebody returned or withdrew an answer."""
    await tx.execute(
        "INSERT INTO publishing.remarks (id, answer_id, organisation_id, round, move, made_at, made_by, reason) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        new_id(),
        answer.id,
        answer.organisation_id,
        answer.round,
        move,
        at,
        by,
        reason,
    )
