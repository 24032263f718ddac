"""Template letters: with one detail exchanged they are never one matter; passed on, decorated or made polite they still are."""

import os
import random
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

from services.intake.domain.deciding import Batch, Outcome, Recognised
from services.intake.domain.reports import Arrival
from services.intake.domain.sealing import Keyring
from services.intake.domain.times import Occurred
from services.intake.usecases.organisations import Organisation
from services.intake.usecases.prepare import Told, prepare
from tests.matching.letters import COURTESY, TEMPLATES, VALUES

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEYRING = Keyring("a", {"a": os.urandom(32)})
ANHUI = Organisation("anhui", "安徽", (), 720.0)
EXCHANGES = 10
"""Pairs of each template and each kind of detail in it."""


def _arrival(body: str) -> Arrival:
    return prepare(Told("post", "v", "", body), ANHUI, Occurred(NOW, False), NOW, KEYRING)


def _joined(one: str, other: str) -> Outcome:
    arrivals = [_arrival(one), _arrival(other)]
    batch = Batch(Recognised({}, {}, {}, {}))
    batch.place(arrivals)
    return batch.decide(arrivals, {}).outcomes[1]


def _exchanged() -> Iterator[tuple[str, str, str]]:
    """Two letters that differ in one detail, and of which kind."""
    rng = random.Random(20_260_302)
    for template in TEMPLATES:
        for kind, values in VALUES.items():
            if f"{{{kind}}}" not in template:
                continue
            for _ in range(EXCHANGES):
                filled = {each: rng.choice(choices) for each, choices in VALUES.items()}
                other = rng.choice([value for value in values if value != filled[kind]])
                yield template.format(**filled), template.format(**{**filled, kind: other}), kind


def _variants(letter: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    yield "forwarded", f"转发微博 {letter}"
    yield "forwarded", f"轉發微博//@路人甲:{letter}"
    yield "forwarded", f"【求扩散】快转！{letter} https://weibo.com/1/abc @某某"
    yield (
        "emoji",
        "".join(each + rng.choice(["😭", "[泪]", "🙏🙏", "[怒]"]) if each == "，" else each for each in letter),
    )
    yield "punctuation", letter.replace("，", "！").replace("。", "……")
    yield "punctuation", letter.replace("，", " ").replace("。", "")
    yield "width", letter.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)}).replace("，", ",")
    yield "width", unicodedata.normalize("NFKC", letter)
    polite = rng.sample(COURTESY, 3)
    yield "courtesy", letter + polite[0]
    yield "courtesy", f"尊敬的领导：您好！{letter}{polite[1]}"
    yield "courtesy", letter.replace("。", f"。{polite[2]}", 1)
    yield "courtesy and forwarded", f"转发微博😡{letter}{polite[0]}"


def test_letters_that_differ_in_one_detail_are_never_joined() -> None:
    pairs = list(_exchanged())
    assert len(pairs) >= 2000
    glued = [pair for pair in pairs if _joined(pair[0], pair[1]).result == "joined"]
    print(f"\n{len(pairs)} pairs of template letters with one detail exchanged: {len(glued)} joined")
    assert glued == []


def test_letters_passed_on_or_made_polite_are_joined() -> None:
    rng = random.Random(7)
    told: dict[str, list[bool]] = {}
    for template in TEMPLATES:
        letter = template.format(**{kind: rng.choice(values) for kind, values in VALUES.items()})
        for way, variant in _variants(letter, rng):
            told.setdefault(way, []).append(_joined(letter, variant).result == "joined")
    shares = {way: sum(joined) / len(joined) for way, joined in told.items()}
    print("\nharmless variants joined: " + ", ".join(f"{way} {share:.1%}" for way, share in shares.items()))
    assert min(shares.values()) >= 0.97
