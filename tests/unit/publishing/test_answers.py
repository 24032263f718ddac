"""States and legal moves of an answer, by table."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

import pytest

from services.publishing.domain.answers import (
    LEGAL,
    Answer,
    Move,
    Signature,
    back_to_draft,
    edit,
    release,
    require,
    require_content,
    require_version,
    submit,
    withdraw,
)
from services.publishing.domain.rules import Chain
from services.publishing.domain.wording import Wording, normalised
from shared.contracts.publishing import AnswerState
from shared.errors import ConflictError

WORDS = Wording("weibo", "示例发布", "情况通报", "已经整改。")
CHAIN = Chain("reply", (("office",), ("chief", "deputy")))
DRAFT = Answer(UUID(int=1), "org", UUID(int=2), WORDS, frozenset({"li"}), "li")
SIGNED = Signature(0, "office", "wang", datetime(2026, 1, 5, tzinfo=UTC), WORDS.sha256)
STATES: tuple[AnswerState, ...] = get_args(AnswerState)


def in_state(state: AnswerState) -> Answer:
    return replace(DRAFT, state=state, chain=None if state == "draft" else CHAIN, signatures=(SIGNED,))


@pytest.mark.parametrize("move", get_args(Move))
@pytest.mark.parametrize("state", STATES)
def test_only_legal_moves(state: AnswerState, move: Move) -> None:
    answer = in_state(state)
    if state in LEGAL[move]:
        require(answer, move)
        return
    with pytest.raises(ConflictError) as refused:
        require(answer, move)
    assert refused.value.extra["answer"]["state"] == state
    assert refused.value.extra["answer"]["version"] == answer.version


@pytest.mark.parametrize("state", ["released", "withdrawn"])
def test_nothing_moves_what_has_ended(state: AnswerState) -> None:
    assert all(state not in states for states in LEGAL.values())


@pytest.mark.parametrize("state", ["draft", "in_review", "approved"])
@pytest.mark.parametrize(
    "words",
    [
        replace(WORDS, text="已经整改完毕。"),
        replace(WORDS, title=None),
        replace(WORDS, account="另一账号"),
        replace(WORDS, channel="site"),
    ],
)
def test_any_edit_voids_signatures_and_returns_to_draft(state: AnswerState, words: Wording) -> None:
    edited = edit(in_state(state), words, "zhao")
    assert (edited.state, edited.signatures, edited.chain) == ("draft", (), None)
    assert (edited.version, edited.revision) == (2, 2)
    assert edited.authors == {"li", "zhao"}
    assert edited.wording.sha256 != WORDS.sha256


def test_the_same_words_are_no_edit() -> None:
    answer = in_state("approved")
    assert edit(answer, WORDS, "zhao") is answer


def test_each_submission_is_a_round_of_its_own() -> None:
    first = submit(DRAFT, CHAIN)
    again = submit(back_to_draft(replace(first, signatures=(SIGNED,))), CHAIN)
    assert (first.round, again.round) == (1, 2)
    assert again.signatures == ()
    assert (again.revision, again.version) == (1, 4)


def test_release_and_withdrawal_count_a_version() -> None:
    assert release(in_state("approved")).version == 2
    assert withdraw(DRAFT).state == "withdrawn"


def test_a_stale_view_is_told_the_present_state() -> None:
    require_version(DRAFT, None)
    require_version(DRAFT, 1)
    require_content(DRAFT, WORDS.sha256)
    with pytest.raises(ConflictError) as stale:
        require_version(DRAFT, 7)
    with pytest.raises(ConflictError) as other:
        require_content(DRAFT, "0" * 64)
    assert stale.value.extra["answer"] == other.value.extra["answer"] == DRAFT.present


def test_the_seal_is_over_each_part() -> None:
    seals = {
        WORDS.sha256,
        replace(WORDS, channel="wechat").sha256,
        replace(WORDS, account="").sha256,
        replace(WORDS, title=None).sha256,
        replace(WORDS, title="").sha256,
        replace(WORDS, text=WORDS.text + " ").sha256,
        Wording("weibo", "示例发布", '情况通报","已经', "整改。").sha256,
    }
    assert len(seals) == 7


def test_the_seal_is_what_the_documentation_says() -> None:
    # printf '["weibo","",null,"好"]' | sha256sum
    assert Wording("weibo", "", None, "好").sha256 == "071669e9d30fa9ab4b718819f5de27f50c02a86b725c26413015bac9947df5e4"


def test_line_ends_and_outer_space_are_not_words() -> None:
    assert normalised(" a\r\nb\rc \n") == "a\nb\nc"
