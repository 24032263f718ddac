"""Whether a payload's schema may follow the one that was kept: old events must stay readable, and say what they said.

Fields at their default are not written, so a changed default would change what events in the journals mean.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_LIMITS = ("minLength", "maxLength", "pattern", "minimum", "maximum", "minItems", "maxItems")


def breaches(kept: Schema, now: Schema) -> list[str]:
    """Every place where `now` is not an addition to `kept`, in words."""
    return list(_compare(kept, now, (kept, now), ""))


def _compare(kept: Schema, now: Schema, roots: tuple[Schema, Schema], at: str) -> Iterator[str]:
    kept, now = _resolved(kept, roots[0]), _resolved(now, roots[1])
    place = at or "payload"
    if "anyOf" in kept or "anyOf" in now:
        yield from _options(kept, now, roots, place)
    else:
        for key in ("type", "format"):
            if kept.get(key) != now.get(key):
                yield f"{place}: {key} was {kept.get(key)}, is {now.get(key)}"
    if kept.get("default", ...) != now.get("default", ...):
        yield f"{place}: the default was {kept.get('default')!r}, is {now.get('default')!r}"
    yield from _limits(kept, now, place)
    yield from _fields(kept, now, roots, at)
    yield from _elements(kept, now, roots, at)


def _limits(kept: Schema, now: Schema, place: str) -> Iterator[str]:
    if lost := _values(kept) - _values(now):
        yield f"{place}: no longer takes {sorted(map(str, lost))}"
    if _values(now) and not _values(kept):
        yield f"{place}: took anything, takes only {sorted(map(str, _values(now)))}"
    for limit in _LIMITS:
        if limit in now and now[limit] != kept.get(limit):
            yield f"{place}: {limit} was {kept.get(limit)}, is {now[limit]}"


def _options(kept: Schema, now: Schema, roots: tuple[Schema, Schema], place: str) -> Iterator[str]:
    present = now.get("anyOf", [now])
    for option in kept.get("anyOf", [kept]):
        if not any(not list(_compare(option, each, roots, place)) for each in present):
            yield f"{place}: no longer takes {option.get('type', option)}"


def _fields(kept: Schema, now: Schema, roots: tuple[Schema, Schema], at: str) -> Iterator[str]:
    before, after = kept.get("properties", {}), now.get("properties", {})
    for name in sorted(set(kept.get("required", ())) ^ set(now.get("required", ()))):
        verb = "became required" if name in now.get("required", ()) else "is no longer required"
        yield f"{at}.{name}: {verb}"
    for name, schema in before.items():
        if name not in after:
            yield f"{at}.{name}: is gone"
        else:
            yield from _compare(schema, after[name], roots, f"{at}.{name}")


def _elements(kept: Schema, now: Schema, roots: tuple[Schema, Schema], at: str) -> Iterator[str]:
    for key in ("items", "additionalProperties"):
        if isinstance(kept.get(key), Mapping) and isinstance(now.get(key), Mapping):
            yield from _compare(kept[key], now[key], roots, f"{at}[]")
    before, after = kept.get("prefixItems", []), now.get("prefixItems", [])
    if len(before) != len(after):
        yield f"{at}: had {len(before)} places, has {len(after)}"
    for index, (old, new) in enumerate(zip(before, after, strict=False)):
        yield from _compare(old, new, roots, f"{at}[{index}]")


def _resolved(schema: Schema, root: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return {**found, **{key: value for key, value in schema.items() if key != "$ref"}}


def _values(schema: Schema) -> set[Any]:
    return set(schema["enum"]) if "enum" in schema else {schema["const"]} if "const" in schema else set()
