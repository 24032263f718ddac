"""A rulebook under its layers: the strictest time stands, both clauses are named, and what only a layer demands is owed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import pytest

from services.grading.rulebook import (
    CompiledRulebook,
    Fact,
    Layer,
    LayerError,
    RulebookError,
    canonical,
    canonical_of,
    compose,
    explain,
    load_canonical,
    load_rulebook,
    orders_from_json,
    orders_to_json,
    shipped,
    shipped_model,
    slices,
)
from services.grading.rulebook.layers import layers_above, stand_on
from services.grading.rulebook.model import Rulebook
from tests.unit.rulebook.cases import (
    ANHUI,
    CALENDAR,
    XUANCHENG,
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

COUNCIL = "state-council-2016"
ABOVE = Layer(shipped_model(COUNCIL))
BOOKS = {book.id: (book, compose(book.model, [ABOVE])) for book in (ANHUI, XUANCHENG, YICHUN)}
A, X, Y = ANHUI.id, XUANCHENG.id, YICHUN.id
HOUR = 60
BEGUN = [moment("occurred", 0), moment("discovered", 30, role="office")]
FILED = moment("investigation_filed", 24 * HOUR)


def own(duty: str) -> str:
    return f"{COUNCIL}:{duty}"


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


# Matching


def mapped(**names: Mapping[str, Any]) -> Layer:
    return Layer(ABOVE.model, **names)


@pytest.mark.parametrize(
    ("layer", "level", "owed"),
    [
        (ABOVE, "sensitive", "respond"),
        (ABOVE, "major", "authoritative_information"),
        (mapped(levels={"major": ["extra_major"]}), "major", None),
        (mapped(levels={"major": ["sensitive"]}), "sensitive", "authoritative_information"),
        (mapped(levels={"general": ["general"]}), "general", "respond"),
    ],
)
def test_levels_are_matched_by_the_word_or_as_named(layer: Layer, level: str, owed: str | None) -> None:
    orders = run(compose(YICHUN.model, [layer]), [*BEGUN, graded(level)]).orders
    answers = {key for key in orders if key in {own("respond"), own("authoritative_information")}}
    assert answers == (set() if owed is None else {own(owed)})


@pytest.mark.parametrize(
    ("book", "layer", "owner"),
    [
        (X, ABOVE, "department"),  # who replies
        (Y, ABOVE, "news_section"),
        (X, mapped(roles={"responsible_body": "information_office"}), "information_office"),
    ],
)
def test_roles_are_matched_by_who_answers_or_as_named(book: str, layer: Layer, owner: str) -> None:
    composed = compose(BOOKS[book][0].model, [layer])
    level = composed.levels[0].id
    order = run(composed, [*BEGUN, graded(level)]).orders[own("respond")]
    assert (order.owner, order.owner_name) == (owner, composed.roles[owner].name)
    assert order.to == ("public",)


def test_a_role_of_the_same_id_is_the_same_and_one_outside_comes_along() -> None:
    book = BOOKS[A][1]
    assert run(book, [*BEGUN, graded("I")]).orders[own("attend_press_conference")].owner == "spokesperson"
    order = run(book, [*BEGUN, flag("several_places")]).orders[own("first_responsibility")]
    assert order.to == ("authority_above",)
    assert book.roles["authority_above"].external
    assert "head_of_body" not in book.roles


def test_slices_levels_and_release_rules_are_the_local_ones_with_the_roles_that_came_along() -> None:
    alone, under = (slices(book) for book in BOOKS[Y])
    further = under["publishing"]["roles"].keys() - alone["publishing"]["roles"].keys()
    assert further == {"authority_above"}
    assert under["publishing"]["chains"] == alone["publishing"]["chains"]
    assert under["publishing"]["rules"] == alone["publishing"]["rules"]
    assert under["intake"] == alone["intake"]
    assert [level.id for level in BOOKS[Y][1].levels] == [level.id for level in YICHUN.levels]
    assert {"major_emergency", "several_places"} <= BOOKS[Y][1].flag_names.keys()


# Identity


@pytest.mark.parametrize("name", BOOKS)
def test_a_composed_rulebook_has_a_hash_of_its_own_and_survives_being_kept(name: str) -> None:
    alone, under = BOOKS[name]
    assert under.hash != alone.hash
    assert compose(alone.model, []).hash == alone.hash
    assert canonical_of(alone) == canonical(alone.model)
    kept = load_canonical(canonical_of(under))
    assert (kept.hash, kept.id, kept.version) == (under.hash, alone.id, alone.version)
    assert run(kept, [*BEGUN, graded(alone.strictest.id)]) == run(under, [*BEGUN, graded(alone.strictest.id)])
    assert stand_on(under, [COUNCIL], shipped_model).hash == under.hash


def test_the_mapping_is_part_of_the_hash_and_the_order_of_layers_is_not() -> None:
    further = Layer(ABOVE.model.model_copy(update={"id": "another"}))
    assert compose(XUANCHENG.model, [ABOVE, further]).hash == compose(XUANCHENG.model, [further, ABOVE]).hash
    named = compose(XUANCHENG.model, [mapped(roles={"responsible_body": "department"})])
    assert named.hash != BOOKS[X][1].hash


def test_of_several_layers_the_strictest_decides_and_all_are_named() -> None:
    duties = [d.model_copy(update={"due": d.due.model_copy(update={"within": "3 h"})}) for d in ABOVE.model.duties]
    strict = Layer(ABOVE.model.model_copy(update={"id": "province", "title": "省级规定", "duties": duties}))
    order = run(compose(ANHUI.model, [ABOVE, strict]), [*BEGUN, graded("I")]).orders["first_release"]
    assert order.due_at == later(3 * HOUR)
    assert {each.rulebook: each.decides for each in order.also} == {COUNCIL: False, "province": True}


def test_orders_under_layers_survive_json() -> None:
    orders = run(BOOKS[A][1], [*BEGUN, graded("I")]).orders
    assert orders_from_json(orders_to_json(orders)) == orders


# Files that stand on layers

XUANCHENG_TEXT = shipped()[X].read_text(encoding="utf-8")
LINE = XUANCHENG_TEXT.count("\n") + 1


def test_a_file_that_stands_on_a_layer_is_composed_when_it_is_loaded() -> None:
    short = load_rulebook(f"{XUANCHENG_TEXT}stands_on: [{COUNCIL}]\n")
    long = load_rulebook(f"{XUANCHENG_TEXT}stands_on:\n  - rulebook: {COUNCIL}\n")
    assert short.hash == long.hash != BOOKS[X][1].hash  # its own text says so, which Xuancheng's doesn't
    assert own("respond") in short.duty
    assert load_rulebook(X, [COUNCIL]).hash == BOOKS[X][1].hash
    assert stand_on(short, [COUNCIL], shipped_model).hash == short.hash


@pytest.mark.parametrize(
    ("lines", "line", "told"),
    [
        (["stands_on: [no-such]"], 0, "stands_on.0.rulebook: unknown layer 'no-such': shipped: "),
        (["stands_on: [xuancheng-2015]"], 0, "a rulebook can't stand on itself: xuancheng-2015 → xuancheng-2015"),
        (["stands_on:", f"  - {COUNCIL}", f"  - {COUNCIL}"], 2, "is named twice"),
        (
            ["stands_on:", f"  - rulebook: {COUNCIL}", "    roles: {responsible_body: nobody}"],
            2,
            "stands_on.0.roles.responsible_body: unknown role 'nobody'; known: city_leaders, ",
        ),
        (
            ["stands_on:", f"  - rulebook: {COUNCIL}", "    roles: {responsible_bodies: department}"],
            2,
            "unknown role of state-council-2016 'responsible_bodies'",
        ),
        (
            ["stands_on:", f"  - rulebook: {COUNCIL}", "    levels:", "      major: [grave]"],
            3,
            "unknown level 'grave'; known: general, major_sensitive",
        ),
        (
            ["stands_on:", f"  - rulebook: {COUNCIL}", "    levels: {major: [general], general: [general]}"],
            2,
            "the level 'general' stands for 'major' already",
        ),
    ],
)
def test_what_cannot_stand_is_refused_with_its_line(lines: list[str], line: int, told: str) -> None:
    with pytest.raises(RulebookError) as caught:
        load_rulebook(XUANCHENG_TEXT + "\n".join(lines) + "\n")
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(f"<text>:{LINE + line}: ")
    assert told in caught.value.problems[0]


def standing(name: str, *on: str) -> Rulebook:
    model = ABOVE.model.model_copy(update={"id": name})
    return Rulebook.model_validate(model.model_dump(by_alias=True) | {"stands_on": list(on)})


def test_a_circle_of_layers_is_refused_and_a_chain_is_gathered() -> None:
    books = {name: standing(name, on) for name, on in (("a", "b"), ("b", "c"), ("c", "a"))} | {"d": standing("d", "e")}
    with pytest.raises(LayerError, match="a → b → c → a"):
        layers_above(books["a"], books.__getitem__)
    with pytest.raises(LayerError, match="unknown layer 'e'"):
        layers_above(books["d"], books.__getitem__)
    books["c"] = standing("c")
    assert [layer.model.id for layer in layers_above(books["a"], books.__getitem__)] == ["b", "c"]
    with pytest.raises(LayerError, match="twice, nor on itself"):
        compose(XUANCHENG.model, [ABOVE, ABOVE])


def test_a_layer_of_a_layer_is_matched_through_the_names_between() -> None:
    between = Rulebook.model_validate(
        standing("between").model_dump(by_alias=True)
        | {"stands_on": [{"rulebook": COUNCIL, "roles": {"spokesperson": "head_of_body"}, "levels": {"major": ["general"]}}]}
    )  # fmt: skip
    local = XUANCHENG.model.model_dump(by_alias=True) | {
        "stands_on": [
            {"rulebook": "between", "roles": {"head_of_body": "police"}, "levels": {"general": ["major_sensitive"]}}
        ]
    }
    books = {"between": between, COUNCIL: ABOVE.model}
    layers = layers_above(Rulebook.model_validate(local), books.__getitem__)
    assert [(layer.model.id, dict(layer.roles), dict(layer.levels)) for layer in layers] == [
        ("between", {"head_of_body": "police"}, {"general": ["major_sensitive"]}),
        (COUNCIL, {"spokesperson": "police"}, {"major": ["major_sensitive"]}),
    ]


def edited(book: CompiledRulebook, duty: str, *, levels: list[str] | None = None, **due: Any) -> Rulebook:
    """The model with one duty's levels or due changed; `within` None: silent."""
    raw = book.model.model_dump(by_alias=True)
    (found,) = (each for each in raw["duties"] if each["id"] == duty)
    if levels is not None:
        found["when"] = [{"levels": levels}]
    found["due"] |= {name: "silent" if value is None else value for name, value in due.items()}
    found["reminders"] = None
    return Rulebook.model_validate(raw)


POOL = (
    graded("{low}", 20), graded("{high}", 700), flag("major_emergency", 60), flag("major_emergency", 900, on=False),
    flag("several_places", 40), moment("investigation_filed", 600), moment("first_release", 800), moment("replied", 801),
    done(own("respond"), 500), done(own("continued_release") + "#1", 1200), moment("calmed", 2000), moment("closed", 3000),
    fact("x", "extended", 610, order="reply", within="5 working days", by="u1", reason="延期"),
    fact("a", "anchor_moved", -300, moment="occurred", by="u1", reason="更早首发"),
)  # fmt: skip


@pytest.mark.parametrize("name", BOOKS)
def test_the_order_of_facts_cannot_matter_under_layers(name: str) -> None:
    book, random = BOOKS[name][1], Random(20161110)
    level = {"{low}": book.levels[0].id, "{high}": book.strictest.id}
    pool = [
        Fact(f.id, f.kind, f.at, {**f.data, "level": level[f.data["level"]]}) if f.kind == "graded" else f for f in POOL
    ]
    for _ in range(60):
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
