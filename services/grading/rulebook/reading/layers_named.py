"""What a rulebook says of the layers it stands on, held against these layers: every name known, no circle."""

from collections.abc import Iterable, Iterator
from typing import Final

from services.grading.rulebook.layers.compose import Find, LayerError, layers_above
from services.grading.rulebook.reading import suggest
from services.grading.rulebook.written.findings import Finding
from services.grading.rulebook.written.model import Rulebook, StandsOn
from shared.marked_yaml import Place

_PART: Final = "stands_on"


def layer_problems(local: Rulebook, find: Find) -> Iterator[Finding]:
    """Everything for which it can't stand on the layers it names. `find` gives a layer's model by id, or raises LookupError."""
    seen: set[str] = set()
    for index, named in enumerate(local.stands_on):
        place: Place = (_PART, index)
        if named.rulebook in seen:
            yield Finding((*place, "rulebook"), f"the layer {named.rulebook!r} is named twice; name it once")
            continue
        seen.add(named.rulebook)
        try:
            layers_above(local.model_copy(update={"stands_on": [named]}), find)
        except LayerError as error:
            yield Finding((*place, "rulebook"), str(error))
            continue
        yield from _mapping(local, find(named.rulebook), named, place)


def _mapping(local: Rulebook, layer: Rulebook, named: StandsOn, place: Place) -> Iterator[Finding]:
    for role, here in named.roles.items():
        at: Place = (*place, "roles", role)
        yield from _known(f"role of {layer.id}", [role], layer.roles, at)
        yield from _known("role", [here], local.roles, at)
    levels, given = [level.id for level in local.levels], [*named.levels.items()]
    for number, (level, heres) in enumerate(given):
        at = (*place, "levels", level)
        yield from _known(f"level of {layer.id}", [level], [each.id for each in layer.levels], at)
        yield from _known("level", heres, levels, at)
        for here in heres:
            before = [other for other, others in given[:number] if here in others]
            if before:
                yield Finding(at, f"the level {here!r} stands for {before[0]!r} already; let it stand for one")


def _known(kind: str, used: Iterable[str], known: Iterable[str], place: Place) -> Iterator[Finding]:
    known = sorted(known)
    for name in used:
        if name not in known:
            message = f"unknown {kind} {name!r}; known: {', '.join(known)}"
            yield Finding(place, message, suggest.nearest(name, known))
