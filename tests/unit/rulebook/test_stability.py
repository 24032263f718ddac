"""A proposal near a threshold doesn't flutter; flags at odds are told; what is forgotten changes nothing."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.grading.domain.procedure import Procedure, step
from services.grading.rulebook import CompiledRulebook, Fact, Order, load_rulebook
from services.grading.rulebook.engine.course import FORGET_AFTER, course, forgettable
from services.grading.rulebook.engine.situation import fold
from tests.unit.rulebook.cases import (
    ANHUI,
    CALENDAR,
    WHOLE,
    YICHUN,
    complaint,
    fact,
    flag,
    graded,
    in_steps,
    moment,
    post,
    run,
)
from tests.unit.rulebook.test_load import SMALL

FOUND = moment("discovered")
SHARE_100 = load_rulebook(SMALL + "stability: {falls_below: 100}\n")


@pytest.mark.parametrize(
    ("reads", "levels"),
    [
        ([999, 1000, 999], ["low", "high", "high"]),
        ([1000, 800, 799], ["high", "high", "low"]),
        ([1000, 850, 1000, 850, 700, 850], ["high", "high", "high", "high", "low", "low"]),
        ([850, 900, 999], ["low", "low", "low"]),
    ],
)
def test_a_level_once_reached_holds_until_the_counts_fall_below_the_share(reads: list[int], levels: list[str]) -> None:
    facts = [FOUND, *(post(count, minute) for minute, count in enumerate(reads))]
    found = [run(WHOLE, facts[: length + 2]).grade.level for length in range(len(reads))]
    assert found == levels


def test_the_reason_says_what_was_reached_and_that_it_is_held() -> None:
    grade = run(WHOLE, [FOUND, post(1200), post(900, 5)]).grade
    assert [(reason.rule, reason.level) for reason in grade.reasons] == [("loud", "high"), ("quiet", "low")]
    assert grade.reasons[0].evidence == ("曾达阅读 1200 ≥ 1000,未低于 80%,保持重大",)
    assert run(WHOLE, [FOUND, post(1200), post(900, 5), post(700, 9)]).grade.reasons[0].rule == "quiet"


def test_from_the_highest_level_it_falls_to_the_next_the_counts_still_come_near_to() -> None:
    # Ⅰ from 100 000, Ⅱ from 10 000 reads.
    outcome = run(ANHUI, [FOUND, post(120_000), post(9_000, 5)])
    assert outcome.grade.level == "II"
    assert outcome.grade.reasons[0].rule == "ii_attention"
    assert run(ANHUI, [FOUND, post(120_000), post(7_999, 5)]).grade.level == "III"


def test_at_a_share_of_one_hundred_it_falls_at_once() -> None:
    assert run(SHARE_100, [FOUND, post(1000), post(999, 5)]).grade.level == "low"


def test_a_lowered_flag_is_not_held() -> None:
    facts = [FOUND, complaint(), flag("sensitive", 5), flag("sensitive", 9, on=False)]
    assert run(ANHUI, facts).grade.level == "III"


def test_a_split_takes_the_counts_out_of_the_past_as_well() -> None:
    facts = [FOUND, post(900, 1, source="a"), post(200, 2, source="b")]
    assert run(WHOLE, [*facts, post(50, 3, source="b")]).grade.level == "high"
    assert (
        run(WHOLE, [*facts, post(50, 3, source="b"), fact("x", "split", 4, to="i2", sources=["b"])]).grade.level
        == "low"
    )


def test_a_grade_held_is_not_asked_about_again() -> None:
    """The proposal stays with the level approved through a dip; no second decision is ordered when it comes back."""
    facts = [FOUND, post(1200), graded("high", 10), post(850, 20), post(1100, 30)]
    assert "approve_grade#2" not in in_steps(WHOLE, facts).orders


def test_a_question_stays_through_a_dip_on_the_clock_of_its_first_crossing() -> None:
    facts = [FOUND, post(10), graded("low", 10), post(1000, 30), post(900, 40), post(1000, 50)]
    for length in (4, 5, 6):
        order = in_steps(WHOLE, facts[:length]).orders["approve_grade#2"]
        assert order.anchor_at == facts[3].at


def test_several_levels_met_give_the_highest_and_all_are_listed() -> None:
    grade = run(YICHUN, [FOUND, post(120_000, author_types=["media"])]).grade
    assert grade.level == "major"
    assert [reason.level for reason in grade.reasons] == ["major", "major", "sensitive", "sensitive"]


def test_none_met_leaves_it_to_a_person_and_presumes_the_strictest_possible() -> None:
    outcome = run(YICHUN, [FOUND, complaint(), flag("urgent")])
    assert (outcome.grade.level, outcome.grade.state, outcome.grade.reasons) == (None, "none", ())
    assert outcome.orders["authoritative_information"].presumed


def test_no_criterion_proposes_a_level_set_by_hand() -> None:
    assert run(WHOLE, [FOUND, post(10_000_000)]).grade.level == "high"
    assert run(WHOLE, [FOUND, post(10), graded("grave")]).grade.level == "grave"


@pytest.mark.parametrize("flags", [["category_1", "category_3"], ["category_3", "category_1"]])
def test_flags_that_contradict_each_other_both_stand_and_are_named(flags: list[str]) -> None:
    grade = run(WHOLE, [FOUND, complaint(), *(flag(name, 5) for name in flags)]).grade
    reason = grade.reasons[-1]
    assert (reason.rule, reason.level, reason.evidence) == ("contradicting", "low", ("标记:第一类", "标记:第三类"))
    settled = run(
        WHOLE, [FOUND, complaint(), *(flag(name, 5) for name in flags), flag("category_1", 9, on=False)]
    ).grade
    assert [each.rule for each in settled.reasons] == ["quiet"]


COUNTS = st.integers(0, 1500)
NEWS = st.one_of(
    st.tuples(st.just("post"), st.sampled_from("ab"), COUNTS),
    st.tuples(st.just("post"), st.just("a"), COUNTS),
    st.tuples(st.just("flag"), st.sampled_from(["sensitive", "high_attention"]), st.booleans()),
    st.tuples(st.just("graded"), st.sampled_from(["low", "high"]), st.none()),
)
# Counts about the thresholds of Ⅲ, Ⅱ and Ⅰ as well as of the small rulebook's.
SCALES = {"whole": 1, ANHUI.id: 90}


def history(rulebook: CompiledRulebook, news: Sequence[tuple[str, str, object]]) -> list[Fact]:
    levels, facts = list(rulebook.level), [FOUND]
    for minute, (kind, name, value) in enumerate(news, 1):
        if kind == "post":
            assert isinstance(value, int)
            facts.append(replace(post(value * SCALES[rulebook.id], minute, source=name), id=f"{minute:03}"))
        elif kind == "flag":
            facts.append(flag(name, minute, on=bool(value)))
        else:
            facts.append(graded(levels[0 if name == "low" else -2], minute))
    return facts


@settings(deadline=None)
@given(st.lists(NEWS, max_size=30))
def test_the_course_is_the_formula(news: list[tuple[str, str, object]]) -> None:
    """max(strict, min(held before, relaxed)), with both levels asked of a rulebook that holds nothing."""
    eased = load_rulebook(SMALL.replace("reads: 1000", "reads: 800") + "stability: {falls_below: 100}\n")
    strict, relaxed = (_levels(rulebook, news) for rulebook in (SHARE_100, eased))
    held, expected = -1, []
    for level, easier in zip(strict, relaxed, strict=True):
        held = max(level, min(held, max(easier, level)))
        expected.append(held)
    assert _levels(load_rulebook(SMALL), news) == expected


def _levels(rulebook: CompiledRulebook, news: Sequence[tuple[str, str, object]]) -> list[int]:
    return [each.held for each in course(rulebook, fold(history(WHOLE, news), rulebook.marks, rulebook.ranks))]


@settings(max_examples=60, deadline=None)
@given(st.lists(NEWS, min_size=10, max_size=45), st.sampled_from([WHOLE.id, ANHUI.id]))
def test_what_is_forgotten_changes_no_procedure(news: list[tuple[str, str, object]], name: str) -> None:
    """Step by step with outdated counts forgotten, and with every fact kept: the same, and less is kept."""
    rulebook = {WHOLE.id: WHOLE, ANHUI.id: ANHUI}[name]
    facts = history(rulebook, news)
    procedure = Procedure(UUID(int=1), "o", rulebook.hash, "t")
    issued: dict[str, Order] = {}
    for number, each in enumerate(facts, 1):
        step(procedure, [each], rulebook, CALENDAR)
        whole = run(rulebook, facts[:number], issued)
        issued = whole.orders
        assert (procedure.proposal, procedure.level) == (whole.grade.proposal, whole.grade.level)
        assert procedure.issued == whole.orders
        assert procedure.discharged == frozenset(whole.done)
    assert run(rulebook, procedure.facts, issued).grade == run(rulebook, facts, issued).grade


def test_outdated_counts_of_a_quiet_matter_are_forgotten_and_turns_are_kept() -> None:
    facts = [FOUND, *(post(count, minute) for minute, count in enumerate([*range(20), 1000, *range(1001, 1040)]))]
    procedure = Procedure(UUID(int=1), "o", WHOLE.hash, "t")
    for each in facts:
        step(procedure, [each], WHOLE, CALENDAR)
    kept = [each.data["metrics"]["reads"] for each in procedure.facts if each.kind == "evidence"]
    assert len(kept) <= FORGET_AFTER + 2
    assert {0, 1000, 1039} <= set(kept)


def test_nothing_is_forgotten_that_a_merge_taken_back_would_bring_to_light() -> None:
    own = [FOUND, post(1200, 1, source="a"), *(post(820, 2 + minute, source="a") for minute in range(12))]
    merged = fact("mm", "merged", 30, incident="i2", facts=[post(5000, 1, source="b")])
    gone = forgettable(WHOLE, [*own, merged])
    assert "e-a-1" not in gone
    left = [each for each in [*own, merged] if each.id not in gone]
    apart = fact("s", "split", 40, to="i2", undoes="mm")
    assert run(WHOLE, [*left, apart]).grade == run(WHOLE, [*own, merged, apart]).grade
