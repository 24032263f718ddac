"""Why a report joined or did not, in sentences an office reads: Chinese, and English beside it. Pure.

Numbers stand in the sentence, and only masked words do.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from services.intake.domain.joining import ALIKE
from services.intake.domain.why import Compared, Difference
from services.intake.domain.words import FEWEST_GRAMS

_LONGEST_SHOWN = 24
_MOST_SHOWN = 3


class Said(NamedTuple):
    """One meaning in both languages."""

    chinese: str
    english: str


def joined(why: str, score: float | None) -> Said:
    """What stands kept beside a report, why it came to its incident."""
    if why in {"words", "likeness"} and score is not None:
        return Said(
            f"文字几乎相同：字面相同 {score:.2f}，不低于 {ALIKE:.2f}",
            f"nearly the same words: {score:.2f} of the character pairs in common, at least {ALIKE:.2f}",
        )
    return _KEPT.get(why, Said(f"依据 {why}", f"by {why}"))


def verdict(found: Compared) -> Said:
    """Why the rules join a pair, or do not."""
    return _VERDICTS[found.verdict](found)


def described(found: Compared) -> dict[str, Any]:
    """A comparison as it is told over HTTP: times in hours, and the sentence."""
    return {
        "joins": found.joins,
        "verdict": found.verdict,
        "jaccard": round(found.jaccard, 4),
        "keys": list(found.keys),
        "differs": [each._asdict() for each in found.differs],
        "hours_apart": round(found.apart / timedelta(hours=1), 2),
        "said": verdict(found)._asdict(),
    }


def not_then(verdict: str) -> Said:
    """Why a pair that the rules would join now was not joined when the report came."""
    return _NOT_THEN[verdict]


def moved(kind: str, *, undoes: bool) -> Said:
    """A move that took the report along."""
    return _MOVED[kind, undoes]


def span(apart: timedelta) -> Said:
    """A length of time, to the hour below two days and to the tenth of a day above."""
    hours = apart.total_seconds() / 3600
    if hours < 48:
        return Said(f"{hours:.0f} 小时", f"{hours:.0f} h")
    return Said(f"{hours / 24:.1f} 天", f"{hours / 24:.1f} days")


_KEPT: Mapping[str, Said] = {
    "new": Said(
        "没有符合并案规则的在办事件，自成一件", "no open incident that the rules join it to: an incident of its own"
    ),
    "event": Said("同一来源的同一条（编号相同）", "the very same one of this source (same number)"),
    "url": Said("网址相同，是同一个页面", "the same address: one and the same page"),
    "root": Said("同一条原帖的转发或评论", "a repost or comment of the same post"),
    "text": Said(
        "去掉转发、@、链接、表情和标点后，文字完全相同",
        "the very same words, but for repost marks, @names, links and punctuation",
    ),
}
_NOT_THEN: Mapping[str, Said] = {
    "closed": Said(
        "文字够得上并案，但该事件已办结，按办法另立新件",
        "the words would do, but that incident is closed and the rulebook opens another",
    ),
    "since": Said(
        "按现在的规则会并入；送达时没有并入：规则、期限或事件的状态其后有变，可以由人合并",
        "it would join now and did not when it came: the rules, the window or the incident have changed since; a person may merge",
    ),
}
_MOVED: Mapping[tuple[str, bool], Said] = {
    ("merge", False): Said("随原事件并入另一事件", "merged into another incident with its own"),
    ("split", False): Said("从原事件中拆出", "split off from its incident"),
    ("split", True): Said("撤销并案，回到原事件", "a merge was undone: back to its own incident"),
    ("merge", True): Said("撤销拆分，回到原事件", "a split was undone: back to its own incident"),
}


def _kept(found: Compared) -> Said:
    return _KEPT[found.verdict]


def _words(found: Compared) -> Said:
    return Said(
        f"文字几乎相同：字面相同 {found.jaccard:.2f}，不低于 {ALIKE:.2f}，且不同之处不含名称、地点、数字、日期",
        f"nearly the same words: {found.jaccard:.2f}, at least {ALIKE:.2f}; what differs is no name, place, number or date",
    )


def _short(found: Compared) -> Said:
    return Said(
        f"文字太短：只有 {found.fewest} 个不同字对，不足 {FEWEST_GRAMS} 个，不按文字并案",
        f"too short: {found.fewest} different character pairs, fewer than {FEWEST_GRAMS}; never joined by its words",
    )


def _region(found: Compared) -> Said:
    one, other = (_cut(each) for each in found.regions)
    return Said(f"填写的地区不同：{one}、{other}", f"different regions were given: {one}, {other}")


def _window(found: Compared) -> Said:
    apart, window = span(found.apart), span(found.window)
    return Said(
        f"相隔 {apart.chinese}，超过规定的 {window.chinese}，不按文字并案",
        f"{apart.english} apart, more than the rulebook's {window.english}: not joined by words",
    )


def _unlike(found: Compared) -> Said:
    return Said(
        f"字面相同只有 {found.jaccard:.2f}，不足 {ALIKE:.2f}",
        f"{found.jaccard:.2f} of the character pairs in common, below {ALIKE:.2f}",
    )


def _differs(found: Compared) -> Said:
    different = list(dict.fromkeys(found.differs))
    shown = different[:_MOST_SHOWN]
    more_zh, more_en = ("等", ", and more") if len(different) > _MOST_SHOWN else ("", "")
    return Said(
        f"字面相同 {found.jaccard:.2f}，但{'，'.join(_pair(each, '一处写', '，另一处写') for each in shown)}{more_zh}，可能是两件事",
        f"{found.jaccard:.2f} in common, but {'; '.join(_pair(each, 'one says ', ', the other ') for each in shown)}{more_en}: "
        "perhaps two matters",
    )


def _unmet(found: Compared) -> Said:
    return Said(
        f"字面相同 {found.jaccard:.2f}，够得上并案，但快速查找没有遇到（约百分之二如此），会作为建议提出",
        f"{found.jaccard:.2f} in common would do, but the quick look-up does not meet it (about 2 % are missed): it is suggested",
    )


def _pair(found: Difference, before: str, between: str) -> str:
    one, other = (f"“{_cut(each)}”" if each else "“”" for each in found)
    return f"{before}{one}{between}{other}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


_VERDICTS: Mapping[str, Callable[[Compared], Said]] = {
    **dict.fromkeys(("event", "url", "root", "text"), _kept),
    "words": _words,
    "short": _short,
    "region": _region,
    "window": _window,
    "unlike": _unlike,
    "differs": _differs,
    "unmet": _unmet,
}
