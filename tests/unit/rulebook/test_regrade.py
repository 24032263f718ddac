"""Regrading: old clocks keep what they used up, new ones start at the regulation's own anchor, no time is given quietly."""

import pytest

from services.grading.rulebook import Fact, Order, house_words, load_rulebook
from tests.unit.rulebook.cases import ANHUI, WHOLE, flag, graded, in_steps, later, moment, post, run
from tests.unit.rulebook.test_load import SMALL

FOUND = moment("discovered")
HOUR = 60


def order(key: str, *facts: Fact) -> Order:
    return in_steps(WHOLE, [FOUND, *facts]).orders[key]


def said(found: Order) -> list[tuple[float, str]]:
    """The moves: minutes after discovery when it was due before, and why."""
    return [((at - later(0)).total_seconds() / HOUR, reason) for at, reason in found.moves]


@pytest.mark.parametrize(
    ("facts", "due", "within", "moves"),
    [
        # One duty with a time for each level: the clock runs from the event, whatever the grade becomes.
        ([graded("low", 10)], 48, "48 h", []),
        ([graded("high", 10)], 24, "24 h", []),
        ([graded("low", 10), graded("high", 30)], 24, "24 h", []),
        ([graded("low", 10), graded("grave", 600)], 5, "5 h", []),
        ([graded("high", 10), graded("low", 30)], 24, "24 h", [(48, "曾定为重大,调整等级不延长时限")]),
        ([graded("grave", 10), graded("high", 30)], 5, "5 h", [(24, "曾定为特别重大,调整等级不延长时限")]),
        ([graded("high", 10), graded("low", 30), graded("high", 50)], 24, "24 h", []),
    ],
)
def test_one_duty_with_a_time_for_each_level(
    facts: list[Fact], due: int, within: str, moves: list[tuple[float, str]]
) -> None:
    found = order("respond", *facts)
    assert (found.due_at, found.within) == (later(due * HOUR), within)
    assert [(at / HOUR, reason) for at, reason in said(found)] == moves


def test_a_proposal_that_falls_before_anybody_decided_says_what_was_due_before() -> None:
    found = order("respond", post(2000), post(900, 30))
    assert (found.within, said(found)) == ("24 h", [])  # hardly fallen: held
    found = order("respond", post(2000), post(100, 30))
    assert (found.within, found.presumed) == ("48 h", True)
    assert said(found) == [(24 * HOUR, "曾拟定为重大,依据回落,现拟定为一般")]
    assert said(order("respond", post(2000), post(100, 30), graded("low", 60))) == []  # a person decided, with a reason


@pytest.mark.parametrize(
    ("facts", "start"),
    [
        ([graded("high", 10)], 10),
        # Demanded first by the second decision: from then, as the text has it.
        ([graded("low", 10), graded("high", 30)], 30),
        # Demanded before: what was used up stays used up.
        ([graded("high", 10), graded("low", 30), graded("high", 300)], 10),
        ([graded("high", 10), graded("grave", 30)], 10),
    ],
)
def test_what_runs_from_the_grade_runs_from_the_first_that_demanded_it(facts: list[Fact], start: int) -> None:
    found = order("brief", *facts)
    assert (found.anchor_at, found.due_at) == (later(start), later(start + 120))


def test_what_a_higher_grade_demands_runs_from_the_texts_own_anchor_even_into_the_past() -> None:
    found = in_steps(ANHUI, [FOUND, graded("III", 10), graded("I", 90)]).orders["report_i"]
    assert (found.anchor, found.anchor_at, found.due_at) == ("discovered", later(0), later(60))


