"""What bounds an order, told side by side: the text below and each layer above, and which of them decides."""

from datetime import datetime
from typing import Any

from services.grading.rulebook.engine.bounding import decided_by
from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.engine.orders import Also, Order


def bounds(order: Order, rulebook: CompiledRulebook) -> list[dict[str, Any]]:
    """JSON-ready, the local text first, then each layer: clause, phrase, budget, start, due and whether it decides.

    Empty where no layer bounds the order. An order that only a layer demands has that layer's words alone.
    """
    duty = rulebook.duty.get(order.duty)
    if duty is not None and duty.layer is not None:
        return [_told(rulebook, duty.layer.id, duty.layer.title, order, order.due_at, decides=True)]
    if not order.also:
        return []
    decisive = next((each for each in order.also if each.decides), None)
    due = order.due_at
    if decisive is not None:
        reason = decided_by(decisive)
        due = next((at for at, why in order.moves if why == reason), None)
    text = rulebook.local or rulebook.model
    told = [_told(rulebook, text.id, text.title, order, due, decides=decisive is None)]
    return told + [_above(rulebook, each) for each in order.also]


def _above(rulebook: CompiledRulebook, also: Also) -> dict[str, Any]:
    return {
        "rulebook": also.rulebook,
        "title": also.title,
        "clause": also.clause,
        "phrase": also.phrase,
        "start": {"moment": also.anchor or None, "at": _shown(rulebook, also.anchor_at)},
        "budget": also.within,
        "due": _shown(rulebook, also.due_at),
        "decides": also.decides,
    }


def _told(
    rulebook: CompiledRulebook, name: str, title: str, order: Order, due: datetime | None, *, decides: bool
) -> dict[str, Any]:
    return {
        "rulebook": name,
        "title": title,
        "clause": order.clause,
        "phrase": order.phrase,
        "start": {"moment": order.anchor, "at": _shown(rulebook, order.anchor_at)},
        "budget": order.within,
        "due": _shown(rulebook, due),
        "decides": decides,
    }


def _shown(rulebook: CompiledRulebook, moment: datetime | None) -> str | None:
    return None if moment is None else rulebook.hours.local(moment).isoformat()
