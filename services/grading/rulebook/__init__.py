"""The engine: a regulation as data, facts in, orders out. Pure: no clock, no network, no database."""

from services.grading.rulebook.engine.advance import advance, approvers
from services.grading.rulebook.engine.codec import (
    fact_dict,
    facts_from_json,
    facts_to_json,
    order_dict,
    order_from_dict,
    orders_from_json,
    orders_to_json,
)
from services.grading.rulebook.engine.compile import canonical, compile_rulebook
from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.engine.course import forgettable
from services.grading.rulebook.engine.explain import ENGINE_VERSION, explain
from services.grading.rulebook.engine.facts import Fact, FactError
from services.grading.rulebook.engine.orders import Advance, Also, Grade, Order, Reason
from services.grading.rulebook.engine.routines import routine_orders
from services.grading.rulebook.engine.slices import answer_chain, slices
from services.grading.rulebook.engine.withdrawing import house_words
from services.grading.rulebook.layers.compose import (
    LayerError,
    canonical_of,
    compose,
    layers_above,
    load_canonical,
    stand_on,
)
from services.grading.rulebook.reading.check import check_holders
from services.grading.rulebook.reading.load import Linted, lint, load_rulebook, shipped, shipped_model
from services.grading.rulebook.telling.timeline import TimelineError, timeline
from services.grading.rulebook.written.findings import Finding, Problem, RulebookError, locate
from services.grading.rulebook.written.layer import Layer

__all__ = [
    "ENGINE_VERSION",
    "Advance",
    "Also",
    "CompiledRulebook",
    "Fact",
    "FactError",
    "Finding",
    "Grade",
    "Layer",
    "LayerError",
    "Linted",
    "Order",
    "Problem",
    "Reason",
    "RulebookError",
    "TimelineError",
    "advance",
    "answer_chain",
    "approvers",
    "canonical",
    "canonical_of",
    "check_holders",
    "compile_rulebook",
    "compose",
    "explain",
    "fact_dict",
    "facts_from_json",
    "facts_to_json",
    "forgettable",
    "house_words",
    "layers_above",
    "lint",
    "load_canonical",
    "load_rulebook",
    "locate",
    "order_dict",
    "order_from_dict",
    "orders_from_json",
    "orders_to_json",
    "routine_orders",
    "shipped",
    "shipped_model",
    "slices",
    "stand_on",
    "timeline",
]
