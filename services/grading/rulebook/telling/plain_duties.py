"""One duty in plain Chinese: who owes what to whom, from when, within what, and all that hangs on it."""

import re
from collections.abc import Iterator
from typing import Final

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.telling.plain_words import (
    KIND_NAMES,
    OPERATOR,
    budget,
    cited,
    condition,
    conditions,
    is_numbered,
    level_names,
    listed,
    mark,
    moment_name,
    role_name,
    roles,
    since,
    special_default,
    within,
)
from services.grading.rulebook.telling.statements import Statement, cites
from services.grading.rulebook.written.duties import Condition, Duty, EscalationStep, Extension
from services.grading.rulebook.written.vocabulary import WITHOUT_NUMBER

# How the receiver is said: before the deed (向…报告) or after it (形成报告,报送…).
_BEFORE: Final = {
    "report": "向", "notify": "向", "request": "向", "warn": "向", "bulletin": "向", "instruct": "向", "assign": "向",
    "respond": "面向", "contact": "向",
}  # fmt: skip
_AFTER: Final = {
    "designate": "对象为", "claim": "对象为", "meet": "参加单位为", "coordinate": "涉及", "launch": "并通知",
    "decide": "并告知", "train": "对象为", "approve": "报", "approve_grade": "报",
}  # fmt: skip
_AROUND: Final = {"same day": "当日", "at the same time": "的同时", "beforehand": "之前"}
_CASE: Final = re.compile(r"的[,,当]|之日|[后时],?")
"""A name that begins with a case of its own: nothing can be put before it."""
_KEEPERS: Final = {"publishing": "发布环节", "tasks": "任务环节"}
_UNTIL: Final = {"calmed": "直至舆情平息", "closed": "直至处置完结"}


def duty_statement(book: CompiledRulebook, duty: Duty) -> Statement:
    """The duty as a sentence and its notes."""
    return Statement(
        f"duty {duty.id}",
        duty.clause,
        _sentence(book, duty) + cited(duty.clause, duty.phrase) + mark(duty.source),
        tuple(_notes(book, duty)),
        cites(
            (duty.clause, duty.phrase),
            *((variant.clause, variant.phrase) for variant in duty.due.variants),
            *([(duty.extension.clause, duty.extension.phrase)] if duty.extension else []),
        ),
    )


def _sentence(book: CompiledRulebook, duty: Duty) -> str:
    model = book.model
    owner = role_name(model, duty.owner) + mark(duty.owner_source)
    if duty.jointly:
        owner += f"会同{roles(model, duty.jointly)}"
    shall = "可以" if duty.optional and duty.kind == "request" else "应当"
    return f"{_case(book, duty)}{owner}{shall}{_time(book, duty)}{_deed(book, duty)}{_open(duty)}。"


def _case(book: CompiledRulebook, duty: Duty) -> str:
    model, case = book.model, ""
    if when := conditions(book, [_beyond_anchor(duty, each) for each in duty.when]):
        case = f"舆情{when}的{mark(duty.when_source)},"
    elif duty.when_source == "operator":
        case = f"对所有舆情{OPERATOR},"
    if duty.found_by:
        case += f"由{roles(model, duty.found_by)}发现的,"
    if duty.each:
        case += f"每次{moment_name(model, duty.due.from_[0])},"
    return case


def _beyond_anchor(duty: Duty, when: Condition) -> Condition:
    """Without the moment that the time runs from anyway."""
    after = [moment for moment in when.after if moment not in duty.due.from_]
    return when.model_copy(update={"after": after})


def _time(book: CompiledRulebook, duty: Duty) -> str:
    due = duty.due
    start = "或者".join(moment_name(book.model, moment).removeprefix("已") for moment in due.from_)
    tail = ("(以先到者为准)" if len(due.from_) > 1 else "") + mark(due.from_source)
    text = due.within
    if due.by_level:
        begins = {since(each) for each in due.by_level.values()}
        return f"自{start}{begins.pop() if len(begins) == 1 else '起'}{tail}按等级规定的时限"
    if text in _AROUND:
        return f"在{start}{tail}{_AROUND[text]}"
    if is_numbered(text) and text != "at once":
        return f"自{start}{since(text)}{tail}{within(text)}"
    if text in {"continuing", "until calm", "recurring"}:
        return f"自{start}起{tail}{_adverb(duty)}"
    return f"在{start}后{tail}{_adverb(duty)}"


