"""What is handed in: everything that the duty demands, in writing or as a link; and nothing that it does not know."""

from collections.abc import Mapping

from services.tasks.domain.task import Task
from shared.errors import InvalidError

NOTE = "note"
"""The one name that may always be added."""
LONGEST = 20_000
"""Characters of one text."""


def check_hand_in(task: Task, given: Mapping[str, str]) -> dict[str, str]:
    """The texts, stripped. Raises `InvalidError` listing what is missing, unknown or too long, never repeating a text."""
    demanded = task.detail.hand_in
    texts = {name: text.strip() for name, text in given.items()}
    errors = [_fault(name, "缺少此项 / missing") for name in demanded if not texts.get(name)]
    long = f"超过 {LONGEST} 字 / over {LONGEST} characters"
    errors += [_fault(name, long) for name in (*demanded, NOTE) if len(texts.get(name, "")) > LONGEST]
    unknown = [name for name in texts if name not in demanded and name != NOTE]
    if unknown:
        known = "、".join((*demanded, NOTE))
        errors.append({"where": "body.hand_in", "what": f"有未要求的项，只收：{known} / unknown names; known: {known}"})
    if errors:
        raise InvalidError("上交内容不符合要求 / What is handed in does not meet the duty.", errors=errors)
    return {name: text for name, text in texts.items() if text}


def _fault(name: str, what: str) -> dict[str, str]:
    return {"where": f"body.hand_in.{name}", "what": what}
