"""What the others are told of an answer or of a duty's clock. Words travel only once they are public."""

from datetime import datetime

from services.publishing.domain.answers import Answer
from services.publishing.domain.duties import Duty
from services.publishing.domain.releasing import Release
from shared.contracts.envelope import NewEvent
from shared.contracts.publishing import AnswerChange, AnswerChanged
from shared.ids import new_id

TIMER = "timer"
"""Who did what the clock did."""
GRADING = "grading"
"""Who did what followed from a decision of grading."""


def _event(organisation_id: str, answer: Answer | Duty, payload: AnswerChanged) -> NewEvent:
    return NewEvent(new_id(), organisation_id, answer.incident_id, payload.at, payload)


def signed_steps(answer: Answer) -> int:
    """How many steps of the chain are wholly signed."""
    steps = answer.chain.steps if answer.chain else ()
    signed = {(each.step, each.role) for each in answer.signatures}
    return sum(all((number, role) in signed for role in roles) for number, roles in enumerate(steps))


def answer_changed(
    answer: Answer, change: AnswerChange, *, at: datetime, by: str, reason: str | None = None
) -> NewEvent:
    """An answer moved, before its release."""
    payload = AnswerChanged(
        answer_id=answer.id,
        assignment_id=answer.assignment_id,
        key=answer.key,
        change=change,
        state=answer.state,
        version=answer.version,
        channel=answer.wording.channel,
        title=answer.wording.title,
        at=at,
        by=by,
        content_sha256=answer.wording.sha256,
        step=signed_steps(answer),
        steps=len(answer.chain.steps) if answer.chain else 0,
        reason=reason,
    )
    return _event(answer.organisation_id, answer, payload)


def answer_released(answer: Answer, release: Release) -> NewEvent:
    """The words that stand in public, and where.

    Words that went out unchecked and name somebody do not travel on; that they deviate is told all the same.
    """
    words: str | None = release.posted_text or answer.wording.text
    reason = None
    if release.carries_personal_data:
        words, reason = None, "posted words hold personal data"
    payload = AnswerChanged(
        answer_id=answer.id,
        assignment_id=answer.assignment_id,
        key=answer.key,
        change="released",
        state=answer.state,
        version=answer.version,
        channel=answer.wording.channel,
        title=answer.wording.title,
        at=release.at,
        by=release.by,
        content_sha256=answer.wording.sha256,
        step=signed_steps(answer),
        steps=len(answer.chain.steps) if answer.chain else 0,
        url=release.url,
        public_text=words,
        deviates=release.deviates,
        reason=reason,
    )
    return _event(answer.organisation_id, answer, payload)


def clock_fired(duty: Duty, change: AnswerChange, *, at: datetime) -> NewEvent:
    """A duty's reminder came, or its due moment passed."""
    payload = AnswerChanged(
        answer_id=None,
        assignment_id=duty.assignment_id,
        key=duty.key,
        change=change,
        state=None,
        version=0,
        channel=None,
        at=at,
        by=TIMER,
    )
    return _event(duty.organisation_id, duty, payload)
