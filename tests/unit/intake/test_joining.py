"""A newcomer joins what is certainly the same, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import joining
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
    join_keys,
    rank,
)
from services.intake.domain.telling_apart import apart
from services.intake.domain.words import clean, grams, jaccard

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
WINDOW = timedelta(days=30)
SAID = "城东小区连续三天停水，老人和孩子无水可用，物业电话打不通，请尽快恢复供水。"
AGAIN = "城东小区已经连续三天停水了，老人和孩子无水可用，物业电话打不通，请领导尽快恢复供水！谢谢！"
TEMPLATE = "城西小区连续三天停水，老人和孩子无水可用，物业电话打不通，请尽快恢复供水。"
METRO = "地铁二号线早高峰拥挤不堪，建议增加班次并延长运营时间到晚上十一点半。"
TEXT = clean(SAID)
FIRST, SECOND = UUID(int=1), UUID(int=2)
NO_KEYS = JoinKeys()

moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001
texts = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4E20), min_size=10, max_size=40)


def newcomer(text: str = SAID, keys: JoinKeys = NO_KEYS, at: datetime = NOW, region: str | None = None) -> Newcomer:
    return Newcomer(keys, grams(clean(text)), at, text, region)


def candidate(text: str, incident_id: UUID = FIRST, opened_at: datetime = NOW) -> Candidate:
    return Candidate(incident_id, opened_at, grams(clean(text)), text=text)


def decide(
    newcomer: Newcomer, known: Mapping[bytes, Known], candidates: Sequence[Candidate], window: timedelta
) -> Joined | Alone:
    return joining.decide(newcomer, known, rank(newcomer, candidates, window), window)


def test_the_same_words_a_little_changed_join() -> None:
    score = jaccard(grams(TEXT), grams(clean(AGAIN)))
    assert score >= ALIKE
    assert decide(newcomer(AGAIN), {}, [candidate(SAID)], WINDOW) == Joined(FIRST, "words", score)


def test_a_template_about_another_place_stays_alone_and_the_less_alike_that_is_the_same_wins() -> None:
    assert jaccard(grams(TEXT), grams(clean(TEMPLATE))) > jaccard(grams(TEXT), grams(clean(AGAIN)))
    assert decide(newcomer(), {}, [candidate(TEMPLATE)], WINDOW) is ALONE
    found = decide(newcomer(), {}, [candidate(TEMPLATE), candidate(AGAIN, SECOND)], WINDOW)
    assert isinstance(found, Joined)
    assert found.incident_id == SECOND


def test_words_that_nobody_has_read_join_nothing() -> None:
    unread = Candidate(FIRST, NOW, grams(TEXT))
    assert rank(newcomer(), [unread], WINDOW) == [(1.0, unread)]
    assert decide(newcomer(), {}, [unread], WINDOW) is ALONE


@pytest.mark.parametrize(
    ("mine", "theirs", "joins"),
    [("城东区", "城西区", False), ("城东区", "某市 城东区", True), ("A3区", "Ａ3区", True), (None, "城西区", True)],
)
def test_two_regions_are_two_matters_whatever_the_words(mine: str | None, theirs: str, joins: bool) -> None:
    keys = join_keys("a", TEXT, grams(TEXT), Post("v", "1"))
    assert keys.text is not None
    assert keys.root is not None
    told = newcomer(keys=keys, region=mine)
    by_text = decide(told, {keys.text: Known(FIRST, NOW, region=theirs)}, [], WINDOW)
    by_words = decide(told, {}, [replace(candidate(AGAIN), region=theirs)], WINDOW)
    assert isinstance(by_text, Joined) is isinstance(by_words, Joined) is joins
    by_root = decide(told, {keys.root: Known(FIRST, NOW, region=theirs)}, [], WINDOW)
    assert isinstance(by_root, Joined)


@pytest.mark.parametrize("way", ["root", "text", "words"])
def test_a_closed_incident_takes_up_newcomers_as_long_as_it_reopens_and_is_followed_then(way: str) -> None:
    keys = join_keys("a", TEXT, grams(TEXT), Post("v", "1"))
    until = NOW + timedelta(days=2)

    def found(at: datetime, reopens: datetime | None) -> Joined | Alone:
        told = newcomer(AGAIN if way == "words" else SAID, NO_KEYS if way == "words" else keys, at)
        closed = Known(FIRST, NOW, closed=True, reopens_until=reopens)
        candidates = [replace(candidate(SAID), closed=True, reopens_until=reopens)] if way == "words" else []
        key = getattr(keys, way, None)
        return decide(told, {key: closed} if key else {}, candidates, WINDOW)

    joined = found(until, until)
    assert isinstance(joined, Joined)
    assert (joined.incident_id, joined.why, joined.reopens) == (FIRST, way, True)
    assert found(until + timedelta(seconds=1), until) == found(NOW, None) == Alone(FIRST)


def test_an_open_incident_comes_before_a_closed_one_that_is_over() -> None:
    keys = join_keys("a", TEXT, grams(TEXT), Post("v", "1", "https://a.cn/b"))
    assert keys.url is not None
    assert keys.text is not None
    known = {keys.url: Known(FIRST, NOW, closed=True), keys.text: Known(SECOND, NOW)}
    assert decide(newcomer(keys=keys), known, [], WINDOW) == Joined(SECOND, "text", 1.0)


def test_a_text_too_long_to_be_cleaned_whole_has_no_text_key() -> None:
    assert join_keys("a", "停" * 3999, grams(TEXT)).text is not None
    assert join_keys("a", "停" * 4000, grams(TEXT)).text is None


def test_other_words_stay_alone() -> None:
    assert decide(newcomer(METRO), {}, [candidate(SAID)], WINDOW) is ALONE
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
    by_words = decide(newcomer(AGAIN), {}, [candidate(SAID, opened_at=opened_at)], WINDOW)
    assert isinstance(by_text, Joined) is isinstance(by_words, Joined) is joins


def test_the_same_post_joins_whenever_it_comes_and_before_anything_alike() -> None:
    post = Post("vendor", "77", "https://weibo.com/1642909335/z0JH2lOMb", root_id="70")
    keys = join_keys("a", TEXT, grams(TEXT), post)
    long_ago = Known(FIRST, NOW - timedelta(days=400))
    for why, key in (("event", keys.event), ("url", keys.url), ("root", keys.root)):
        assert key is not None
        found = decide(newcomer(keys=keys), {key: long_ago}, [candidate(SAID, SECOND)], WINDOW)
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
        each.incident_id: jaccard(grams(text), each.grams)
        for each in candidates
        if abs(at - each.opened_at) <= WINDOW and not apart(text, each.text or "")
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
