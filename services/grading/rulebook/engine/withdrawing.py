"""Why an order is withdrawn, in Chinese: whoever decided on the grade is named, with the reason given."""

from services.grading.rulebook.engine.compiled import CompiledDuty, CompiledRulebook
from services.grading.rulebook.engine.derive import ended
from services.grading.rulebook.engine.orders import Grade, Order
from services.grading.rulebook.engine.situation import Situation

_GIVEN = ";理由:"


def why_withdrawn(rulebook: CompiledRulebook, situation: Situation, grade: Grade, order: Order) -> str:
    """Why this order, issued before, is owed no longer. The words somebody typed come last: see `house_words`."""
    duty = rulebook.duty.get(order.duty)
    if duty is None:
        return "现行规则中已无此项"
    if duty.kind == "approve_grade":
        return "现有依据不再要求提高等级"
    if ended(duty, situation):
        return "舆情已平息" if situation.phase == "calmed" else "已办结"
    return _not_for_this_case(rulebook, situation, grade, duty)


def _not_for_this_case(rulebook: CompiledRulebook, situation: Situation, grade: Grade, duty: CompiledDuty) -> str:
    level = grade.level or rulebook.strictest.id
    if duty.yields_to and duty.applies(level, situation.raised, situation.happened):
        return "已由本规则的相应事项承担,时限从严"
    if grade.level is not None and duty.levels is not None and grade.level not in duty.levels:
        return _other_level(rulebook, situation, grade)
    if _met_beforehand(duty, situation):
        return "起算之前已经办理"
    return "适用条件已不具备"


def house_words(reason: str) -> str:
    """The same without the words somebody typed, which may hold personal data and stay at grading."""
    return reason.partition(_GIVEN)[0]


def _other_level(rulebook: CompiledRulebook, situation: Situation, grade: Grade) -> str:
    name = rulebook.level[str(grade.level)].name
    if grade.state != "approved":
        return f"拟定为{name},本项不适用"
    approvals = situation.approvals
    decision, changed = approvals[-1].data, len(approvals) > 1
    role = rulebook.roles.get(str(decision.get("role")))
    by = decision.get("by")
    who = f"{role.name}({by})" if role and by else role.name if role else by
    verb = f"由{rulebook.level[approvals[-2].data['level']].name}改定为" if changed else "定为"
    given = f"{_GIVEN}{decision['reason']}" if decision.get("reason") else ""
    return f"{who or '审定人'}{verb}{name},本项不适用{given}"


def _met_beforehand(duty: CompiledDuty, situation: Situation) -> bool:
    return duty.fulfilled_by is not None and duty.fulfilled_by in situation.moments
