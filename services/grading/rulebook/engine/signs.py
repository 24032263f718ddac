"""How each sign of a criterion is looked for in the evidence. Only the signs a criterion gives become looks."""

from collections.abc import Mapping
from functools import partial

from services.grading.rulebook.engine.compiled import Look, Picture
from services.grading.rulebook.written.model import Signs
from services.grading.rulebook.written.vocabulary import METRIC_NAMES, Metric, Names

_KIND_NAMES = {"complaint": "群众来件", "post": "网络发帖", "patrol": "巡查发现"}


def looks(signs: Signs) -> tuple[Look, ...]:
    """The looks of one criterion; every one must find something."""
    found: list[Look] = []
    for given, look in (
        (signs.kinds, partial(_kinds, tuple(signs.kinds))),
        (signs.flags, partial(_flags, tuple(signs.flags))),
        (signs.metrics, partial(_metrics, signs.metrics)),
        (signs.below, partial(_below, signs.below)),
        (signs.platforms, partial(_platforms, signs.platforms or 0)),
        (signs.words, partial(_words, tuple(signs.words))),
        (signs.author_types, partial(_author_types, tuple(signs.author_types))),
    ):
        if given:
            found.append(look)
    return tuple(found)


def eased(signs: Signs, percent: int) -> Signs:
    """The same with each metric's threshold at that share of itself, rounded up."""
    return signs.model_copy(
        update={"metrics": {name: -(-least * percent // 100) for name, least in signs.metrics.items()}}
    )


def _kinds(kinds: tuple[str, ...], seen: Picture, flag_names: Names) -> list[str]:
    return [f"来源:{_KIND_NAMES[kind]}" for kind in kinds if kind in seen.kinds]


def _flags(flags: tuple[str, ...], seen: Picture, flag_names: Names) -> list[str]:
    return [f"标记:{flag_names.get(flag, flag)}" for flag in flags if flag in seen.flags]


def _metrics(least: Mapping[Metric, int], seen: Picture, flag_names: Names) -> list[str]:
    counts = seen.metrics
    return [f"{METRIC_NAMES[name]} {counts[name]} ≥ {floor}" for name, floor in least.items() if counts[name] >= floor]


def _below(limits: Mapping[Metric, int], seen: Picture, flag_names: Names) -> list[str]:
    counts = seen.metrics
    for name, limit in limits.items():
        if counts[name] >= limit:
            return []
    return [f"{METRIC_NAMES[name]} {counts[name]} < {limit}" for name, limit in limits.items()]


def _platforms(least: int, seen: Picture, flag_names: Names) -> list[str]:
    count = len(seen.platforms)
    return [f"平台数 {count} ≥ {least}"] if count >= least else []


def _words(words: tuple[str, ...], seen: Picture, flag_names: Names) -> list[str]:
    return [f"词语:{word}" for word in words if word in seen.words]


def _author_types(kinds: tuple[str, ...], seen: Picture, flag_names: Names) -> list[str]:
    return [f"发布者类型:{kind}" for kind in kinds if kind in seen.author_types]
