"""A difference in Chinese for people, and as JSON."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.telling.chart import moment
from services.grading.rulebook.telling.plain_words import level_names
from services.grading.rulebook.trying.aspects import NAMES
from services.grading.rulebook.trying.difference import DeadlineChange, Difference, DutyChange, RuleChange

_CHANGES = {"added": "新增", "removed": "删去", "changed": "改动"}
_SUBJECTS = {
    "title": "名称", "issuer": "制定机关", "number": "文号", "in_force": "施行日期", "version": "版本",
    "level": "等级", "criterion": "定级标准", "routine": "经常工作", "chain": "审批程序", "channel": "发布渠道",
    "standing_rule": "提示性要求", "release": "发布审批", "closing": "平息与完结", "suspension": "时限中止", "time": "时间",
    "defaults": "默认提醒和上报", "joining": "合并", "stability": "等级稳定", "contradicting": "互斥标记",
    "roles": "岗位", "external_roles": "外部单位", "flags": "标记", "moments": "时点", "stands_on": "上位规定",
}  # fmt: skip


def difference_text(found: Difference) -> str:
    """Readable lines: duties first, then deadlines for the examples, then everything else."""
    old, new = found.old, found.new
    lines = [f"{_identity(old)} → {_identity(new)}"]
    if found.same:
        return "\n".join([*lines, "两者内容完全相同。"])
    for heading, items in (
        ("职责", [line for change in found.duties for line in _duty(change)]),
        ("届满时间的变化(假定各时点均为所举时间)", list(_deadlines(found))),
        ("其他规则", [line for rule in found.rules for line in _rule(rule)]),
    ):
        if items:
            lines += ["", f"【{heading}】", *items]
    return "\n".join(lines)


def difference_dict(found: Difference) -> dict[str, Any]:
    """JSON-ready; moments are ISO 8601 in each rulebook's zone, `minutes` how much later (negative: earlier)."""
    return {
        "old": _identity_dict(found.old),
        "new": _identity_dict(found.new),
        "same": found.same,
        "duties": [
            {
                "id": change.id,
                "name": change.name,
                "change": change.change,
                "sentence": change.sentence,
                "aspects": {key: {"old": was, "new": becomes} for key, (was, becomes) in change.aspects.items()},
            }
            for change in found.duties
        ],
        "deadlines": [
            {
                "duty": change.duty,
                "level": change.level,
                "flag": change.flag,
                "example": change.example,
                "old": change.old and change.old.isoformat(),
                "new": change.new and change.new.isoformat(),
                "minutes": _minutes(change),
            }
            for change in found.deadlines
        ],
        "rules": [
            {"subject": rule.subject, "change": rule.change, "old": rule.old, "new": rule.new} for rule in found.rules
        ],
    }


def _identity(book: CompiledRulebook) -> str:
    return f"{book.id} 版本 {book.version}({book.hash[:12]})"


def _identity_dict(book: CompiledRulebook) -> dict[str, str]:
    return {"id": book.id, "version": book.version, "hash": book.hash}


def _duty(change: DutyChange) -> Iterator[str]:
    if change.change != "changed":
        yield f"{_CHANGES[change.change]} {change.name}({change.id})"
        yield f"    {change.sentence}"
        return
    yield f"改动 {change.name}({change.id})"
    for key, (was, becomes) in change.aspects.items():
        yield f"    {NAMES[key]}:{was or '无'} → {becomes or '无'}"


def _rule(rule: RuleChange) -> Iterator[str]:
    kind, _, name = rule.subject.partition(" ")
    yield f"{_CHANGES[rule.change]} {_SUBJECTS.get(kind, kind)}{f' {name}' if name else ''}"
    if rule.old is not None:
        yield f"    原:{rule.old}"
    if rule.new is not None:
        yield f"    现:{rule.new}"


def _deadlines(found: Difference) -> Iterator[str]:
    """Levels of which the same is to be said stand together."""
    by_level: dict[tuple[str, str, str | None, str], list[str]] = {}
    for change in found.deadlines:
        line = f"    {change.example}起:{_shown(change.old)} → {_shown(change.new)}{_by(change)}"
        by_level.setdefault((change.duty, change.name, change.flag, change.level), []).append(line)
    together: dict[tuple[str, str, str | None, tuple[str, ...]], list[str]] = {}
    for (duty, name, flag, level), lines in by_level.items():
        together.setdefault((duty, name, flag, tuple(lines)), []).append(level)
    for (duty, name, flag, shown), levels in together.items():
        marked = f",“{found.new.flag_names.get(flag, flag)}”" if flag else ""
        yield f"{name}({duty}),{level_names(found.new.model, levels)}{marked}"
        yield from shown


def _shown(at: datetime | None) -> str:
    return "无届满时间" if at is None else moment(at)


def _minutes(change: DeadlineChange) -> int | None:
    if change.old is None or change.new is None:
        return None
    return int((change.new - change.old) / timedelta(minutes=1))


def _by(change: DeadlineChange) -> str:
    minutes = _minutes(change)
    if minutes is None:
        return ""
    days, rest = divmod(abs(minutes), 1440)
    hours, minute = divmod(rest, 60)
    parts = [f"{count}{unit}" for count, unit in ((days, "天"), (hours, "小时"), (minute, "分钟")) if count]
    return f",{'延长' if minutes > 0 else '缩短'}{''.join(parts)}"
