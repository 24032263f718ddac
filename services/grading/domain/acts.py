"""The acts of people among the facts of a procedure: who decided what, when, and why. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from services.grading.rulebook import Fact, Order
from services.grading.rulebook.engine.facts import CARRIERS

_ACTS = (
    frozenset({"graded", "flag", "moment", "anchor_moved", "extended", "suspended", "resumed", "reprojected"})
    | CARRIERS
)
_APART = frozenset({"by", "role", "reason", "text", "facts"})
_INFERRED = {"occurred": ("discovered",), "event": ("occurred", "discovered")}
"""What stands for a moment that nobody reported."""


class PersonalAct(NamedTuple):
    """One act. `why` is what was typed: shown to the organisation's own staff, and kept nowhere else."""

    id: str
    kind: str
    at: datetime
    by: str
    role: str | None
    why: str | None
    what: Mapping[str, Any]


def acts(facts: Iterable[Fact]) -> list[PersonalAct]:
    """Those that say who did it, oldest first by when they were taken (ids are in order of time, `at` may lie before)."""
    found = [_act(fact) for fact in facts if fact.kind in _ACTS and fact.data.get("by")]
    return sorted(found, key=lambda act: (act.id.partition(":")[0], act.id))


def touching(acts: Iterable[PersonalAct], order: Order) -> list[PersonalAct]:
    """Those that started, moved, stopped or let run the time of this order."""
    return [act for act in acts if _touches(act, order)]


def _touches(act: PersonalAct, order: Order) -> bool:
    what = act.what
    if act.kind == "extended":
        return bool(what.get("order") == order.key)
    if act.kind in {"suspended", "resumed"}:
        return order.key in what["orders"] if what.get("orders") else order.kind != "approve_grade"
    if act.kind == "reprojected":
        return order.key in what["moved"]
    if act.kind == "moment":
        # Of what is owed for each occurrence, every order has its own, and names it in its key.
        return what["name"] in _starts(order) and ("@" not in order.key or order.key.endswith(f"@{act.id}"))
    return act.kind == "anchor_moved" and what["moment"] in _starts(order)


def _starts(order: Order) -> tuple[str, ...]:
    """The moments that decide from when the order's time runs."""
    return (order.anchor, *(_INFERRED.get(order.anchor, ()) if order.anchor_assumed else ()))


def _act(fact: Fact) -> PersonalAct:
    data = fact.data
    # A suspension's reason is the rulebook's ground, an instruction's text is the instruction: the words typed are `text`.
    why = data.get("text") or (None if fact.kind == "suspended" else data.get("reason"))
    what = {name: value for name, value in data.items() if name not in _APART}
    if fact.kind == "suspended":
        what["ground"] = data.get("reason")
    return PersonalAct(fact.id, fact.kind, fact.at, data["by"], data.get("role"), why, what)
