"""Where joined incidents were judged differently: the strictest stands until somebody decides upon both; undone, each stands as it did."""

import pytest

from services.grading.rulebook import Fact
from services.grading.rulebook.engine.situation import Situation, fold
from tests.unit.rulebook.cases import WHOLE, XUANCHENG, complaint, fact, flag, graded, later, moment, post, run

LOW, *_, HIGH = XUANCHENG.ranks


def merged(*facts: Fact, minutes: float = 500, act: str = "act", incident: str = "b", name: str = "") -> Fact:
    return fact(name or act, "merged", minutes, incident=incident, act=act, facts=list(facts))


def parted(act: str = "act", minutes: float = 900) -> Fact:
    return fact(f"undo-{act}", "split", minutes, to="b", undoes=act)


def situation(*facts: Fact) -> Situation:
    return fold([moment("discovered"), *facts], XUANCHENG.marks, XUANCHENG.ranks)


def level(*facts: Fact) -> str | None:
    return run(XUANCHENG, [moment("discovered"), *facts]).grade.level


@pytest.mark.parametrize(("ours", "theirs"), [(20, 30), (30, 20)])
def test_the_stricter_grade_stands_whichever_came_last(ours: int, theirs: int) -> None:
    assert level(graded(LOW, ours), merged(graded(HIGH, theirs))) == HIGH
    assert level(graded(HIGH, ours), merged(graded(LOW, theirs))) == HIGH


def test_who_decides_after_the_joining_decides_upon_both() -> None:
    assert level(graded(LOW, 20), merged(graded(HIGH, 30)), graded(LOW, 600)) == LOW
    assert level(graded(LOW, 20), merged(graded(HIGH, 30)), graded(LOW, 600), parted()) == LOW


def test_a_chain_is_judged_as_deep_as_it_goes() -> None:
    inner = merged(graded(HIGH, 40), minutes=100, act="c-b", incident="c")
    assert level(graded(LOW, 20), merged(inner)) == HIGH
    assert level(graded(LOW, 20), merged(inner, graded(LOW, 200))) == LOW
    assert level(graded(LOW, 20), merged(inner), parted("c-b")) == LOW
    assert level(graded(LOW, 20), merged(inner, parted("c-b", 300))) == LOW


def test_a_level_of_another_rulebook_is_decided_anew() -> None:
    outcome = run(XUANCHENG, [moment("discovered"), graded(LOW, 20), merged(graded("unheard_of", 10))])
    assert (outcome.grade.level, outcome.grade.state) == (XUANCHENG.strictest.id, "proposed")


def test_a_flag_of_either_is_up_until_lowered_for_both() -> None:
    up, down = flag("sensitive", 10), flag("sensitive", 20, on=False)
    assert "sensitive" in situation(down, merged(up)).raised
    assert "sensitive" in situation(up, merged(down)).raised
    assert "sensitive" not in situation(up, merged(up), flag("sensitive", 600, on=False)).raised
    assert "sensitive" not in situation(down, merged(up), parted()).raised


@pytest.mark.parametrize("turn", ["calmed", "closed"])
def test_what_is_over_for_one_is_open_while_it_is_for_the_other(turn: str) -> None:
    over = moment(turn, 30)
    assert situation(merged(over)).phase == "open"
    assert situation(over, merged(complaint())).phase == "open"
    assert situation(over, merged(moment(turn, 40))).phase == turn
    assert situation(merged(over), moment(turn, 600)).phase == turn
    assert situation(over, merged(complaint()), parted()).phase == turn
    assert situation(merged(over)).past.keys() == {turn}


def test_calm_and_closed_are_calm_together() -> None:
    together = situation(moment("closed", 30), merged(moment("calmed", 20)))
    assert (together.phase, together.moments["calmed"]) == ("calmed", later(20))


def test_a_later_start_proven_for_one_does_not_move_the_others() -> None:
    moved = fact("x", "anchor_moved", 100, moment="discovered", by="u1", reason="r", decided=later(120).isoformat())
    assert situation(merged(moment("discovered", -50), moved)).moments["discovered"] == later(0)
    assert situation(moved, merged(moment("discovered", 60))).moments["discovered"] == later(60)
    assert situation(moved, merged(moment("discovered", 160))).moments["discovered"] == later(100)
    after = fact("y", "anchor_moved", 300, moment="discovered", by="u1", reason="r", decided=later(600).isoformat())
    assert situation(merged(moment("discovered", -50)), after).moments["discovered"] == later(300)
    assert situation(merged(moment("discovered", -50)), after, parted()).moments["discovered"] == later(300)


def test_whoever_found_either_owes_the_report_of_it() -> None:
    found = situation(merged(moment("discovered", -5, role="portal")), moment("discovered", -1, role="office"))
    assert (found.finder, found.finders) == ("portal", {"portal", "office"})


def test_counts_are_not_added_before_the_totals_have_them() -> None:
    theirs = fact("e2", "evidence", 5, source="reports:act", beside="act", kind="post", metrics={"reads": 900})
    ours = post(700, 10, source="reports")
    beside = merged(theirs)
    assert (
        run(WHOLE, [moment("discovered"), ours, beside]).grade
        == run(WHOLE, [moment("discovered"), post(900, 10)]).grade
    )
    totals = fact("e3", "evidence", 501, source="reports", covers=["act"], kind="post", metrics={"reads": 1600})
    seen = fold([ours, beside, totals], WHOLE.marks, WHOLE.ranks).evidence()
    assert [each.id for each in seen] == ["e3"]
    left = fold([ours, beside, totals, parted()], WHOLE.marks, WHOLE.ranks).evidence()
    assert [each.id for each in left] == [ours.id]


def test_time_given_to_the_absorbed_one_makes_no_deadline_later() -> None:
    ours = [moment("discovered"), graded(LOW, 20), moment("claimed", 30)]
    plain = run(XUANCHENG, ours).orders["investigate"].due_at
    more = fact("x", "extended", 60, order="investigate", within="10 working days", by="u1", reason="r")
    stopped = fact("s", "suspended", 60, reason="force_majeure", by="u1")
    assert run(XUANCHENG, [*ours, merged(more, stopped)]).orders["investigate"].due_at == plain
    assert run(XUANCHENG, [*ours, more, merged(complaint())]).orders["investigate"].due_at != plain


def test_many_carriers_of_one_merge_are_undone_together() -> None:
    late = merged(graded(HIGH, 40), name="act:late")
    assert level(graded(LOW, 20), merged(flag("urgent", 10)), late) == HIGH
    assert level(graded(LOW, 20), merged(flag("urgent", 10)), late, parted()) == LOW