def _adverb(duty: Duty) -> str:
    """及时, 持续, …, unless the duty's name says it already."""
    if duty.due.within == "silent":
        return ""
    how = budget(duty.due.within)
    if how.endswith("持续") and "持续" in duty.name:
        return "" if "进展" in duty.name else how.removesuffix("持续")
    return "" if how[:2] in duty.name else how


def _deed(book: CompiledRulebook, duty: Duty) -> str:
    """The name of the duty with its receivers, unless the name says them already."""
    model, name = book.model, _bare_name(book, duty)
    to = roles(model, duty.to) + (mark(duty.to_source) if duty.to else "")
    until = _until(duty)
    if not duty.to:
        said = f"{name}{mark(duty.to_source) and f'(接收者{OPERATOR})'}"
    elif duty.to_source == "regulation" and all(model.roles[role].name in name for role in duty.to):
        said = name
    elif _names_receiver(book, duty):
        said = f"{name}(对象:{to})"
    elif duty.kind == "respond" and _CASE.search(name):
        said = f"{name}(面向{to})"
    elif duty.kind in _BEFORE:
        said = f"{_BEFORE[duty.kind]}{to}{name}"
    else:
        said = f"{name},{_AFTER.get(duty.kind, '报送')}{to}"
    return said + (f",{until}" if until and until[2:] not in name else "")


def _bare_name(book: CompiledRulebook, duty: Duty) -> str:
    """The name as a deed: without its owner before it, and without an adverb that the time says."""
    name = duty.name.removeprefix("第一时间") if duty.due.within == "at once" else duty.name
    owner = role_name(book.model, duty.owner)
    for length in range(len(name) - 2, 1, -1):
        if owner.endswith(name[:length]):
            return name[length:]
    return f"将{name}" if duty.kind == "approve" and "报" in name[1:] else name


def _names_receiver(book: CompiledRulebook, duty: Duty) -> bool:
    """Whether the duty's own name already speaks of who receives it."""
    parts = [part for role in duty.to for part in re.split(r"[((、)\s]", book.model.roles[role].name)]
    return re.search(r"向.*(报|说明|汇|反馈|请示|申请)|并(上报|汇报|报告)", duty.name) is not None or any(
        len(part) >= 2 and part[-4:] in duty.name for part in parts
    )


def _until(duty: Duty) -> str:
    if duty.until:
        return _UNTIL[duty.until]
    return _UNTIL["calmed"] if duty.recurring or duty.due.within in {"continuing", "until calm"} else ""


def _open(duty: Duty) -> str:
    """What the text leaves open about the time, and what the operator put there."""
    due = duty.due
    if due.within not in WITHOUT_NUMBER or due.by_level:
        return ""
    said = "原文未规定时限" if due.within == "silent" else f"原文未规定具体时限,只要求{budget(due.within)}"
    if due.default is not None:
        said += f";{OPERATOR}时限为{special_default(due.default)}"
    if due.target is not None:
        said += f";目标{within(due.target)}{mark(due.target_source)},目标不是时限,超过不作逾期"
    return f"({said})"


def condition_words(book: CompiledRulebook, duty: Duty) -> str:
    """In which case the duty is owed, on its own; empty: always."""
    case = conditions(book, duty.when)
    parts = [f"舆情{case}的{mark(duty.when_source)}"] if case else []
    if duty.found_by:
        parts.append(f"由{roles(book.model, duty.found_by)}发现的")
    return ",".join(parts) + ("(仅在情形出现时)" if duty.optional else "")


def time_words(book: CompiledRulebook, duty: Duty) -> str:
    """Within what, on its own, with what levels and flags make of it."""
    text = duty.due.within
    base = _open(duty) or ("" if duty.due.by_level and not is_numbered(text) else within(text))
    return "".join(
        [f"{base};" if base and (duty.due.by_level or duty.due.variants) else base, *_other_times(book, duty)]
    )


