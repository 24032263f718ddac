"""Releasing: the exclusive lease, and the record of what stands in public."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.publishing.domain.answers import Answer, release, require
from services.publishing.domain.duties import Duty, discharge
from services.publishing.domain.releasing import (
    Lease,
    Release,
    again,
    posted,
    require_free,
    require_held,
    require_link,
)
from services.publishing.domain.signing import require_chain
from services.publishing.storage.answers import save_answers
from services.publishing.storage.duties import save_duties
from services.publishing.storage.releases import end_lease, load_release, save_lease, save_release
from services.publishing.usecases.announcing import answer_released, clock_fired
from services.publishing.usecases.following import move_clocks
from services.publishing.usecases.opening import Desk, Opened, Seen, open_answer
from shared.auth import Staff
from shared.contracts.envelope import NewEvent
from shared.db import Transaction
from shared.errors import InvalidError


@dataclass(frozen=True, slots=True)
class Posted:
    """What the publisher says stands in public. `text` is what was found there, where it was compared."""

    channel: str
    url: str
    content_sha256: str
    text: str | None = None


class Releasing:
    """For the release desk alone; the routes' access table sees to that."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def lease(self, staff: Staff, answer_id: UUID, seen: Seen, minutes: int) -> tuple[Answer, Lease]:
        """Hold an approved answer for `minutes`, anew for whoever holds it already.

        Raises `ConflictError` while another holds it (who, until when), and where a regrade asks for another chain.
        """
        async with self._desk.db.transaction() as tx:
            opened = await open_answer(tx, staff, answer_id, seen)
            require(opened.answer, "lease")
            require_chain(opened.answer, opened.chain())
            now = self._desk.system.now()
            require_free(opened.lease, staff.login, now)
            lease = Lease(answer_id, staff.login, staff.display_name, now + timedelta(minutes=minutes))
            await save_lease(tx, staff.organisation_id, lease)
        return opened.answer, lease

    async def release(self, staff: Staff, answer_id: UUID, claim: Posted) -> tuple[Answer, Release]:
        """Record the link; the same link and digest again is answered with what is on record.

        Raises `ConflictError` (no lease, another digest, released elsewhere) or `InvalidError` (channel, link).
        """
        async with self._desk.db.transaction() as tx:
            opened = await open_answer(tx, staff, answer_id)
            earlier = await load_release(tx, answer_id)
            if earlier is not None and again(opened.answer, earlier, claim.url, claim.content_sha256):
                return opened.answer, earlier
            made = self._checked(staff, opened, claim)
            answer = release(opened.answer)
            await save_release(tx, staff.organisation_id, made)
            await save_answers(tx, [answer], made.at)
            await end_lease(tx, answer_id)
            late = await self._discharge(tx, opened.duty, made)
            await self._desk.journal.append(tx, [*late, answer_released(answer, made)])
        return answer, made

    def _checked(self, staff: Staff, opened: Opened, claim: Posted) -> Release:
        answer = opened.answer
        require(answer, "release")
        require_held(opened.lease, staff.login, self._desk.system.now())
        if claim.channel != answer.wording.channel:
            raise InvalidError(
                f"这份回应的渠道是 {answer.wording.channel} / this answer was approved for {answer.wording.channel}.",
                errors=[{"where": "body.channel", "what": f"expected {answer.wording.channel}"}],
            )
        require_link(claim.url, opened.rules.channel(answer.wording.channel))
        deviating = posted(answer, claim.content_sha256, claim.text)
        at = self._desk.office.now()
        return Release(answer.id, claim.channel, claim.url, claim.content_sha256, staff.login, at, deviating)

    async def _discharge(self, tx: Transaction, duty: Duty | None, made: Release) -> list[NewEvent]:
        """End the duty's clock; a late release is told as overdue even if the clock had not come round to it yet."""
        if duty is None:
            return []
        done = discharge(duty, made.at)
        if done == duty:
            return []
        await save_duties(tx, [done])
        await move_clocks(tx, [done])
        return [clock_fired(done, "overdue", at=made.at)] if done.overdue and not duty.overdue else []
