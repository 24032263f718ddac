"""Facts and orders as JSON bytes and back, losslessly; fields at their default are left out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

import orjson

from services.grading.rulebook.engine.facts import Fact, read_fact
from services.grading.rulebook.engine.orders import Also, Order

_FIELDS = fields(Order)
_REQUIRED = tuple(field.name for field in _FIELDS if field.default is MISSING)
_OPTIONAL = tuple(field.name for field in _FIELDS if field.default is not MISSING)
_DEFAULTS = tuple(field.default for field in _FIELDS if field.default is not MISSING)
_OPTIONAL_NAMES = frozenset(_OPTIONAL)
_required = attrgetter(*_REQUIRED)
_read_required = itemgetter(*_REQUIRED)
_optional = attrgetter(*_OPTIONAL)


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
    full: dict[str, Any] = dict(zip(_REQUIRED, _required(order), strict=True))
    beyond = zip(_OPTIONAL, _optional(order), _DEFAULTS, strict=True)
    full.update({name: value for name, value, default in beyond if value != default})
    return full


def orders_from_json(data: bytes | str) -> dict[str, Order]:
    """The same orders by key."""
    return {raw["key"]: order_from_dict(raw) for raw in orjson.loads(data)}


def order_from_dict(raw: Mapping[str, Any]) -> Order:
    """One order from its JSON form."""
    order = Order(*_read_required(raw))
    order.to = tuple(order.to)
    order.anchor_at = _moment(raw["anchor_at"])
    order.due_at = _maybe(raw["due_at"])
    for name in raw.keys() & _OPTIONAL_NAMES:
        reader = _READERS.get(name)
        setattr(order, name, reader(raw[name]) if reader else raw[name])
    return order


def _pairs(raw: list[Any]) -> tuple[tuple[datetime, str], ...]:
    return tuple([(_moment(at), what) for at, what in raw])


def _layers(raw: list[dict[str, Any]]) -> tuple[Also, ...]:
    moments = ("due_at", "anchor_at")
    return tuple([Also(**{**each, **{name: _maybe(each.get(name)) for name in moments}}) for each in raw])


def _moments(raw: list[str]) -> tuple[datetime, ...]:
    return tuple([_moment(at) for at in raw])


def _maybe(raw: str | None) -> datetime | None:
    return None if raw is None else _moment(raw)


_moment = datetime.fromisoformat
_READERS: dict[str, Callable[[Any], Any]] = {
    "remind_at": _moments,
    "escalate": _pairs,
    "moves": _pairs,
    "hand_in": tuple,
    "jointly": tuple,
    "extended_from": _maybe,
    "target_at": _maybe,
    "also": _layers,
}
