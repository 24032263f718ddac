"""The engine: orders = diff(derive(rulebook, calendar, facts), issued). Pure; the order of facts can't matter."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from services.grading.rulebook.engine.approvals import decisions
from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.engine.derive import derive
from services.grading.rulebook.engine.facts import Fact
from services.grading.rulebook.engine.grade import propose
from services.grading.rulebook.engine.orders import Advance, Grade, Order, Reason
from services.grading.rulebook.engine.situation import Situation, fold
from services.grading.rulebook.engine.withdrawing import why_withdrawn
from shared.calendar import Calendar


def advance(
    rulebook: CompiledRulebook, calendar: Calendar, facts: Iterable[Fact], issued: Mapping[str, Order]
) -> Advance:
    """What all facts known demand, against what had been issued. Raises FactError for a fact that can't be read."""
    situation = fold(facts, rulebook.marks, rulebook.ranks)
    grade = _grade(rulebook, situation)
    level = grade.level or rulebook.strictest.id
    orders, done = derive(rulebook, calendar, situation, level)
    for decision in decisions(rulebook, calendar, situation, grade.proposal, issued):
        orders[decision.order.key] = decision.order
        if decision.taken is not None:
            done[decision.order.key] = decision.taken
    _keep_done(orders, done, situation.done, issued)
    return Advance(
        grade=grade,
        phase=situation.phase,
        issue=[order for key, order in orders.items() if key not in issued],
        change=[order for key, order in orders.items() if key in issued and issued[key] != order],
        withdraw=[(key, why_withdrawn(rulebook, situation, grade, issued[key])) for key in issued if key not in orders],
        orders=orders,
        done=done,
        flags=situation.raised,
    )


def approvers(rulebook: CompiledRulebook, level: str) -> tuple[str, ...]:
    """The roles any of which may approve this level. Raises KeyError for a level the rulebook doesn't know."""
    return rulebook.level[level].approver


def _grade(rulebook: CompiledRulebook, situation: Situation) -> Grade:
    proposal, reasons = propose(rulebook, situation)
    approver = approvers(rulebook, proposal or rulebook.strictest.id)
    if situation.unplaced:
        top = rulebook.strictest.id
        return Grade(top, "proposed", (_unplaced(situation, top), *reasons), approvers(rulebook, top), proposal)
    if situation.approvals:
        return Grade(situation.approvals[-1].data["level"], "approved", reasons, approver, proposal)
    return Grade(proposal, "proposed" if proposal else "none", reasons, approver, proposal)


def _unplaced(situation: Situation, level: str) -> Reason:
    evidence = (f"原定等级 {situation.decisions[-1].data['level']}",)
    return Reason(
        "unknown_level", level, "", "原定等级在现行规则中不存在,重新定级前按最高等级办理", evidence, "operator"
    )


def _keep_done(
    orders: dict[str, Order], done: dict[str, datetime], finished: Mapping[str, datetime], issued: Mapping[str, Order]
) -> None:
    """What was done and isn't demanded now (another rulebook, a grade since decided) stays as it was issued."""
    for key, at in finished.items():
        if key not in orders and key in issued:
            orders[key] = issued[key]
        if key in orders:
            done.setdefault(key, at)
