"""How a rulebook is matched to its layers, what it then is, and which files can stand on which."""

import pytest

from services.grading.rulebook import (
    Layer,
    LayerError,
    RulebookError,
    canonical,
    canonical_of,
    compose,
    load_canonical,
    load_rulebook,
    orders_from_json,
    orders_to_json,
    shipped,
    shipped_model,
    slices,
)
from services.grading.rulebook.layers.compose import layers_above, stand_on
from services.grading.rulebook.written.model import Rulebook
from tests.unit.rulebook.cases import (
    ANHUI,
    XUANCHENG,
    YICHUN,
    flag,
    graded,
    later,
    run,
)
from tests.unit.rulebook.layer_cases import ABOVE, BEGUN, BOOKS, COUNCIL, HOUR, A, X, Y, mapped, own


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
