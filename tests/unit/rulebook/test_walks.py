"""Each turn a matter can take, walked from fact to fact: what is ordered, by when, and what ends."""

from datetime import datetime

import pytest

from services.grading.rulebook import Advance, Fact
from shared.calendar.hours import SHANGHAI
from tests.unit.rulebook.cases import WHOLE, done, fact, flag, graded, in_steps, later, moment, run

BASE = [moment("discovered"), graded("low", 10)]
RELEASED = [*BASE, done("respond", 60)]
CALM = [*RELEASED, moment("calmed", 600)]
CLOSED = [*CALM, done("close_file", 700)]
REOPENED = [*CLOSED, moment("reopened", 900)]


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


def open_orders(outcome: Advance) -> dict[str, datetime | None]:
    return {key: order.due_at for key, order in outcome.orders.items() if key not in outcome.done}


@pytest.mark.parametrize(
    ("facts", "key", "start", "due"),
    [
        # Oral, then written: the written report runs from the oral one.
        (BASE, "oral", 0, "11-18T12:30"),
        ([*BASE, done("oral", 25)], "written", 25, "11-18T13:25"),
        # A legacy issue that takes its time.
        ([*BASE, flag("legacy_issue", 40)], "investigate", 0, "12-09T17:30"),
        # A leader's instruction, each on its own clock.
        ([*BASE, moment("instruction", 50)], "instructed@m-instruction-50", 50, "11-18T16:50"),
        ([*BASE, moment("instruction", 50), moment("instruction", 500)], "instructed@m-instruction-500", 500, "11-19T00:20"),
        # Recurring: each from the one before, until calm.
        (RELEASED, "progress#1", 60, "11-18T16:00"),
        ([*RELEASED, done("progress#1", 200)], "progress#2", 200, "11-18T18:20"),
        # Calm, then closing, then evaluation.
        (CALM, "close_file", 600, "11-19T17:30"),
        (CLOSED, "evaluate", 700, "11-23T17:30"),
        # Opened again: on its own clock, through midnight.
        (REOPENED, "again", 900, "11-23T17:30"),
    ],
)  # fmt: skip
def test_the_deadline_of_each_turn(facts: list[Fact], key: str, start: int, due: str) -> None:
    order = in_steps(WHOLE, facts).orders[key]
    assert (order.anchor_at, order.due_at) == (later(start), at(due))


def test_the_written_report_waits_for_the_oral_one() -> None:
    assert "written" not in in_steps(WHOLE, BASE).orders
    assert "written" in in_steps(WHOLE, [*BASE, moment("oral_report", 5)]).orders


def test_recurring_orders_end_when_calm_and_begin_again_when_it_worsens() -> None:
    going = in_steps(WHOLE, [*RELEASED, done("progress#1", 200)])
    calm = run(WHOLE, [*RELEASED, done("progress#1", 200), moment("calmed", 600)], going.orders)
    assert ("progress#2", "舆情已平息") in calm.withdraw
    assert "progress#1" in calm.done
    worse = [*RELEASED, done("progress#1", 200), moment("calmed", 600), moment("worsening", 800)]
    assert "progress#2" in in_steps(WHOLE, worse).orders


def test_closing_ends_what_has_no_deadline_and_leaves_what_has_one() -> None:
    before = in_steps(WHOLE, CALM)
    outcome = run(WHOLE, CLOSED, before.orders)
    assert (outcome.phase, dict(outcome.withdraw)) == ("closed", {"voice": "已办结"})
    assert {"investigate", "survey", "call_back", "evaluate"} <= open_orders(outcome).keys()


def test_opening_again_asks_anew_and_keeps_what_was_done() -> None:
    outcome = in_steps(WHOLE, REOPENED)
    assert outcome.phase == "open"
    assert {"again", "voice", "progress#1"} <= open_orders(outcome).keys()
    assert "evaluate" not in outcome.orders
    assert {"respond", "close_file"} <= outcome.done.keys()
    evaluated = in_steps(WHOLE, [*CLOSED, done("evaluate", 800), moment("reopened", 900)])
    assert evaluated.done["evaluate"] == later(800)
    assert evaluated.orders["evaluate"].anchor_at == later(700)


def test_opening_what_is_open_gives_no_more_time() -> None:
    again = in_steps(WHOLE, [*REOPENED, moment("reopened", 2000)])
    assert again.orders["again"] == in_steps(WHOLE, REOPENED).orders["again"]
    closed_between = [*REOPENED, moment("closed", 1500), moment("reopened", 2000)]
    assert in_steps(WHOLE, closed_between).orders["again"].anchor_at == later(2000)


def test_what_was_done_on_closing_stays_done_whatever_came_to_be_known_first() -> None:
    facts = [*CLOSED, done("evaluate", 800), moment("reopened", 900)]
    assert in_steps(WHOLE, reversed(facts)).orders == in_steps(WHOLE, facts).orders


def test_what_was_met_before_it_could_begin_is_never_owed() -> None:
    early = [moment("first_release", -30), *BASE]
    assert "respond" not in in_steps(WHOLE, early).orders
    issued = in_steps(WHOLE, BASE)
    known_late = run(WHOLE, [*BASE, moment("first_release", -30)], issued.orders)
    assert dict(known_late.withdraw)["respond"] == "起算之前已经办理"


def test_a_merge_brings_the_other_matters_instruction_and_its_undoing_takes_it_away() -> None:
    merged = fact("mm", "merged", 70, incident="i2", facts=[moment("instruction", 40)])
    assert in_steps(WHOLE, [*BASE, merged]).orders["instructed@m-instruction-40"].due_at == later(280)
    apart = in_steps(WHOLE, [*BASE, merged, fact("s", "split", 90, to="i2", undoes="mm")])
    assert not [key for key in apart.orders if key.startswith("instructed")]
