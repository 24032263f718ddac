"""A rulebook under its layers: the strictest time stands, both clauses are named, and what only a layer demands is owed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

import pytest

from services.grading.rulebook import (
    Fact,
    Layer,
    compose,
    explain,
    load_rulebook,
    shipped,
)
from tests.unit.rulebook.cases import (
    ANHUI,
    CALENDAR,
    YICHUN,
    complaint,
    done,
    fact,
    flag,
    graded,
    in_steps,
    later,
    moment,
    run,
)
from tests.unit.rulebook.layer_cases import ABOVE, BEGUN, BOOKS, COUNCIL, FILED, HOUR, A, X, Y, edited, mapped, own


class Case(NamedTuple):
    """With these facts beside the beginning: the order, its hours from `occurred`, and the clause that decides."""

    name: str
    book: str
    facts: Sequence[Fact]
    order: str
    hours: float | None
    decides: str | None
    local_hours: float | None = None


CASES = (
    Case("the local time is stricter and stays", Y, [graded("extra_major")], "authoritative_information", 4, "Art. 18(4)", 4),
    Case("the same time stays the local text's", Y, [graded("extra_major")], "press_conference", 24, "Art. 18(4)", 24),
    Case("the layer's is stricter", A, [graded("I")], "first_release", 5, "国办发〔2016〕80号", 24.5),
    Case("days against hours", X, [graded("general"), FILED], "reply", 48, "国办发〔2016〕61号", 6 * 24 + 5.5),
    Case("the level below is the other rule's", Y, [graded("major")], "respond_major", 48, None, 48),
    Case("nothing here at this level", Y, [graded("sensitive")], own("respond"), 48, None),
    Case("nothing here at all", X, [graded("major_sensitive")], own("press_conference"), 24, None),
    Case("an order of its own beside a later one", Y, [graded("major")], own("authoritative_information"), 5, None),
    Case("an emergency by flag at a low level", A, [graded("III"), flag("major_emergency")], own("authoritative_information"), 5,
         None),
    Case("the flag bounds a local order", X, [graded("general"), FILED, flag("major_emergency")], "reply", 5,
         "国办发〔2016〕80号", 6 * 24 + 5.5),
    Case("adopted suggestions, without a number", X, [flag("category_4")], own("publish_adopted_suggestions"), None, None),
    Case("silent on both sides", A, [graded("I"), moment("first_release", 100)], "continued_release#1", None, "Art. 12"),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_strictest_time_wins(case: Case) -> None:
    order = run(BOOKS[case.book][1], [*BEGUN, *case.facts]).orders[case.order]
    assert order.due_at == (None if case.hours is None else later(case.hours * HOUR))
    told = explain(order, CALENDAR, BOOKS[case.book][1])["bounds"]
    if case.decides is None:
        assert [each["rulebook"] for each in told] == ([COUNCIL] if case.order.startswith(COUNCIL) else [])
        return
    assert [each["clause"] for each in told if each["decides"]] == [case.decides]
    assert told[0]["rulebook"] == case.book
    if case.local_hours is None:
        assert told[0]["due"] is None
    else:
        assert datetime.fromisoformat(told[0]["due"]) == later(case.local_hours * HOUR)


@pytest.mark.parametrize(
    ("book", "facts", "absent"),
    [
        (A, [graded("I")], "authoritative_information"),  # stands behind first_release
        (Y, [graded("extra_major")], "press_conference"),  # the local one has its id
        (X, [graded("general"), FILED], "respond"),  # stands behind the reply
        (X, [graded("major_sensitive")], "respond"),  # an emergency is no other matter
        (X, [graded("general"), flag("no_response_called_for")], "respond"),
        (A, [graded("III")], "authoritative_information"),
        (X, [], "approve_grade"),  # deciding stays with the local text
        (A, [], "first_responsibility"),
    ],
)
def test_what_is_not_owed_itself(book: str, facts: list[Fact], absent: str) -> None:
    assert own(absent) not in run(BOOKS[book][1], [*BEGUN, *facts]).orders


def test_the_explanation_names_both_clauses_with_budget_start_and_due() -> None:
    book = BOOKS[A][1]
    order = run(book, [*BEGUN, graded("I")]).orders["first_release"]
    text, above = explain(order, CALENDAR, book)["bounds"]
    assert (text["clause"], text["phrase"], text["budget"]) == (
        "Art. 12, Plan 3.3.4",
        "最迟在24小时内发布首次信息",
        "24 h",
    )
    assert (text["start"]["moment"], text["decides"]) == ("discovered", False)
    assert (above["clause"], above["phrase"], above["budget"]) == (
        "国办发〔2016〕80号",
        "最迟要在5小时内发布权威信息",
        "5 h",
    )
    assert (above["start"]["moment"], above["decides"], above["due"]) == (
        "occurred",
        True,
        "2026-11-18T17:00:00+08:00",
    )
    ((moved_from, reason),) = order.moves
    assert moved_from == later(24 * HOUR + 30)
    assert reason == f"从严:{ABOVE.model.title}(国办发〔2016〕80号)“最迟要在5小时内发布权威信息”"
    assert (order.clause, order.within, order.anchor) == ("Art. 12, Plan 3.3.4", "24 h", "discovered")


def test_where_the_local_text_is_silent_the_layers_time_stands_and_no_move_is_told() -> None:
    silent = edited(YICHUN, "respond_major", within=None)
    order = run(compose(silent, [mapped(levels={"major": ["extra_major"]})]), [*BEGUN, graded("major")]).orders[
        "respond_major"
    ]
    assert (order.within, order.due_at, order.moves) == (None, later(48 * HOUR), ())
    assert [each.decides for each in order.also] == [True]


def test_reminders_and_escalation_follow_the_deadline_that_decides() -> None:
    alone, under = (run(book, [*BEGUN, FILED, graded("general")]).orders["reply"] for book in BOOKS[X])
    assert under.due_at is not None
    assert alone.due_at is not None
    assert [(at - under.due_at, to) for at, to in under.escalate] == [
        (at - alone.due_at, to) for at, to in alone.escalate
    ]
    assert under.remind_at == (later(24 * HOUR + 12 * HOUR), later(48 * HOUR - 15))


def test_an_order_that_began_after_the_layer_was_met_is_bounded_no_more() -> None:
    answered = moment("first_release", 10 * HOUR)
    alone, under = (run(book, [*BEGUN, answered, FILED, graded("general")]).orders["reply"] for book in BOOKS[X])
    assert (under.due_at, under.also) == (alone.due_at, ())


def test_once_a_local_order_stands_for_it_the_layers_own_is_withdrawn_with_a_reason_on_the_same_clock() -> None:
    book = BOOKS[X][1]
    first = run(book, [*BEGUN, graded("general")])
    second = run(book, [*BEGUN, graded("general"), FILED], first.orders)
    assert (own("respond"), "已由本规则的相应事项承担,时限从严") in second.withdraw
    assert second.orders["reply"].due_at == first.orders[own("respond")].due_at


def test_what_was_done_of_a_layer_stays() -> None:
    book = BOOKS[X][1]
    facts = [*BEGUN, graded("general"), done(own("respond"), 300), FILED]
    outcome = in_steps(book, facts)
    assert outcome.done[own("respond")] == later(300)
    assert outcome.orders["reply"].also == ()
    assert book.marks[own("respond")].moment == "first_release"


def test_a_lower_grade_gives_no_more_time() -> None:
    both = edited(ANHUI, "first_release", levels=["II", "I"])
    book = compose(both, [ABOVE])
    before = run(book, [*BEGUN, graded("I", 20)]).orders["first_release"]
    after = run(book, [*BEGUN, graded("I", 20), graded("II", 90)]).orders["first_release"]
    assert before.due_at == after.due_at == later(5 * HOUR)
    lenient = run(book, [*BEGUN, graded("II", 20)]).orders["first_release"]
    assert lenient.due_at == later(24 * HOUR + 30)
    assert [each.within for each in lenient.also] == ["48 h"]


def test_an_extension_of_the_local_time_does_not_move_the_layers() -> None:
    book = BOOKS[A][1]
    more = fact("x", "extended", 60, order="first_release", within="5 working days", by="u1", reason="情况复杂")
    order = run(book, [*BEGUN, graded("I"), more]).orders["first_release"]
    assert order.due_at == later(5 * HOUR)
    assert [reason.partition(":")[0] for _, reason in order.moves] == ["情况复杂", "从严"]


STOPPED = fact("s1", "suspended", 60, reason="force_majeure", by="u1")
RUNS_ON = fact("s2", "resumed", 60 + 600, by="u1")


@pytest.mark.parametrize(
    ("book", "facts", "order", "hours", "decides"),
    [
        (A, [graded("I")], "first_release", 5 + 10, True),
        (Y, [graded("extra_major")], "authoritative_information", 4 + 10, False),
        (Y, [graded("sensitive")], own("respond"), 48 + 10, False),
    ],
)
def test_what_stops_time_stops_the_layers_too(
    book: str, facts: list[Fact], order: str, hours: int, decides: bool
) -> None:
    composed = BOOKS[book][1]
    standing_still = run(composed, [*BEGUN, *facts, STOPPED]).orders[order]
    assert (standing_still.due_at, standing_still.suspended) == (None, "不可抗力")
    assert all(each.due_at is None for each in standing_still.also)
    running = run(composed, [*BEGUN, *facts, STOPPED, RUNS_ON]).orders[order]
    assert (running.due_at, running.suspended) == (later(hours * HOUR), None)
    assert [each.decides for each in running.also] == ([] if ":" in order else [decides])


def test_each_clock_runs_on_by_itself_and_the_first_to_end_counts() -> None:
    """Standing still puts off a working day by a whole one, 54 hours by ten hours: before it the text was stricter."""
    book = edited(ANHUI, "first_release", within="2 working days", **{"from": ["occurred"]})
    council = ABOVE.model
    duties = [
        d.model_copy(update={"due": d.due.model_copy(update={"within": "54 h"})})
        if d.id == "authoritative_information"
        else d
        for d in council.duties
    ]
    composed = compose(book, [Layer(council.model_copy(update={"duties": duties}))])
    base = [*BEGUN, graded("I")]
    before = run(composed, base).orders["first_release"]
    assert (before.due_at, before.also[0].decides) == (later(53.5 * HOUR), False)
    stopped = fact("s1", "suspended", 300, reason="force_majeure", by="u1")
    resumed = fact("s2", "resumed", 300 + 24 * HOUR, by="u1")
    after = run(composed, [*base, stopped, resumed]).orders["first_release"]
    assert after.due_at is not None
    assert after.due_at <= min(later(78 * HOUR), after.also[0].due_at or later(0))


def test_a_flag_that_lifts_a_layers_rule_says_so() -> None:
    book = BOOKS[A][1]
    base = [*BEGUN, graded("III", 20), moment("investigation_filed", 60)]
    up, down = flag("major_emergency", 90), flag("major_emergency", 120, on=False, reason="查明不属突发事件")
    both = compose(edited(ANHUI, "first_release", levels=["III", "I"]), [ABOVE])
    bounded = run(both, [*base, up]).orders["first_release"]
    assert bounded.due_at == later(5 * HOUR)
    again = run(both, [*base, up, down]).orders["first_release"]
    assert again.due_at == later(24 * HOUR + 30)
    assert [(at, reason.partition(";")[0]) for at, reason in again.moves] == [
        (later(5 * HOUR), "撤销标记特别重大、重大突发事件:查明不属突发事件")
    ]
    excused = run(both, [*base, flag("no_response_called_for", 90, reason="重复来件")]).orders["first_release"]
    assert excused.moves == ()  # 48 h would not have been sooner than the text's own day
    filed = [*BEGUN, graded("general"), FILED, flag("no_response_called_for", 25 * HOUR, reason="重复来件")]
    reply = run(BOOKS[X][1], filed).orders["reply"]
    assert [at for at, _ in reply.moves] == [later(48 * HOUR)]
    assert book.flag_names["major_emergency"] in again.moves[0][1]


def test_a_deadline_that_depends_on_the_level_through_a_layer_is_presumed() -> None:
    alone, under = (run(book, [*BEGUN, FILED, flag("high_attention")]).orders["unified_reply"] for book in BOOKS[X])
    assert (alone.presumed, under.presumed) == (False, True)


POOL = (
    graded("{low}", 20), graded("{high}", 700), flag("major_emergency", 60), flag("major_emergency", 900, on=False),
    flag("several_places", 40), moment("investigation_filed", 600), moment("first_release", 800), moment("replied", 801),
    done(own("respond"), 500), done(own("continued_release") + "#1", 1200), moment("calmed", 2000), moment("closed", 3000),
    fact("x", "extended", 610, order="reply", within="5 working days", by="u1", reason="延期"),
    fact("a", "anchor_moved", -300, moment="occurred", by="u1", reason="更早首发"),
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(shipped().keys() - {COUNCIL}))
def test_the_order_of_facts_cannot_matter_under_layers(name: str) -> None:
    book, random = load_rulebook(name, [COUNCIL]), Random(20161110)
    level = {"{low}": book.levels[0].id, "{high}": book.strictest.id}
    pool = [
        Fact(f.id, f.kind, f.at, {**f.data, "level": level[f.data["level"]]}) if f.kind == "graded" else f for f in POOL
    ]
    for _ in range(40):
        facts = [*BEGUN, complaint(10), *random.sample(pool, random.randint(0, len(pool)))]
        at_once = run(book, facts)
        shuffled = random.sample(facts, len(facts))
        assert run(book, shuffled) == at_once
        stepped = in_steps(book, shuffled)
        left = {key: order for key, order in at_once.orders.items() if key not in at_once.done}
        assert {key: order for key, order in stepped.orders.items() if key not in stepped.done} == left


def test_hours_run_on_through_the_holidays_for_both() -> None:
    order = run(BOOKS[X][1], [*BEGUN, graded("general")]).orders[own("respond")]
    assert order.due_at is not None
    assert order.due_at - order.anchor_at == timedelta(hours=48)
    assert (order.desk, order.chain, order.hand_in) == ("publishing", None, ())
