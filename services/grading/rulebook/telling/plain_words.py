"""The words a Chinese official would use: moments, times, conditions, lists. Marks what is not the text's."""

from collections.abc import Iterable, Mapping
from typing import Final

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.written.duties import Condition
from services.grading.rulebook.written.model import Rulebook
from services.grading.rulebook.written.vocabulary import HALF_OF_SHORTEST, ONE_PATROL_INTERVAL
from shared.calendar import BudgetError, parse_budget

OPERATOR: Final = "〔本单位设定〕"
"""Behind whatever the text does not say."""
ANY_LEVEL: Final = "各等级"

MOMENT_NAMES: Final[Mapping[str, str]] = {
    "event": "事件发生",
    "occurred": "舆情发生",
    "discovered": "发现舆情",
    "reported": "舆情上报",
    "oral_report": "口头报告",
    "graded": "等级审定",
    "claimed": "认领",
    "claim_overdue": "逾期未认领",
    "instruction": "收到领导批示",
    "approved": "应对措施获批准",
    "investigation_filed": "提交调查报告",
    "response_approved": "回应内容审定",
    "first_release": "首次发布",
    "replied": "作出答复",
    "resolved": "事项办结",
    "worsening": "舆情恶化",
    "calmed": "舆情平息",
    "closed": "处置完结",
    "reopened": "重新启动处置",
    "quarter_end": "季度结束",
    "proposed": "达到更高等级标准",
}
_WITHOUT_NUMBER: Final = {
    "in time": "及时",
    "quickly": "迅速",
    "as fits": "视情况",
    "as required": "按要求",
    "continuing": "持续",
    "until calm": "持续",
    "recurring": "随工作进展持续",
    "in real time": "实时",
    "first moment": "第一时间",
    "at the same time": "同时",
    "regularly": "定期",
    "daily": "每天",
    "each quarter": "每季度",
    "throughout": "全程",
    "beforehand": "事先",
}
KIND_NAMES: Final[Mapping[str, str]] = {
    "report": "报告", "claim": "认领", "designate": "指定", "investigate": "调查", "grade": "评估等级",
    "approve_grade": "审定等级", "approve": "审批", "respond": "回应", "notify": "通报", "meet": "会议", "track": "跟踪",
    "follow_up": "后续关注", "evaluate": "评估总结", "instruct": "批示", "decide": "决定", "launch": "启动", "contact": "联系",
    "draft": "拟稿", "request": "请示申请", "verify": "核实", "warn": "预警", "bulletin": "通报", "train": "培训",
    "browse": "浏览", "patrol": "巡查", "coordinate": "协调", "assign": "交办", "archive": "归档",
}  # fmt: skip
CLAUSE_NAMES: Final = {"last paragraph": "末段", "graded response": "分级响应"}
"""Clauses of texts without numbers, as rulebooks name them."""
_UNITS: Final = {
    "min": "分钟",
    "h": "小时",
    "day": "日",
    "working day": "个工作日",
    "half day": "个工作半日",
    "business hour": "个工作小时",
}
_BY_CLOCK: Final = ("min", "h", "business hour")


def moment_name(model: Rulebook, moment: str) -> str:
    """A moment as the rulebook, else the standard list, names it."""
    return model.moments.get(moment) or MOMENT_NAMES.get(moment, moment)


def budget(text: str) -> str:
    """A duration: '1 h' is 1小时, '5 working days' 5个工作日. Words without a number come back as their adverb."""
    if text == "same day":
        return "当日"
    if text == "at once":
        return "立即"
    if text in _WITHOUT_NUMBER:
        return _WITHOUT_NUMBER[text]
    amount, unit = _parts(text)
    return "半个工作日" if text == "1 half day" else f"{amount}{_UNITS.get(unit, unit)}"


def is_numbered(text: str) -> bool:
    """Whether it is a duration rather than words without a number."""
    try:
        parse_budget(text)
    except BudgetError:
        return False
    return True


def since(text: str) -> str:
    """How a time of this kind begins: hours from the moment (之时), days from its day (之日)."""
    return "之时起" if text in {"at once", "same day"} or _parts(text)[1] in _BY_CLOCK else "之日起"


def special_default(text: str) -> str:
    """An operator's default, the two worked-out ones included."""
    if text == HALF_OF_SHORTEST:
        return "依等级而定的最短时限的一半"
    return "一次巡查间隔" if text == ONE_PATROL_INTERVAL else within(text)


def within(text: str) -> str:
    """A time as the end of a sentence: 1小时内, 当日内, 立即."""
    shown = budget(text)
    return f"{shown}内" if is_numbered(text) and text != "at once" else shown


def _parts(text: str) -> tuple[str, str]:
    amount, _, unit = text.partition(" ")
    return amount, unit.removesuffix("s")


def listed(names: Iterable[str]) -> str:
    """甲、乙、丙."""
    return "、".join(names)


def roles(model: Rulebook, ids: Iterable[str]) -> str:
    """Posts by their names; the approver of a level is told by the level."""
    return listed(role_name(model, role) for role in ids)


def role_name(model: Rulebook, role: str) -> str:
    """One post; marked where the post is the operator's and not the text's."""
    known = model.roles.get(role)
    if known is None:
        return "该等级的审定人"
    return known.name + (OPERATOR if known.source == "operator" else "")


def level_names(model: Rulebook, levels: Iterable[str]) -> str:
    """Levels by name, in the rulebook's order."""
    wanted = set(levels)
    return listed(level.name for level in model.levels if level.id in wanted)


def condition(book: CompiledRulebook, when: Condition) -> str:
    """When something applies, without the closing 的 (舆情定为…、属于…); empty: always."""
    model, flags = book.model, book.flag_names
    parts = []
    if when.levels is not None and len(set(when.levels)) < len(model.levels):
        parts.append(f"定为{level_names(model, when.levels)}")
    if when.flags:
        parts.append(f"属于{_quoted(flags, when.flags, '且')}")
    if when.any_flags:
        parts.append(f"属于{_quoted(flags, when.any_flags, '或')}")
    if when.without_flags:
        parts.append(f"不属于{_quoted(flags, when.without_flags, '、')}")
    parts += [f"已{_happened(model, moment)}" for moment in when.after]
    parts += [f"尚未{_happened(model, moment)}" for moment in when.before]
    return ",".join(parts)


def conditions(book: CompiledRulebook, whens: Iterable[Condition]) -> str:
    """Any of several; empty when one of them always holds."""
    parts = [condition(book, when) for when in whens]
    return "" if "" in parts else "的,或者".join(parts)


def _quoted(flags: Mapping[str, str], names: Iterable[str], between: str) -> str:
    return between.join(f"“{flags.get(name, name)}”" for name in names)


def _happened(model: Rulebook, moment: str) -> str:
    return moment_name(model, moment).removeprefix("已")


def mark(source: str) -> str:
    """〔本单位设定〕 where it is the operator's, nothing where it is the text's."""
    return OPERATOR if source == "operator" else ""


def cited(clause: str | None, phrase: str | None) -> str:
    """(Art. 8:“…”), with what there is of it."""
    if not clause and not phrase:
        return ""
    words = f"“{phrase}”" if phrase else ""
    place = CLAUSE_NAMES.get(clause or "", clause or "")
    return f"({':'.join(part for part in (place, words) if part)})"
