"""A newcomer joins what is certainly the same, and nothing else."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.joining import (
    ALIKE,
    ALONE,
    Alone,
    Candidate,
    Joined,
    JoinKeys,
    Known,
    Newcomer,
    Post,
    decide,
    join_keys,
)
from services.intake.domain.words import clean, grams, jaccard

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
WINDOW = timedelta(days=30)
TEXT = clean("城东小区连续三天停水，老人和孩子无水可用，物业电话打不通，请尽快恢复供水。")
EDITED = clean("城东小区已经连续三天停水，老人和孩子无水可用，物业电话没人接，请尽快恢复供水！")
OTHER = clean("地铁二号线早高峰拥挤不堪，建议增加班次并延长运营时间到晚上十一点半。")
FIRST, SECOND = UUID(int=1), UUID(int=2)
NO_KEYS = JoinKeys()

moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001
texts = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4E20), min_size=10, max_size=40)


def newcomer(text: str = TEXT, keys: JoinKeys = NO_KEYS, at: datetime = NOW) -> Newcomer:
    return Newcomer(keys, grams(text), at)


def candidate(text: str, incident_id: UUID = FIRST, opened_at: datetime = NOW) -> Candidate:
    return Candidate(incident_id, opened_at, grams(text))


def test_the_same_words_a_little_changed_join() -> None:
    score = jaccard(grams(TEXT), grams(EDITED))
    assert score >= ALIKE
    assert decide(newcomer(EDITED), {}, [candidate(TEXT)], WINDOW) == Joined(FIRST, "words", score)


def test_other_words_stay_alone() -> None:
    assert decide(newcomer(OTHER), {}, [candidate(TEXT)], WINDOW) is ALONE
    assert decide(newcomer(), {}, [], WINDOW) is ALONE


def test_a_short_text_never_joins_by_its_words() -> None:
    assert decide(newcomer("求关注"), {}, [candidate("求关注")], WINDOW) is ALONE
    assert join_keys("a", "求关注", grams("求关注")).text is None


@pytest.mark.parametrize(("days", "joins"), [(-31, False), (-30, True), (30, True), (31, False)])
def test_likeness_counts_within_the_window_to_either_side(days: int, joins: bool) -> None:
    opened_at = NOW + timedelta(days=days)
    keys = join_keys("a", TEXT, grams(TEXT))
    assert keys.text is not None
    by_text = decide(newcomer(keys=keys), {keys.text: Known(FIRST, opened_at)}, [], WINDOW)
    by_words = decide(newcomer(EDITED), {}, [candidate(TEXT, opened_at=opened_at)], WINDOW)
    assert isinstance(by_text, Joined) is isinstance(by_words, Joined) is joins


def test_the_same_post_joins_whenever_it_comes_and_before_anything_alike() -> None:
    post = Post("vendor", "77", "https://weibo.com/1642909335/z0JH2lOMb", root_id="70")
    keys = join_keys("a", TEXT, grams(TEXT), post)
    long_ago = Known(FIRST, NOW - timedelta(days=400))
    for why, key in (("event", keys.event), ("url", keys.url), ("root", keys.root)):
        assert key is not None
        found = decide(newcomer(keys=keys), {key: long_ago}, [candidate(TEXT, SECOND)], WINDOW)
        assert found == Joined(FIRST, why, 1.0)  # type: ignore[arg-type]  # why is one of the literals


def test_keys_are_asked_in_a_fixed_order() -> None:
    keys = join_keys("a", TEXT, grams(TEXT), Post("vendor", "77", "https://a.cn/b"))
    known = {key: Known(UUID(int=place), NOW) for place, key in enumerate(keys.all())}
    whys = []
    for key in keys.all():
        found = decide(newcomer(keys=keys), known, [], WINDOW)
        assert isinstance(found, Joined)
        whys.append(found.why)
        del known[key]
    assert whys == ["event", "url", "root", "text"]


def test_reposts_meet_under_their_root_whichever_comes_first() -> None:
    root = join_keys("a", "", b"", Post("vendor", "70"))
    repost = join_keys("a", "", b"", Post("vendor", "77", root_id="70"))
    assert root.root == repost.root
    assert root.event != repost.event
    assert root.text is root.url is None


def test_keys_of_two_organisations_or_vendors_never_meet() -> None:
    post, same = Post("vendor", "77", "https://a.cn/b"), Post("vendor", "77", "https://www.a.cn/b/")
    ours, theirs = (join_keys(organisation, TEXT, grams(TEXT), post) for organisation in ("a", "b"))
    assert not set(ours.all()) & set(theirs.all())
    assert ours == join_keys("a", TEXT, grams(TEXT), same)
    other_vendor = join_keys("a", TEXT, grams(TEXT), Post("vendor2", "77", "https://a.cn/b"))
    assert set(ours.all()) & set(other_vendor.all()) == {ours.url, ours.text}
    assert join_keys("a", "", b"", Post("v1", "23")) != join_keys("a", "", b"", Post("v12", "3"))
    assert all(len(key) == 16 for key in ours.all())


@given(texts, st.lists(st.tuples(texts, moments), max_size=6), st.permutations(range(6)), moments)
def test_the_most_alike_wins_whatever_the_order(
    text: str, others: list[tuple[str, datetime]], order: Sequence[int], at: datetime
) -> None:
    candidates = [candidate(other, UUID(int=place), opened) for place, (other, opened) in enumerate(others)]
    shuffled = [candidates[place] for place in order if place < len(candidates)]
    found = decide(newcomer(text, at=at), {}, candidates, WINDOW)
    assert decide(newcomer(text, at=at), {}, shuffled, WINDOW) == found
    eligible = {
        each.incident_id: jaccard(grams(text), each.grams) for each in candidates if abs(at - each.opened_at) <= WINDOW
    }
    best = max(eligible.values(), default=0.0)
    if isinstance(found, Alone):
        assert best < ALIKE or len(grams(text)) < 48
    else:
        assert found.score == best == eligible[found.incident_id]
        assert best >= ALIKE


@given(texts)
def test_the_very_same_text_has_the_very_same_key(text: str) -> None:
    keys, again = join_keys("a", text, grams(text)), join_keys("a", text, grams(text))
    assert keys == again
