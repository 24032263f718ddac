"""What publishing says: what became of an answer."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.envelope import Payload

AnswerState = Literal["draft", "in_review", "approved", "released", "withdrawn"]
AnswerChange = Literal[
    "drafted", "edited", "submitted", "signed", "approved", "returned", "released", "withdrawn", "reminded", "overdue"
]


class AnswerChanged(Payload):
    """An answer moved. `public_text` and `url` are there from release on, for then they are public words.

    `assignment_id` and `key` name the duty that the answer discharges, where it does; `step` counts the chain's signed steps.
    """

    TYPE: ClassVar[str] = "answer.changed.v1"
    answer_id: UUID | None
    assignment_id: UUID | None = None
    key: str | None = None
    change: AnswerChange
    state: AnswerState | None
    version: int
    channel: str | None
    title: str | None = None
    at: datetime
    by: str
    content_sha256: str | None = None
    step: int = 0
    steps: int = 0
    url: str | None = None
    public_text: str | None = None
    deviates: bool = False
    reason: str | None = None