def _notes(book: CompiledRulebook, duty: Duty) -> Iterator[str]:
    yield from _other_times(book, duty)
    yield from _condition_notes(book, duty)
    yield from _results(book, duty)
    if duty.extension:
        yield extension_words(book, duty.extension)
    yield from watch_words(book, duty)
    if duty.desk:
        yield f"计时由{_KEEPERS[duty.desk]}掌握{OPERATOR}。"
    if duty.bounds:
        yield f"作为上位规定,对本地同类职责({listed(KIND_NAMES.get(kind, kind) for kind in duty.bounds)})的时限设定上限,取其严。"


def _other_times(book: CompiledRulebook, duty: Duty) -> Iterator[str]:
    due = duty.due
    if due.by_level:
        times = [f"{level_names(book.model, [level])}{within(text)}" for level, text in due.by_level.items()]
        yield f"按等级的时限:{';'.join(times)}。"
    if due.by_level and is_numbered(due.within):
        yield f"其他等级{within(due.within)}。"
    for variant in due.variants:
        yield (
            f"舆情{condition(book, variant.when)}的,时限为{within(variant.within)}"
            f"{mark(variant.source)}。{cited(variant.clause, variant.phrase)}"
        )


def _condition_notes(book: CompiledRulebook, duty: Duty) -> Iterator[str]:
    if duty.optional:
        yield "本项仅在上述情形出现时履行。"
    if duty.recurring:
        yield "一次完成后,下一次随即开始。"
    if duty.each:
        yield "每一次单独计算。"


def _results(book: CompiledRulebook, duty: Duty) -> Iterator[str]:
    if duty.hand_in:
        yield f"应当提交:{listed(duty.hand_in)}。"
    if duty.marks:
        only = ",".join(f"“{name}”为“{value}”" for name, value in duty.marks_if.items())
        yield f"{f'{only}的,' if only else ''}完成的时间记为“{moment_name(book.model, duty.marks)}”时间。"
    if duty.fulfilled_by and duty.fulfilled_by != duty.marks:
        yield f"“{moment_name(book.model, duty.fulfilled_by)}”后,本项即视为完成。"
    elif duty.fulfilled_by:
        yield "以其他方式达到的,本项同样视为完成。"
    if duty.chain:
        yield f"须经审批:{book.model.approval_chains[duty.chain].name}。"


def extension_words(book: CompiledRulebook, rule: Extension) -> str:
    """Until when, and of whom, more time may be asked for."""
    start = f"自{moment_name(book.model, rule.from_)}{since(rule.request_within)}{mark(rule.from_source)}"
    return (
        f"需要延长时限的,应当{start}{within(rule.request_within)}向{role_name(book.model, rule.to)}提出申请"
        f"{mark(rule.source)}。{cited(rule.clause, rule.phrase)}"
    )


def watch_words(book: CompiledRulebook, duty: Duty) -> Iterator[str]:
    """The operator's own: reminders, warning, to whom it goes up."""
    if duty.reminders:
        yield f"提醒{OPERATOR}:{listed(reminder(text) for text in duty.reminders)}。"
    elif duty.reminders is not None:
        yield f"不作提醒{OPERATOR}。"
    if duty.warn:
        start = moment_name(book.model, duty.warn.from_)
        yield f"另自{start}起满{budget(duty.warn.within)}时提醒{OPERATOR}。"
    if duty.escalate:
        yield f"逾期上报{OPERATOR}:{listed(escalation(book, step) for step in duty.escalate)}。"
    elif duty.escalate is not None:
        yield f"逾期不上报{OPERATOR}。"


def reminder(text: str) -> str:
    """When to remind: 时限过1/2时, 到期前15分钟."""
    if text.endswith(" before"):
        return f"到期前{budget(text.removesuffix(' before'))}"
    return "时限过半时" if text == "1/2" else f"时限过{text}时"


def escalation(book: CompiledRulebook, step: EscalationStep) -> str:
    """Whom it goes up to: 一逾期即报市信息办, 逾期满1个工作日报…."""
    who = role_name(book.model, step.to)
    return f"一经逾期即报{who}" if step.after == "at once" else f"逾期满{budget(step.after)}报{who}"
