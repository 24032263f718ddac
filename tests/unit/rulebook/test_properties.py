"""What holds for any facts: their order can't matter, a second look changes nothing, a merge is a union, time never grows."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.grading.rulebook import (
    Advance,
    CompiledRulebook,
    Fact,
    facts_from_json,
    facts_to_json,
    orders_from_json,
    orders_to_json,
)
from tests.unit.rulebook.cases import ANHUI, WHOLE, XUANCHENG, YICHUN, in_steps, later, moment, run

RULEBOOKS = st.sampled_from([ANHUI, XUANCHENG, YICHUN, WHOLE])
MOMENTS = (
    "occurred", "discovered", "reported", "claimed", "claim_overdue", "instruction", "investigation_filed", "first_release",
    "replied", "worsening", "calmed", "closed", "reopened",
)  # fmt: skip


def datas(rulebook: CompiledRulebook) -> st.SearchStrategy[tuple[str, Mapping[str, Any]]]:
    """Kind and data of a fact that makes sense under the rulebook."""
    keys = [*rulebook.duty, "continued_release#1", "continued_release#2", "approve_grade#2"]
    return st.one_of(
        st.tuples(st.just("moment"), st.fixed_dictionaries({"name": st.sampled_from(MOMENTS)})),
        st.tuples(st.just("graded"), st.fixed_dictionaries({"level": st.sampled_from([*rulebook.level])})),
        st.tuples(st.just("done"), st.fixed_dictionaries({"order": st.sampled_from(keys)})),
        st.tuples(
            st.just("flag"),
            st.fixed_dictionaries({"name": st.sampled_from([*rulebook.flag_names]), "on": st.booleans()}),
        ),
        st.tuples(
            st.just("evidence"),
            st.fixed_dictionaries({
                "source": st.sampled_from(["a", "b", "c"]),
                "kind": st.sampled_from(["complaint", "post", "patrol"]),
                "metrics": st.fixed_dictionaries({"reads": st.integers(0, 300_000)}),
                "author_types": st.lists(st.sampled_from(["media", "v"]), max_size=1),
            }),
        ),
        st.tuples(
            st.just("extended"),
            st.fixed_dictionaries({
                "order": st.sampled_from(keys),
                "within": st.sampled_from(["1 h", "3 days", "2 working days"]),
                "reason": st.just("延期"),
            }),
        ),
        st.tuples(
            st.sampled_from(["suspended", "resumed"]),
            st.fixed_dictionaries({"reason": st.just("force_majeure")}, optional={"orders": st.lists(st.sampled_from(keys))}),
        ),
        st.tuples(
            st.just("anchor_moved"),
            st.fixed_dictionaries({"moment": st.sampled_from(["occurred", "discovered", "claimed"])}),
        ),
    )  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> tuple[CompiledRulebook, list[Fact]]:
    rulebook = draw(RULEBOOKS)
    drawn = draw(st.lists(st.tuples(datas(rulebook), st.integers(0, 20_000)), max_size=12))
    facts = [Fact(f"{n:03}", kind, later(minutes), data) for n, ((kind, data), minutes) in enumerate(drawn)]
    return rulebook, [moment("discovered"), *facts]


@settings(deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_facts_cannot_matter(history: tuple[CompiledRulebook, list[Fact]], random: Any) -> None:
    rulebook, facts = history
    shuffled = [*facts, *facts[:3]]
    random.shuffle(shuffled)
    assert run(rulebook, shuffled) == run(rulebook, facts)


@settings(deadline=None)
@given(histories())
def test_a_second_look_changes_nothing(history: tuple[CompiledRulebook, list[Fact]]) -> None:
    rulebook, facts = history
    first = in_steps(rulebook, facts)
    second = run(rulebook, facts, first.orders)
    assert (second.issue, second.change, second.withdraw, second.orders) == ([], [], [], first.orders)


@settings(deadline=None)
@given(histories())
def test_what_is_owed_depends_on_the_facts_not_on_the_way_they_came(
    history: tuple[CompiledRulebook, list[Fact]],
) -> None:
    """Step by step or all at once: the same orders, open and done."""
    rulebook, facts = history
    stepped, at_once = in_steps(rulebook, facts), run(rulebook, facts)
    known = _without_nonsense(stepped, at_once)
    assert {key: stepped.orders[key] for key in known} == at_once.orders
    assert {key: stepped.done[key] for key in known & stepped.done.keys()} == at_once.done


def _without_nonsense(stepped: Advance, at_once: Advance) -> set[str]:
    """Handing in what the facts together never bring about leaves the order as it was issued."""
    return {key for key in stepped.orders if key in at_once.orders or key not in stepped.done}


@settings(deadline=None)
@given(histories())
def test_what_is_done_is_never_withdrawn(history: tuple[CompiledRulebook, list[Fact]]) -> None:
    rulebook, facts = history
    issued = run(rulebook, facts[:1]).orders
    done = {fact.data["order"] for fact in facts if fact.kind == "done"}
    assert not done & {key for key, _ in run(rulebook, facts, issued).withdraw}


@settings(deadline=None)
@given(histories(), st.integers(0, 12))
def test_a_merge_is_a_union(history: tuple[CompiledRulebook, list[Fact]], cut: int) -> None:
    """Where no two of them judge the same thing: then the stricter holds, see test_joined."""
    rulebook, history_ = history
    facts = [each for each in history_ if not _judges(each)]
    merged = Fact("~merge", "merged", later(30_000), {"incident": "i2", "facts": facts[cut:]})
    assert run(rulebook, [*facts[:cut], merged]) == run(rulebook, facts)


def _judges(each: Fact) -> bool:
    turn = each.kind == "moment" and each.data["name"] in {"worsening", "calmed", "closed", "reopened"}
    return turn or each.kind in {"graded", "flag", "anchor_moved", "extended", "suspended", "resumed"}


@settings(deadline=None)
@given(histories())
def test_no_order_is_due_reminded_or_escalated_out_of_turn(history: tuple[CompiledRulebook, list[Fact]]) -> None:
    rulebook, facts = history
    for order in run(rulebook, facts).orders.values():
        assert order.due_at is None or order.due_at >= order.anchor_at
        assert all(order.anchor_at < at for at in order.remind_at)
        assert order.due_at is None or all(at < order.due_at for at in order.remind_at)
        assert order.due_at is None or all(at >= order.due_at for at, _ in order.escalate)
        assert order.owner in rulebook.roles


@settings(max_examples=50, deadline=None)
@given(histories())
def test_facts_and_orders_survive_json(history: tuple[CompiledRulebook, list[Fact]]) -> None:
    rulebook, facts = history
    wrapped = [*facts[:2], Fact("~merge", "merged", later(9), {"incident": "i2", "facts": facts[2:]})]
    read = facts_from_json(facts_to_json(wrapped))
    outcome = run(rulebook, wrapped)
    assert run(rulebook, read) == outcome
    assert orders_from_json(orders_to_json(outcome.orders)) == outcome.orders
