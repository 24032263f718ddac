"""A thousand interleavings of facts for each shipped rulebook, one fact at a time, end in the same procedure.

Facts are independent when none is nonsense without another: a `done` or `extended` names an order that the other facts
bring about anyway, whichever of them comes to be known first. Nothing else is asked: counts of one source, flags up and
down, decisions on the grade, suspensions and their end, anchors moved and merges may come to be known in any order,
also before the discovery. (Counts forgotten after many more of the same source would be an exception: intake tells
those of one incident in their order.)
"""

import os
from collections.abc import Callable, Iterator, Sequence
from random import Random, SystemRandom
from uuid import UUID

import pytest

from services.grading.domain.procedure import Procedure, step
from services.grading.rulebook import CompiledRulebook, Fact, Order, load_rulebook, shipped
from tests.unit.rulebook.cases import CALENDAR, fact, moment, run

SEED = int(os.environ.get("SEED") or SystemRandom().getrandbits(32))
SETS, EACH = 40, 25
REACH = 4 * 24 * 60

Maker = Callable[[Random, CompiledRulebook, str], Fact]


def _moment(random: Random, rulebook: CompiledRulebook, name: str) -> Fact:
    anchors = sorted({each for duty in rulebook.duties for each in duty.anchors} - {"graded", "discovered"})
    turns = ["calmed", "closed", "reopened", "worsening"]
    return fact(name, "moment", random.randrange(REACH), name=random.choice([*anchors, *turns]))


def _evidence(random: Random, rulebook: CompiledRulebook, name: str) -> Fact:
    thresholds = [n for each in rulebook.model.criteria for n in each.when.metrics.values()] or [100]
    reads = random.choice(thresholds) * random.choice([0, 0.7, 0.9, 1, 3])
    metrics = dict.fromkeys(("reads", "comments", "reposts", "likes"), int(reads))
    return fact(name, "evidence", random.randrange(REACH), source=random.choice("ab"), kind="post", metrics=metrics)


def _flag(random: Random, rulebook: CompiledRulebook, name: str) -> Fact:
    asked = {flag for duty in rulebook.duties for when in duty.clauses for flag in when.flags | when.any_flags}
    chosen = random.choice(sorted(asked) or ["sensitive"])
    return fact(name, "flag", random.randrange(REACH), name=chosen, on=random.random() < 0.7, by="u1", reason="标记")


def _graded(random: Random, rulebook: CompiledRulebook, name: str) -> Fact:
    return fact(name, "graded", random.randrange(REACH), level=random.choice([*rulebook.level]), by="u1", role="office")


def _suspended(random: Random, rulebook: CompiledRulebook, name: str) -> Fact:
    return fact(name, "suspended", random.randrange(REACH), reason=random.choice([*rulebook.suspension]), by="u1")


def _resumed(random: Random, rulebook: CompiledRulebook, name: str) -> Fact:
    return fact(name, "resumed", random.randrange(REACH), by="u1")


def _moved(random: Random, rulebook: CompiledRulebook, name: str) -> Fact:
    return fact(name, "anchor_moved", random.randrange(REACH), moment="discovered", by="u1", reason="更正")


def _merged(random: Random, rulebook: CompiledRulebook, name: str) -> Fact:
    inner = [_moment(random, rulebook, f"{name}m"), _evidence(random, rulebook, f"{name}e")]
    return fact(name, "merged", random.randrange(REACH), incident="i2", facts=inner)


MAKERS: Sequence[Maker] = (_moment, _evidence, _flag, _graded, _suspended, _resumed, _moved, _merged)
WEIGHTS = (4, 4, 3, 3, 2, 2, 1, 1)


def independent(random: Random, rulebook: CompiledRulebook) -> list[Fact]:
    """A handful of facts out of the rulebook's own moments, flags, levels and orders."""
    makers = random.choices(MAKERS, WEIGHTS, k=4)
    facts = [moment("discovered", random.randrange(REACH), role="office")]
    facts += [make(random, rulebook, f"{number:02}") for number, make in enumerate(makers)]
    for number in range(2):
        orders = list(run(rulebook, facts).orders.values())
        if orders:
            more = [*facts, _on(random, random.choice(orders), f"o{number}")]
            # What a hand-in brings about (the closing, say) may be what undoes the order it is for.
            facts = more if _orders_named(more) <= run(rulebook, more).orders.keys() else facts
    return facts


def _orders_named(facts: Sequence[Fact]) -> set[str]:
    return {each.data["order"] for each in facts if each.kind in {"done", "extended"}}


def _on(random: Random, order: Order, name: str) -> Fact:
    """A hand-in or more time, for an order that the facts bring about."""
    minutes = random.randrange(REACH)
    if order.kind == "approve_grade" or order.due_at is None or random.random() < 0.7:
        return fact(name, "done", minutes, order=order.key, by="u1", hand_in=dict.fromkeys(order.hand_in, "是"))
    return fact(name, "extended", minutes, order=order.key, within="3 working days", by="u1", reason="需检测")


def ended(rulebook: CompiledRulebook, facts: Sequence[Fact]) -> tuple[object, ...]:
    """The state of a procedure that came to know these facts one by one."""
    procedure = Procedure(UUID(int=1), "o", rulebook.hash, "题")
    for each in facts:
        step(procedure, [each], rulebook, CALENDAR)
    grade = procedure.grade_state, procedure.level, procedure.proposal, procedure.deciding
    return procedure.issued, procedure.discharged, procedure.phase, grade


def interleavings(random: Random, rulebook: CompiledRulebook) -> Iterator[tuple[list[Fact], list[Fact]]]:
    """Sets of independent facts, each with one of its interleavings."""
    for _ in range(SETS):
        facts = independent(random, rulebook)
        for _ in range(EACH):
            shuffled = facts[:]
            random.shuffle(shuffled)
            yield facts, shuffled


@pytest.mark.parametrize("name", shipped())
def test_a_thousand_interleavings_end_in_the_same_state(name: str) -> None:
    rulebook, random = load_rulebook(name), Random(f"{SEED}:{name}")
    expected: dict[int, tuple[object, ...]] = {}
    for facts, shuffled in interleavings(random, rulebook):
        if id(facts) not in expected:
            expected = {id(facts): ended(rulebook, sorted(facts, key=lambda each: (each.at, each.id)))}
        assert ended(rulebook, shuffled) == expected[id(facts)], f"SEED={SEED}: {[each.id for each in shuffled]}"


def test_the_facts_reach_what_they_should() -> None:
    """Among the sets are orders done, stopped, extended and closed: the test above would say little otherwise."""
    rulebook, random = load_rulebook("xuancheng-2015"), Random(1)
    outcomes = [run(rulebook, independent(random, rulebook)) for _ in range(200)]
    orders = [order for outcome in outcomes for order in outcome.orders.values()]
    assert {outcome.phase for outcome in outcomes} == {"open", "calmed", "closed"}
    assert {outcome.grade.state for outcome in outcomes} == {"none", "proposed", "approved"}
    assert any(order.suspended for order in orders)
    assert any(order.extended_from for order in orders)
    assert any(outcome.done for outcome in outcomes)
