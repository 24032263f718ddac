"""Who signs, in which order; by table and by property."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.publishing.domain.answers import Answer, awaited, submit
from services.publishing.domain.rules import Chain, ReleaseRules
from services.publishing.domain.signing import give_back, require_chain, sign, take_back
from services.publishing.domain.wording import Wording
from shared.errors import ConflictError, ForbiddenError, InvalidError

AT = datetime(2026, 1, 5, 1, tzinfo=UTC)
ROLES = {"office": "办公室", "deputy": "分管领导", "chief": "主要领导"}
RULES = ReleaseRules({}, {}, roles=ROLES)
CHAIN = Chain("reply", (("office",), ("deputy", "chief")))
DRAFT = Answer(UUID(int=1), "org", UUID(int=2), Wording("weibo", "", None, "已整改。"), frozenset({"li"}), "li")
REVIEWED = submit(DRAFT, CHAIN)


def by(answer: Answer, login: str, *roles: str, role: str | None = None) -> Answer:
    return sign(answer, login, frozenset(roles), role, AT, RULES)


def test_steps_follow_each_other_and_within_a_step_all_sign() -> None:
    one = by(REVIEWED, "wang", "office")
    assert (one.state, awaited(one)) == ("in_review", (1, ("deputy", "chief")))
    two = by(one, "sun", "chief")
    assert (two.state, awaited(two)) == ("in_review", (1, ("deputy",)))
    three = by(two, "qian", "deputy")
    assert three.state == "approved"
    assert [(each.step, each.role, each.by) for each in three.signatures] == [
        (0, "office", "wang"),
        (1, "chief", "sun"),
        (1, "deputy", "qian"),
    ]
    assert {each.sha256 for each in three.signatures} == {DRAFT.wording.sha256}


def test_the_wrong_post_is_told_whom_it_waits_for() -> None:
    with pytest.raises(ForbiddenError) as refused:
        by(REVIEWED, "sun", "chief", "deputy")
    assert refused.value.extra["waiting_for"] == ["office"]
    assert "办公室" in refused.value.detail


def test_an_author_never_signs() -> None:
    with pytest.raises(ForbiddenError):
        by(REVIEWED, "li", "office")
    with pytest.raises(ForbiddenError):
        by(replace(REVIEWED, authors=frozenset({"li", "wang"})), "wang", "office")


def test_one_person_signs_one_post_once() -> None:
    one = by(REVIEWED, "wang", "office", "chief", "deputy")
    with pytest.raises(ConflictError):
        by(one, "wang", "office", "chief", "deputy")


def test_whoever_holds_two_awaited_posts_chooses() -> None:
    one = by(REVIEWED, "wang", "office")
    assert by(one, "sun", "chief", "deputy", role="chief").signatures[-1].role == "chief"
    with pytest.raises(ForbiddenError):
        by(one, "sun", "chief", "deputy", role="office")


def test_return_needs_a_reason_and_a_post() -> None:
    with pytest.raises(InvalidError):
        give_back(REVIEWED, frozenset({"office"}), "  ", RULES)
    with pytest.raises(ForbiddenError):
        give_back(REVIEWED, frozenset({"publisher", "department"}), "数字有误", RULES)
    assert give_back(REVIEWED, frozenset({"chief"}), "数字有误", RULES).state == "draft"
    approved = replace(REVIEWED, state="approved")
    assert give_back(approved, frozenset({"publisher"}), "链接失效", RULES).state == "draft"


def test_only_authors_and_the_chain_withdraw() -> None:
    assert take_back(REVIEWED, "li", frozenset()).state == "withdrawn"
    assert take_back(REVIEWED, "sun", frozenset({"chief"})).state == "withdrawn"
    with pytest.raises(ForbiddenError):
        take_back(REVIEWED, "zhao", frozenset({"department"}))


def test_a_regrade_asks_for_the_new_chain() -> None:
    require_chain(REVIEWED, CHAIN)
    with pytest.raises(ConflictError):
        require_chain(REVIEWED, Chain("major", (("office",), ("chief",), ("leading_group",))))


NAMES = st.sampled_from(["office", "deputy", "chief", "group"])
CHAINS = st.lists(st.lists(NAMES, min_size=1, max_size=3, unique=True), min_size=1, max_size=3)
ATTEMPTS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sets(NAMES, max_size=3)), max_size=20)


@given(CHAINS, ATTEMPTS)
def test_however_people_try_approval_means_every_post_by_another_person(
    steps: Sequence[Sequence[str]], attempts: Sequence[tuple[str, set[str]]]
) -> None:
    chain = Chain("any", tuple(tuple(step) for step in steps))
    answer = submit(replace(DRAFT, authors=frozenset({"a"}), written_by="a"), chain)
    for login, roles in attempts:
        before = answer
        try:
            answer = sign(answer, login, roles, None, AT, RULES)
        except (ForbiddenError, ConflictError):
            continue
        assert answer.signatures[-1].role in roles
        assert answer.signatures[-1].role in awaited(before)[1]
    signers = [each.by for each in answer.signatures]
    assert "a" not in signers
    assert len(signers) == len(set(signers))
    assert [each.step for each in answer.signatures] == sorted(each.step for each in answer.signatures)
    needed = {(number, role) for number, step in enumerate(chain.steps) for role in step}
    given_ = {(each.step, each.role) for each in answer.signatures}
    assert (answer.state == "approved") == (given_ == needed)
