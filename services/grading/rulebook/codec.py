"""Facts and orders as JSON bytes and back, losslessly; fields at their default are left out."""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from typing import Any

import orjson

from services.grading.rulebook.facts import Fact, read_fact
from services.grading.rulebook.orders import Order

_DEFAULTS: dict[str, Any] = {field.name: field.default for field in fields(Order) if field.default is not MISSING}
_NAMES = tuple(field.name for field in fields(Order))


def facts_to_json(facts: Iterable[Fact]) -> bytes:
    """A JSON list; facts within a merge are written in place."""
    return orjson.dumps([fact_dict(fact) for fact in facts], default=_plain)


def facts_from_json(data: bytes | str) -> list[Fact]:
    """The same facts. Raises FactError for one that can't be read."""
    return [read_fact(raw) for raw in orjson.loads(data)]


def fact_dict(fact: Fact) -> dict[str, Any]:
    """One fact as a dict that orjson takes."""
    return {"id": fact.id, "kind": fact.kind, "at": fact.at, "data": fact.data}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} can't be written as JSON")


def orders_to_json(orders: Mapping[str, Order]) -> bytes:
    """A JSON list of order objects; their keys are in them."""
    return orjson.dumps([order_dict(order) for order in orders.values()])


def order_dict(order: Order) -> dict[str, Any]:
    """One order as a dict that orjson takes, without the fields at their default."""
    full = {name: getattr(order, name) for name in _NAMES}
    for name, default in _DEFAULTS.items():
        if full[name] == default:
            del full[name]
    return full


def orders_from_json(data: bytes | str) -> dict[str, Order]:
    """The same orders by key."""
    return {raw["key"]: order_from_dict(raw) for raw in orjson.loads(data)}


def order_from_dict(raw: Mapping[str, Any]) -> Order:
    """One order from its JSON form."""
    moment = datetime.fromisoformat
    full = dict(raw)
    full["to"] = tuple(raw["to"])
    full["anchor_at"] = moment(raw["anchor_at"])
    full["due_at"] = moment(raw["due_at"]) if raw["due_at"] else None
    for name in ("remind_at", "hand_in", "jointly"):
        if name in raw:
            full[name] = tuple(raw[name])
    for name in ("escalate", "moves"):
        if name in raw:
            full[name] = tuple((moment(at), what) for at, what in raw[name])
    if "remind_at" in raw:
        full["remind_at"] = tuple(map(moment, raw["remind_at"]))
    if raw.get("extended_from"):
        full["extended_from"] = moment(raw["extended_from"])
    return Order(**full)
