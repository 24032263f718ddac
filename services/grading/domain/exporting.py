"""A past incident for trying drafts on: its facts without free text and without who did what. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.grading.rulebook import CompiledRulebook, Fact
from services.grading.rulebook.engine.facts import CARRIERS, read_fact

# Reasons, texts, hand-ins and logins are left out: what people wrote may hold personal data, who wrote it is personal.
KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "moment": ("name", "role"),
    "evidence": ("source", "metrics", "platforms", "author_types", "words", "kind", "turning", "beside", "covers"),
    "flag": ("name", "on"),
    "graded": ("level", "role", "proposal"),
    "done": ("order",),
    "extended": ("order", "until", "within"),
    "anchor_moved": ("moment", "decided"),
    "merged": ("incident", "act"),
    "split": ("origin", "to", "sources", "undoes"),
    "suspended": ("reason", "orders"),
    "resumed": ("orders",),
    "reprojected": ("cause", "moved"),
}
"""By kind of fact."""


def exported(incident_id: UUID, rulebook: CompiledRulebook, facts: list[Fact]) -> dict[str, Any]:
    """One incident, JSON-ready, as `rulebook backtest` reads it."""
    return {
        "id": str(incident_id),
        "rulebook": rulebook.id,
        "rulebook_hash": rulebook.hash,
        "facts": [_fact(fact, rulebook) for fact in facts],
    }


def _fact(fact: Fact, rulebook: CompiledRulebook) -> dict[str, Any]:
    kept = {name: fact.data[name] for name in KEPT[fact.kind] if name in fact.data}
    more = _MORE.get(fact.kind)
    return {
        "id": fact.id,
        "kind": fact.kind,
        "at": fact.at.isoformat() if isinstance(fact.at, datetime) else fact.at,
        "data": kept if more is None else kept | more(fact, rulebook),
    }


def _done(fact: Fact, rulebook: CompiledRulebook) -> dict[str, Any]:
    """Of what was handed in only the answers that the rulebook itself spells out, for they decide what comes next."""
    mark = rulebook.marks.get(str(fact.data.get("order", "")).partition("@")[0].partition("#")[0])
    given = fact.data.get("hand_in") or {}
    answers = {name: value for name, value in (mark.only_if.items() if mark else ()) if given.get(name) == value}
    return {"hand_in": answers} if answers else {}


def _carried(fact: Fact, rulebook: CompiledRulebook) -> dict[str, Any]:
    inner = fact.data.get("facts")
    if not inner:
        return {}
    return {"facts": [_fact(each if isinstance(each, Fact) else read_fact(each), rulebook) for each in inner]}


_MORE: Final[Mapping[str, Callable[[Fact, CompiledRulebook], dict[str, Any]]]] = {
    "done": _done,
    **dict.fromkeys(CARRIERS, _carried),
}