@pytest.mark.parametrize(
    ("facts", "within", "moves"),
    [
        # Wednesday the 18th + 1, 5 and 15 working days, at 17:30: minutes after noon of the 18th.
        ([], "5 working days", []),
        ([flag("legacy_issue", 5, reason="2009年遗留")], "15 working days", [(10_410, "2009年遗留")]),
        ([flag("legacy_issue", 5)], "15 working days", [(10_410, "标记历史遗留问题")]),
        ([flag("hurried", 5, reason="省里催办")], "1 working day", [(10_410, "省里催办")]),
        (
            # A flag that shortened the time and is lowered gives more again: it says so, and who asked is in the flag.
            [flag("hurried", 5, reason="省里催办"), flag("hurried", 90, on=False, reason="误标")],
            "5 working days",
            [(10_410, "省里催办"), (1_770, "撤销标记加急:误标")],
        ),
        (
            [flag("legacy_issue", 5, reason="2009年遗留"), flag("legacy_issue", 90, on=False)],
            "5 working days",
            [(10_410, "2009年遗留"), (30_570, "撤销标记历史遗留问题")],
        ),
        (
            # The first variant that holds decides.
            [flag("hurried", 5, reason="催办"), flag("legacy_issue", 90, reason="2009年遗留")],
            "15 working days",
            [(10_410, "催办"), (1_770, "2009年遗留")],
        ),
        # Said twice is said once; lowering what was never up changes nothing.
        ([flag("hurried", 5, reason="催办"), flag("hurried", 6, reason="再催")], "1 working day", [(10_410, "催办")]),
        ([flag("hurried", 5, on=False)], "5 working days", []),
    ],
)
def test_a_flag_never_changes_the_time_without_saying_so(
    facts: list[Fact], within: str, moves: list[tuple[float, str]]
) -> None:
    found = order("investigate", graded("low", 1), *facts)
    assert (found.within, said(found)) == (within, moves)


LEVELLED = load_rulebook(
    SMALL.replace(
        "due: {from: discovered, within: 1 h}",
        "due: {from: discovered, within: 8 h, variants: [{when: {levels: [high]}, within: 2 h, clause: Art. 3, phrase: 重大的2小时},"
        " {when: {after: [worsening]}, within: 4 h, clause: Art. 4, phrase: 反弹的4小时}]}",
    )
)


@pytest.mark.parametrize(
    ("facts", "hours", "moves"),
    [
        ([graded("low", 10)], 8, []),
        ([graded("high", 10)], 2, [(480, "重大的2小时")]),
        ([graded("high", 10), graded("low", 30)], 2, [(480, "曾定为重大,调整等级不延长时限")]),
        ([graded("low", 10), moment("worsening", 30)], 4, [(480, "反弹的4小时")]),
    ],
)
def test_a_variant_by_level_or_moment_gives_no_time_quietly(
    facts: list[Fact], hours: int, moves: list[tuple[float, str]]
) -> None:
    found = in_steps(LEVELLED, [FOUND, *facts]).orders["report"]
    assert found.due_at == later(hours * HOUR)
    assert said(found) == moves


@pytest.mark.parametrize(
    ("decisions", "reason", "told"),
    [
        (
            [graded("high", 10), graded("low", 30, reason="核实系误传")],
            "主要负责同志(u1)由重大改定为一般,本项不适用;理由:核实系误传",
            "主要负责同志(u1)由重大改定为一般,本项不适用",
        ),
        ([graded("low", 10)], "主要负责同志(u1)定为一般,本项不适用", "主要负责同志(u1)定为一般,本项不适用"),
    ],
)
def test_what_a_lower_grade_withdraws_names_who_and_why(decisions: list[Fact], reason: str, told: str) -> None:
    before = run(WHOLE, [FOUND, graded("high", 5)]).orders
    withdrawn = dict(run(WHOLE, [FOUND, *decisions], before).withdraw)
    assert withdrawn == {"brief": reason}
    assert house_words(reason) == told


def test_criteria_alone_never_lower_an_approved_grade() -> None:
    outcome = in_steps(WHOLE, [FOUND, post(5000), graded("high", 10), post(1, 20)])
    assert (outcome.grade.level, outcome.grade.state, outcome.grade.proposal) == ("high", "approved", "low")
    assert "brief" in outcome.orders
    assert "approve_grade#2" not in outcome.orders


def test_a_decision_asked_for_stays_in_the_ledger_whoever_learns_of_what_first() -> None:
    """Counts that crossed before the second decision was taken make it an answer, also when they come to be known later."""
    facts = [FOUND, graded("low", 10), post(2000, 30), graded("high", 60)]
    for known in ([0, 1, 2, 3], [0, 1, 3, 2], [3, 2, 1, 0]):
        outcome = in_steps(WHOLE, [facts[number] for number in known])
        assert outcome.orders["approve_grade#2"].anchor_at == later(30)
        assert outcome.done["approve_grade#2"] == later(60)
    unasked = in_steps(WHOLE, [FOUND, graded("low", 10), graded("high", 60), post(2000, 70)])
    assert "approve_grade#2" not in unasked.orders
