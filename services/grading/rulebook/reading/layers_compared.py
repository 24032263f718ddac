"""Where a rulebook is silent or laxer than the layers above it, and how it is matched to them. Notes, never refusals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.grading.rulebook.engine.compiled import CompiledDuty, CompiledRulebook, Time
from services.grading.rulebook.layers.compose import Find, compose, layers_above
from services.grading.rulebook.reading.check import check
from services.grading.rulebook.reading.layers_named import layer_problems
from services.grading.rulebook.written.findings import Finding
from services.grading.rulebook.written.layer import Layer, levels_of, roles_of
from services.grading.rulebook.written.model import Rulebook
from shared.marked_yaml import Place

_NO_FLAGS: frozenset[str] = frozenset()


def layer_findings(local: Rulebook, layers: Sequence[Layer]) -> Iterator[Finding]:
    """A note for each mapping, each duty only a layer has, and each time that is missing or longer here than above."""
    if not layers:
        return
    whole = compose(local, layers)
    index = {duty.id: number for number, duty in enumerate(local.duties)}
    named = {each.rulebook: number for number, each in enumerate(local.stands_on)}
    for layer in whole.layers:
        number = named.get(layer.model.id)
        yield _note(("levels",) if number is None else ("stands_on", number), _mapping(local, layer))
        for above in whole.duties:
            if above.layer is None or above.layer.id != layer.model.id:
                continue
            yield from _compared(whole, above, index)
            yield from _alone(whole, above)


def layer_notes(local: Rulebook, find: Find, further: Sequence[str]) -> Iterator[Finding]:
    """`layer_findings` for the layers it names and these further ones; nothing for a rulebook that can't run.

    Raises LayerError for a further layer that isn't known.
    """
    for name in further:
        layers_above(local.model_copy(update={"stands_on": []}), find, [name])
    if not check(local) and not any(layer_problems(local, find)):
        yield from layer_findings(local, layers_above(local, find, further))


def _note(place: Place, message: str) -> Finding:
    return Finding(place, message, warning=True)


def _mapping(local: Rulebook, layer: Layer) -> str:
    levels, roles = levels_of(local, layer), roles_of(local, layer)
    inside = {role: here for role, here in roles.items() if not layer.model.roles[role].external}
    return f"under {layer.model.id}: levels {_pairs(levels)}; roles {_pairs(inside)}"


def _pairs(mapping: Mapping[str, str | Iterable[str]]) -> str:
    told = []
    for name, here in mapping.items():
        heres = here if isinstance(here, str) else ", ".join(here)
        told.append(f"{name} = {heres or '(none here)'}")
    return ", ".join(told)


def _compared(whole: CompiledRulebook, above: CompiledDuty, index: Mapping[str, int]) -> Iterator[Finding]:
    """Each local duty that it bounds, where they can hold together and the local time may end later."""
    if above.time.budget is None:
        return
    wanted = _told(above, above.time)
    for duty in whole.duties:
        if above not in duty.bounded_by:
            continue
        levels = [level for level in whole.level if _may_hold(above, level) and _may_hold(duty, level)]
        times = {duty.by_level.get(level, duty.time) for level in levels}
        times |= {variant.time for variant in duty.variants} if levels else set()
        for time in sorted(times, key=lambda each: each.within or ""):
            verdict = _verdict(above, duty, time)
            if verdict:
                place: Place = ("duties", index[duty.id], "due")
                yield _note(place, f"{verdict}; {wanted}: that stands {_where(above, levels)}")


def _may_hold(duty: CompiledDuty, level: str) -> bool:
    """At this level, with flags that fit."""
    return duty.always or any(when.levels is None or level in when.levels for when in duty.clauses)


def _holds(duty: CompiledDuty, level: str) -> bool:
    """At this level, without any flag."""
    return duty.always or any(when.concerns(level, _NO_FLAGS) for when in duty.clauses)


def _where(above: CompiledDuty, levels: Iterable[str]) -> str:
    """`at major; with major_emergency at general`."""
    plain = [level for level in levels if _holds(above, level)]
    flagged = [level for level in levels if level not in plain]
    flags = sorted({flag for when in above.clauses for flag in (*when.flags, *when.any_flags)})
    told = [f"at {', '.join(plain)}"] if plain else []
    if flagged:
        told.append(f"with {' or '.join(flags)} at {', '.join(flagged)}")
    return "; ".join(told)


def _verdict(above: CompiledDuty, duty: CompiledDuty, time: Time) -> str:
    """What is to be said of the local time against the layer's; empty where it is the same or stricter."""
    start = " or ".join(duty.anchors)
    wanted = above.time.budget
    if time.budget is None or wanted is None:
        return "" if time.patrol else "silent: no number here"
    if time.budget.minutes > wanted.minutes:
        return f"laxer: {time.within} from {start}"
    if not set(duty.anchors) <= set(above.anchors):
        return f"may be later: {time.within} from {start}, another moment"
    return ""


def _told(above: CompiledDuty, time: Time) -> str:
    layer = above.layer.id if above.layer else ""
    return f"{layer} ({time.clause}) wants {time.within} from {' or '.join(above.anchors)} (“{time.phrase}”)"


def _alone(whole: CompiledRulebook, above: CompiledDuty) -> Iterator[Finding]:
    """Where no local duty stands for it: at these levels it is owed itself."""
    below = [whole.duty[name] for name in above.yields_to]
    flagged = not any(_holds(above, level) for level in whole.level)
    levels = [
        level
        for level in whole.level
        if (_holds(above, level) or (flagged and _may_hold(above, level))) and not any(_holds(d, level) for d in below)
    ]
    if not levels:
        return
    silent = f"silent: no duty here for “{above.name}”"
    owed = f"{above.id} is owed itself {_where(above, levels)}, by {above.owner}"
    yield _note(
        ("duties",), f"{silent}; {_told(above, above.time)}: {owed}" if above.time.within else f"{silent}; {owed}"
    )
