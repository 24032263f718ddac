"""Facts and orders as JSON bytes and back, losslessly; fields at their default are left out."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

import orjson

from services.grading.rulebook.engine.facts import Fact, read_fact
from services.grading.rulebook.engine.orders import Also, Order

_DEFAULTS = Order._field_defaults
_REQUIRED = tuple([name for name in Order._fields if name not in _DEFAULTS])
_BEYOND = len(_REQUIRED)
_TO, _ANCHOR_AT, _DUE_AT = (_REQUIRED.index(name) for name in ("to", "anchor_at", "due_at"))
_read_required = itemgetter(*_REQUIRED)


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
    full: dict[str, Any] = dict(zip(_REQUIRED, order[:_BEYOND], strict=True))
    beyond = zip(_DEFAULTS.items(), order[_BEYOND:], strict=True)
    full.update({name: value for (name, default), value in beyond if value != default})
    return full


def orders_from_json(data: bytes | str) -> dict[str, Order]:
    """The same orders by key."""
    return {raw["key"]: order_from_dict(raw) for raw in orjson.loads(data)}


def order_from_dict(raw: Mapping[str, Any]) -> Order:
    """One order from its JSON form."""
    required = list(_read_required(raw))
    required[_TO] = tuple(required[_TO])
    required[_ANCHOR_AT] = _moment(required[_ANCHOR_AT])
    required[_DUE_AT] = _maybe(required[_DUE_AT])
    beyond = {name: _READERS.get(name, _as_it_is)(raw[name]) for name in raw.keys() & _DEFAULTS.keys()}
    return Order(*required, **beyond)


def _as_it_is(raw: Any) -> Any:
    return raw


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
