"""A backtest in Chinese for people, and as JSON."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.engine.lateness import late_from
from services.grading.rulebook.telling.chart import moment
from services.grading.rulebook.trying.backtest import Compared, Difference, Totals
from services.grading.rulebook.trying.replay import Replayed

_COMPARED: dict[Compared, str] = {
    "same": "相同",
    "higher": "升高",
    "lower": "降低",
    "undecided": "未定",
    "incomparable": "等级体系不同",
}


def totals_text(draft: CompiledRulebook, totals: Totals, now: datetime) -> str:
    """The sums, then the duties whose figures differ."""
    lines = [
        f"草案 {draft.id} 版本 {draft.version}({draft.hash[:12]}),截至 {moment(draft.hours.local(now))}",
        f"舆情 {totals.incidents} 件,其中结果不同的 {totals.different} 件",
        f"等级(已审定的保持不变):{_counts(totals.grade)}",
        f"按标准建议的等级:{_counts(totals.proposal)}",
        f"职责:增加 {totals.duties_more} 项,减少 {totals.duties_fewer} 项",
        f"逾期:原为 {totals.missed_before} 项,草案下为 {totals.missed_after} 项",
    ]
    if totals.missed_unasked:
        lines.append(f"  其中 {totals.missed_unasked} 项为草案新增的职责,当时无人被要求履行")
    if totals.regraded:
        lines.append(f"  {totals.regraded} 件原审定的等级在草案中不存在,按草案标准建议的等级计算")
    if totals.other_version:
        lines.append(f"  {totals.other_version} 件当时适用的规则版本与对照的版本不同;用 --against 指定当时的版本")
    names = {duty.id: duty.name for duty in draft.duty.values()}
    changed = [f"  {names.get(duty, duty)}({duty}):{line}" for duty, line in _by_duty(totals)]
    return "\n".join([*lines, *(["", "各项职责(原 → 草案):", *changed] if changed else [])])


def _counts(counts: Any) -> str:
    return ",".join(f"{name} {counts[kind]}" for kind, name in _COMPARED.items() if counts[kind]) or "无"


def _by_duty(totals: Totals) -> Iterator[tuple[str, str]]:
    for duty, count in totals.duties.items():
        owed = count["owed_before"], count["owed_after"]
        missed = count["missed_before"], count["missed_after"]
        if owed[0] != owed[1] or missed[0] != missed[1]:
            yield duty, f"应履行 {owed[0]} → {owed[1]},逾期 {missed[0]} → {missed[1]}"


def difference_lines(draft: CompiledRulebook, found: Difference) -> list[str]:
    """One incident: its grade, what is owed more or less, what is missed more or less and why."""
    lines = [f"舆情 {found.id}"]
    if found.before.proposal != found.after.proposal:
        was, becomes = _level(found.old, found.before.proposal), _level(draft, found.after.proposal)
        lines.append(f"    建议等级:{was} → {becomes}")
    if found.before.level != found.after.level:
        lines.append(f"    等级:{_level(found.old, found.before.level)} → {_level(draft, found.after.level)}")
    if found.after.regraded:
        lines.append(f"    原审定的等级“{'、'.join(found.after.regraded)}”在草案中不存在,按建议等级计算")
    for said, keys, replayed in (
        ("增加", found.more, found.after),
        ("减少", found.fewer, found.before),
    ):
        lines += [f"    {said}:{replayed.orders[key].name}({key})" for key in keys]
    lines += [_missed("草案下逾期", draft, found.after, key) for key in found.newly_missed]
    lines += [_missed("不再逾期", found.old, found.before, key) for key in found.no_longer_missed]
    return lines


def _level(book: CompiledRulebook, level: str | None) -> str:
    return "未定" if level is None else book.level[level].name if level in book.level else level


def _missed(said: str, book: CompiledRulebook, replayed: Replayed, key: str) -> str:
    order, done = replayed.orders[key], replayed.done.get(key)
    limit = late_from(order)
    due = moment(book.hours.local(limit)) if limit else ""
    ended = f"{moment(book.hours.local(done))}完成" if done else "未完成"
    return f"    {said}:{order.name}({key}),{due}届满,{ended}"


def difference_dict(draft: CompiledRulebook, found: Difference) -> dict[str, Any]:
    """JSON-ready; moments are ISO 8601, UTC."""
    return {
        "id": found.id,
        "rulebook": {"id": found.old.id, "hash": found.old.hash},
        "grade": {"before": found.before.level, "after": found.after.level, "compared": found.grade},
        "proposal": {"before": found.before.proposal, "after": found.after.proposal, "compared": found.proposal},
        "unknown_levels": list(found.after.regraded),
        "more": list(found.more),
        "fewer": list(found.fewer),
        "missed": list(_missed_dicts(found.after, found.newly_missed)),
        "no_longer_missed": list(_missed_dicts(found.before, found.no_longer_missed)),
    }


def _missed_dicts(replayed: Replayed, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
    for key in keys:
        limit, done = late_from(replayed.orders[key]), replayed.done.get(key)
        yield {"key": key, "due": limit and limit.isoformat(), "done": done and done.isoformat()}
