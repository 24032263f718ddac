"""Leases, and what counts as having posted the approved words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.publishing.domain.answers import Answer
from services.publishing.domain.pack import release_pack
from services.publishing.domain.releasing import Lease, Release, again, posted, require_free, require_held, require_link
from services.publishing.domain.rules import USUAL_CHANNELS, ReleaseRules
from services.publishing.domain.wording import Wording
from shared.errors import ConflictError, InvalidError

NOW = datetime(2026, 1, 5, 1, tzinfo=UTC)
WORDS = Wording("weibo", "示例发布", "情况通报", "第一段。\n第二段。")
ANSWER = Answer(UUID(int=1), "org", UUID(int=2), WORDS, frozenset({"li"}), "li", state="approved")
LEASE = Lease(ANSWER.id, "zhou", "周某", NOW + timedelta(minutes=15))
DEVIATING = "第一段。"


def test_a_lease_keeps_others_out_until_it_ends() -> None:
    require_free(None, "wu", NOW)
    require_free(LEASE, "zhou", NOW)
    require_free(LEASE, "wu", LEASE.until)
    with pytest.raises(ConflictError) as refused:
        require_free(LEASE, "wu", NOW)
    assert refused.value.extra["lease"]["login"] == "zhou"
    assert refused.value.extra["lease"]["until"] == LEASE.until.isoformat()


def test_releasing_needs_the_lease() -> None:
    require_held(LEASE, "zhou", NOW)
    for lease, login, now in ((None, "zhou", NOW), (LEASE, "wu", NOW), (LEASE, "zhou", LEASE.until)):
        with pytest.raises(ConflictError):
            require_held(lease, login, now)


@pytest.mark.parametrize("text", [None, WORDS.text, WORDS.composed, " 第一段。\r\n第二段。\n"])
def test_the_approved_words_do_not_deviate(text: str | None) -> None:
    assert posted(ANSWER, WORDS.sha256, text) is None


@pytest.mark.parametrize("sha256", [WORDS.sha256, replace(WORDS, text=DEVIATING).sha256])
def test_other_words_that_are_out_are_recorded_as_deviating(sha256: str) -> None:
    assert posted(ANSWER, sha256, DEVIATING) == DEVIATING


@pytest.mark.parametrize("text", [None, WORDS.text, DEVIATING])
def test_an_unknown_digest_is_refused(text: str | None) -> None:
    with pytest.raises(ConflictError) as refused:
        posted(ANSWER, "0" * 64, text)
    assert refused.value.extra["answer"]["content_sha256"] == WORDS.sha256


def test_the_same_release_again_is_no_release() -> None:
    made = Release(ANSWER.id, "weibo", "https://weibo.com/1", WORDS.sha256, "zhou", NOW)
    assert not again(ANSWER, None, made.url, made.sha256)
    assert again(ANSWER, made, made.url, made.sha256)
    for url, sha256 in (("https://weibo.com/2", made.sha256), (made.url, "0" * 64)):
        with pytest.raises(ConflictError) as refused:
            again(ANSWER, made, url, sha256)
        assert refused.value.extra["release"]["url"] == made.url


def test_unchecked_words_that_name_somebody_are_noticed() -> None:
    made = Release(ANSWER.id, "weibo", "https://weibo.com/1", WORDS.sha256, "zhou", NOW)
    assert not made.deviates
    assert not made.carries_personal_data
    assert not replace(made, posted_text=DEVIATING).carries_personal_data
    assert replace(made, posted_text="致电13800000000").carries_personal_data


def test_a_foreign_link_is_refused() -> None:
    require_link("https://weibo.com/1", USUAL_CHANNELS["weibo"])
    with pytest.raises(InvalidError):
        require_link("https://example.com/1", USUAL_CHANNELS["weibo"])


def test_the_pack_holds_exactly_what_is_to_be_posted() -> None:
    rules = ReleaseRules(USUAL_CHANNELS, {})
    pack = release_pack(ANSWER, rules, "示例局", NOW, "第十二条")
    body = pack.split("─" * 24)[1]
    assert body == f"\n{WORDS.composed}\n"
    assert f"{len(WORDS.composed)} / 2000 字" in pack
    assert WORDS.sha256 in pack
    assert "2026-01-05 09:00 前(第十二条)" in pack
    assert "示例局" in pack
    assert "时限:无" in release_pack(ANSWER, rules, "示例局", None, "")
