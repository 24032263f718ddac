"""A duty taken apart into what may change about it, each aspect in Chinese: for comparing two versions."""

from collections.abc import Mapping

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.telling.plain_duties import condition_words, extension_words, time_words, watch_words
from services.grading.rulebook.telling.plain_words import KIND_NAMES, cited, listed, mark, moment_name, role_name, roles
from services.grading.rulebook.written.duties import Duty


def aspects(book: CompiledRulebook, duty: Duty) -> Mapping[str, str]:
    """By the aspect's name, which is also its key in JSON; an empty text says that there is none."""
    model = book.model
    return {
        "name": duty.name,
        "kind": KIND_NAMES.get(duty.kind, duty.kind),
        "owner": listed([role_name(model, duty.owner) + mark(duty.owner_source), *_each(book, duty.jointly)]),
        "to": roles(model, duty.to) + (mark(duty.to_source) if duty.to else ""),
        "condition": condition_words(book, duty),
        "anchor": "或".join(moment_name(model, name) for name in duty.due.from_) + mark(duty.due.from_source),
        "time": time_words(book, duty),
        "repetition": _repetition(duty),
        "chain": model.approval_chains[duty.chain].name if duty.chain else "",
        "hand_in": listed(duty.hand_in),
        "completion": _completion(book, duty),
        "extension": extension_words(book, duty.extension) if duty.extension else "",
        "watch": "".join(watch_words(book, duty)),
        "words": cited(duty.clause, duty.phrase) or mark(duty.source),
    }


NAMES: Mapping[str, str] = {
    "name": "名称",
    "kind": "种类",
    "owner": "责任岗位",
    "to": "对象",
    "condition": "适用情形",
    "anchor": "起算时点",
    "time": "时限",
    "repetition": "重复",
    "chain": "审批程序",
    "hand_in": "提交内容",
    "completion": "完成的标志",
    "extension": "延期",
    "watch": "提醒和上报",
    "words": "依据",
}


def _each(book: CompiledRulebook, ids: list[str]) -> list[str]:
    return [role_name(book.model, role) for role in ids]


def _repetition(duty: Duty) -> str:
    parts = [word for given, word in ((duty.recurring, "逐次进行"), (duty.each, "每发生一次履行一次")) if given]
    if duty.until:
        parts.append("至舆情平息" if duty.until == "calmed" else "至处置完结")
    return listed(parts)


def _completion(book: CompiledRulebook, duty: Duty) -> str:
    named = [moment_name(book.model, name) for name in (duty.marks, duty.fulfilled_by) if name]
    only = listed(f"{name}为{value}" for name, value in duty.marks_if.items())
    return listed(dict.fromkeys(named)) + (f"({only}时)" if only else "")
