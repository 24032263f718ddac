"""The proposal: which criteria the evidence meets, with the words of the text and what was seen. None met: a person."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.grading.rulebook.compiled import CompiledRulebook
from services.grading.rulebook.facts import Fact
from services.grading.rulebook.model import Signs
from services.grading.rulebook.orders import Reason
from services.grading.rulebook.situation import Situation
from services.grading.rulebook.vocabulary import METRIC_NAMES, METRICS

_KIND_NAMES = {"complaint": "群众来件", "post": "网络发帖", "patrol": "巡查发现"}


@dataclass(slots=True)
class Picture:
    """All evidence together: metrics summed over sources, the rest as sets."""

    metrics: dict[str, int] = field(default_factory=lambda: dict.fromkeys(METRICS, 0))
    platforms: set[str] = field(default_factory=set)
    author_types: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    flags: frozenset[str] = frozenset()


def picture(evidence: Collection[Fact], flags: frozenset[str]) -> Picture:
    """Sum up the latest observation of each source."""
    seen = Picture(flags=flags)
    for fact in evidence:
        data = fact.data
        for name, count in data.get("metrics", {}).items():
            if name in seen.metrics and count is not None:
                seen.metrics[name] += count
        seen.platforms.update(data.get("platforms", ()))
        seen.author_types.update(data.get("author_types", ()))
        seen.words.update(data.get("words", ()))
        seen.kinds.add(data.get("kind", "post"))
    return seen


def propose(rulebook: CompiledRulebook, seen: Picture) -> tuple[str | None, tuple[Reason, ...]]:
    """The highest level whose criteria are met (None: a person decides), and every criterion met, highest first."""
    if not seen.kinds and not seen.flags:
        return None, ()
    reasons = []
    for criterion in rulebook.criteria:
        evidence = _match(criterion.when, seen, rulebook.flag_names)
        if evidence is not None:
            clause, phrase = criterion.clause or "", criterion.phrase or criterion.name
            reasons.append(Reason(criterion.id, criterion.level, clause, phrase, evidence, criterion.source))
    if not reasons:
        return None, ()
    ranks = rulebook.ranks
    reasons.sort(key=lambda reason: -ranks[reason.level])
    return reasons[0].level, tuple(reasons)


def propose_as_of(rulebook: CompiledRulebook, situation: Situation, until: datetime) -> str | None:
    """What the criteria said at a moment past."""
    return propose(rulebook, picture(situation.evidence(until), situation.flags_raised(until)))[0]


def _match(signs: Signs, seen: Picture, flag_names: Mapping[str, str]) -> tuple[str, ...] | None:
    """The evidence, a line a sign, when every sign given shows; else None."""
    if signs.without_flags and not seen.flags.isdisjoint(signs.without_flags):
        return None
    found: list[str] = []
    for look in _LOOKS:
        lines = look(signs, seen, flag_names)
        if lines is None:
            continue
        if not lines:
            return None
        found.extend(lines)
    return tuple(found)


# Each look answers None when the sign isn't asked for, [] when it doesn't show, else the lines of evidence.
_Look = Callable[[Signs, Picture, Mapping[str, str]], list[str] | None]


def _kinds(signs: Signs, seen: Picture, flag_names: Mapping[str, str]) -> list[str] | None:
    if not signs.kinds:
        return None
    return [f"来源:{_KIND_NAMES[kind]}" for kind in signs.kinds if kind in seen.kinds]


def _flags(signs: Signs, seen: Picture, flag_names: Mapping[str, str]) -> list[str] | None:
    if not signs.flags:
        return None
    return [f"标记:{flag_names.get(flag, flag)}" for flag in signs.flags if flag in seen.flags]


def _metrics(signs: Signs, seen: Picture, flag_names: Mapping[str, str]) -> list[str] | None:
    if not signs.metrics:
        return None
    counts = seen.metrics
    return [f"{METRIC_NAMES[m]} {counts[m]} ≥ {least}" for m, least in signs.metrics.items() if counts[m] >= least]


def _below(signs: Signs, seen: Picture, flag_names: Mapping[str, str]) -> list[str] | None:
    if not signs.below:
        return None
    counts = seen.metrics
    if any(counts[m] >= limit for m, limit in signs.below.items()):
        return []
    return [f"{METRIC_NAMES[m]} {counts[m]} < {limit}" for m, limit in signs.below.items()]


def _platforms(signs: Signs, seen: Picture, flag_names: Mapping[str, str]) -> list[str] | None:
    if signs.platforms is None:
        return None
    count = len(seen.platforms)
    return [f"平台数 {count} ≥ {signs.platforms}"] if count >= signs.platforms else []


def _words(signs: Signs, seen: Picture, flag_names: Mapping[str, str]) -> list[str] | None:
    if not signs.words:
        return None
    return [f"词语:{word}" for word in signs.words if word in seen.words]


def _author_types(signs: Signs, seen: Picture, flag_names: Mapping[str, str]) -> list[str] | None:
    if not signs.author_types:
        return None
    return [f"发布者类型:{kind}" for kind in signs.author_types if kind in seen.author_types]


_LOOKS: tuple[_Look, ...] = (_kinds, _flags, _metrics, _below, _platforms, _words, _author_types)
