"""A rulebook under its layers: the strictest time wins, both clauses are named, and what only a layer demands is owed too."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from services.grading.rulebook.engine.compile import canonical, compile_rulebook
from services.grading.rulebook.engine.compiled import CompiledDuty, CompiledRulebook
from services.grading.rulebook.layers.duties import PUBLIC, duty_id, with_layers
from services.grading.rulebook.written.findings import RulebookError
from services.grading.rulebook.written.layer import Layer, LayerInfo, roles_of
from services.grading.rulebook.written.model import Rulebook, StandsOn

_LOCAL, _LAYERS = "local", "layers"

Find = Callable[[str], Rulebook]
"""A rulebook's model by id. Raises LookupError for one that isn't known."""


class LayerError(RulebookError):
    """Layers that can't be used together, or not above this rulebook."""

    def __init__(self, message: str) -> None:
        super().__init__([message])


def compose(local: Rulebook, layers: Sequence[Layer]) -> CompiledRulebook:
    """The local rulebook under its layers, in whatever order they are given; without any, the rulebook alone.

    Both models are ones that `check` and `layer_problems` found consistent. Raises LayerError for a layer given twice,
    or for the rulebook as its own layer.
    """
    if not layers:
        return compile_rulebook(local)
    layers = tuple(sorted(layers, key=lambda layer: layer.model.id))
    _refuse_doubles(local, layers)
    whole = compile_rulebook(with_layers(local, layers))
    duties = _woven(local, layers, whole.duty)
    return replace(
        whole,
        hash=hashlib.sha256(_canonical(local, layers)).hexdigest(),
        duties=tuple(duties[duty.id] for duty in whole.duties),
        duty=duties,
        local=local,
        layers=layers,
    )


def stand_on(base: CompiledRulebook, further: Sequence[str], find: Find) -> CompiledRulebook:
    """The rulebook under the layers its own text names and these further ones, by id. Raises LayerError."""
    local = base.local or base.model
    return compose(local, layers_above(local, find, further))


def _refuse_doubles(local: Rulebook, layers: Sequence[Layer]) -> None:
    ids = [local.id, *(layer.model.id for layer in layers)]
    for name in ids:
        if ids.count(name) > 1:
            raise LayerError(f"{local.id} can't stand on {name} twice, nor on itself; name each layer once.")


def _woven(local: Rulebook, layers: Sequence[Layer], duty: Mapping[str, CompiledDuty]) -> dict[str, CompiledDuty]:
    """Every duty by id: local ones with what bounds them, those of layers with what they yield to."""
    above = {(layer.model.id, each.id) for layer in layers for each in layer.model.duties}
    by_id = {name for _, name in above}
    found = dict(duty)
    bounded: dict[str, list[CompiledDuty]] = {}
    for layer in layers:
        info = LayerInfo(layer.model.id, layer.model.title)
        public = roles_of(local, layer).get(PUBLIC, PUBLIC)
        for each in layer.model.duties:
            own = duty.get(duty_id(info.id, each.id))
            if own is None:
                continue
            below = list(_bounded(local, duty, each.id, own, public, by_id))
            own = found[own.id] = replace(own, layer=info, yields_to=frozenset(below))
            for name in below:
                bounded.setdefault(name, []).append(own)
    for name, by in bounded.items():
        presumable = duty[name].presumable or any(each.presumable for each in by)
        found[name] = replace(duty[name], bounded_by=tuple(by), presumable=presumable)
    return found


def _bounded(
    local: Rulebook, duty: Mapping[str, CompiledDuty], name: str, own: CompiledDuty, public: str, by_id: set[str]
) -> Iterator[str]:
    """The local duties that a layer's duty caps: the one of its id, else those to the public of the kinds it names."""
    same = duty.get(name)
    if same is not None:
        if same.kind != "approve_grade":
            yield name
        return
    for each in local.duties:
        below = duty[each.id]
        if below.kind in own.bounds and public in below.to and not below.repeats and below.id not in by_id:
            yield below.id


def canonical_of(rulebook: CompiledRulebook) -> bytes:
    """The one JSON form of a compiled rulebook, with the layers it stands on as they were: what its hash is over."""
    if rulebook.local is None:
        return canonical(rulebook.model)
    return _canonical(rulebook.local, rulebook.layers)


def _canonical(local: Rulebook, layers: Sequence[Layer]) -> bytes:
    whole = {
        _LOCAL: orjson.Fragment(canonical(local)),
        _LAYERS: [
            {"rulebook": orjson.Fragment(canonical(each.model)), "roles": each.roles, "levels": each.levels}
            for each in layers
        ],
    }
    return orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)


def load_canonical(data: bytes | str) -> CompiledRulebook:
    """A rulebook from its canonical JSON, as kept in the database (checked before it got there)."""
    raw: dict[str, Any] = orjson.loads(data)
    if _LOCAL not in raw:
        return compile_rulebook(Rulebook.model_validate_json(data))
    layers = [Layer(_model(each["rulebook"]), each["roles"], each["levels"]) for each in raw[_LAYERS]]
    return compose(_model(raw[_LOCAL]), layers)


def _model(raw: Mapping[str, Any]) -> Rulebook:
    return Rulebook.model_validate_json(orjson.dumps(raw))


def layers_above(local: Rulebook, find: Find, further: Sequence[str] = ()) -> list[Layer]:
    """The layers a rulebook says it stands on, those in `further`, and what these stand on in turn, each once.

    Raises LayerError for one that isn't known, and for a circle.
    """
    found: dict[str, Layer] = {}
    named = [*local.stands_on]
    named += [StandsOn(rulebook=name) for name in further if name not in {each.rulebook for each in named}]
    for each in named:
        _gather(each, find, (local.id,), found)
    return list(found.values())


def _gather(named: StandsOn, find: Find, below: tuple[str, ...], found: dict[str, Layer]) -> None:
    if named.rulebook in below:
        circle = " → ".join((*below[below.index(named.rulebook) :], named.rulebook))
        raise LayerError(f"a rulebook can't stand on itself: {circle}")
    try:
        model = find(named.rulebook)
    except LookupError as error:
        raise LayerError(f"unknown layer {named.rulebook!r}: {error}") from error
    layer = Layer(model, named.roles, named.levels)
    found.setdefault(named.rulebook, layer)
    for further in model.stands_on:
        _gather(_below(further, layer), find, (*below, named.rulebook), found)


def _below(further: StandsOn, layer: Layer) -> StandsOn:
    """What a layer says of the layer above it, in the roles and levels of the rulebook below both, where these are named."""
    roles = {role: layer.roles[here] for role, here in further.roles.items() if here in layer.roles}
    levels = {
        level: [each for name in here for each in layer.levels.get(name, ())] for level, here in further.levels.items()
    }
    return StandsOn(rulebook=further.rulebook, roles=roles, levels={k: v for k, v in levels.items() if v})
