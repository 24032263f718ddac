"""A timetable as a chart: a bar a duty from its anchor to its due moment, over days that are worked or not."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.engine.situation import Situation, assume
from services.grading.rulebook.telling.plain_words import budget, is_numbered, level_names, listed, moment_name, since
from shared.calendar import Calendar

_SHORTEST = timedelta(hours=1)
_LONGEST_BY_DAY = timedelta(days=400)
"""Beyond, single days are too thin to be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A duty with a due moment. Moments are in the chart's zone; `above`: the rule of a layer that makes it due so early."""

    id: str
    name: str
    clause: str
    owner: str
    publishing: bool
    start: datetime
    due: datetime
    within: str
    since: str
    provisional: bool
    operator: bool
    above: str = ""

    def spoken(self) -> str:
        """All of it in one line."""
        marks = ("〔本单位设定〕" if self.operator else "") + ("(节假日安排未公布,暂定)" if self.provisional else "")
        return (
            f"{self.name}({self.clause or '本单位设定'}):{self.owner},自{self.since}({moment(self.start)})起"
            f"{self.within},{moment(self.due)}届满{f'(从严:{self.above})' if self.above else ''}{marks}"
        )


@dataclass(frozen=True, slots=True)
class OffDays:
    """Days in a row that aren't worked, with their reasons; `worked`: weekend days that are made up for."""

    first: date
    last: date
    reasons: tuple[str, ...]
    worked: bool

    @property
    def name(self) -> str:
        """春节 rather than 春节调休 or 星期日; of plain weekends 周末."""
        feasts = [reason for reason in self.reasons if "星期" not in reason]
        plain = [reason for reason in feasts if "调休" not in reason]
        return listed(plain or feasts) or "周末"

    def spoken(self) -> str:
        """From when to when, and whether it is worked."""
        last = f"至{self.last:%-m月%-d日}" if self.last != self.first else ""
        reasons = listed(reason.removesuffix("上班") for reason in self.reasons)
        return f"{self.first:%-m月%-d日}{last} {reasons}({'上班' if self.worked else '不上班'})"


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is drawn. `without` are lines for duties that have no due moment here, by why that is so."""

    title: str
    about: str
    zone: tzinfo
    start: datetime
    end: datetime
    bars: tuple[Bar, ...]
    moments: tuple[tuple[str, datetime], ...]
    days: tuple[OffDays, ...]
    without: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def owners(self) -> tuple[str, ...]:
        """Each once, in the order of their first bar."""
        return tuple(dict.fromkeys(bar.owner for bar in self.bars))


def chart(
    book: CompiledRulebook,
    calendar: Calendar,
    rows: Iterable[Mapping[str, Any]],
    level: str,
    flags: Iterable[str],
    moments: Mapping[str, datetime],
) -> Chart:
    """From the rows that `timeline` gives for the same level, flags and moments."""
    zone = book.hours.zone
    known = _moments(book, moments)
    rows = list(rows)
    bars = sorted(_bars(book, rows, known), key=lambda bar: (bar.due, bar.start, bar.id))
    edges = [*known.values(), *(bar.start for bar in bars), *(bar.due for bar in bars)]
    start, end = _window(edges, zone)
    about = [f"等级:{level_names(book.model, [level])}"]
    if flags:
        about.append(f"标记:{listed(book.flag_names.get(flag, flag) for flag in sorted(set(flags)))}")
    return Chart(
        title=book.title,
        about=";".join(about),
        zone=zone,
        start=start,
        end=end,
        bars=tuple(bars),
        moments=tuple(_named(book, {name: at for name, at in known.items() if name in moments})),
        days=tuple(_off_days(calendar, start, end)) if edges and end - start <= _LONGEST_BY_DAY else (),
        without=tuple(_without(book, rows)),
    )


def moment(at: datetime) -> str:
    """2026年2月24日 17:30; the end of a day is 24:00 of that day."""
    if at.hour == at.minute == 0:
        at -= timedelta(days=1)
        return f"{at:%Y年%-m月%-d日} 24:00"
    return f"{at:%Y年%-m月%-d日 %H:%M}"


def _moments(book: CompiledRulebook, moments: Mapping[str, datetime]) -> dict[str, datetime]:
    situation = Situation(book.marks, book.ranks, moments=dict(moments))
    assume(situation)
    return {name: book.hours.local(at) for name, at in situation.moments.items()}


def _named(book: CompiledRulebook, moments: Mapping[str, datetime]) -> Iterator[tuple[str, datetime]]:
    """Those of one instant together, in the order of time."""
    for at in sorted(set(moments.values())):
        yield listed(moment_name(book.model, name) for name, when in moments.items() if when == at), at


def _window(edges: list[datetime], zone: tzinfo) -> tuple[datetime, datetime]:
    if not edges:
        start = datetime(2000, 1, 1, tzinfo=zone)
        return start, start + _SHORTEST
    start, end = min(edges), max(*edges, min(edges) + _SHORTEST)
    return start, end + (end - start) / 50


def _bars(book: CompiledRulebook, rows: Iterable[Mapping[str, Any]], known: Mapping[str, datetime]) -> Iterator[Bar]:
    for row in rows:
        start = known.get(row["from"] or "")
        if row["due"] is None or start is None:
            continue
        duty = book.duty.get(row["id"])
        yield Bar(
            id=row["id"],
            name=_name(book, row),
            clause=row["clause"] or "",
            owner=_role(book, row["owner"]),
            publishing=duty is not None and duty.desk == "publishing",
            start=start,
            due=datetime.fromisoformat(row["due"]).astimezone(book.hours.zone),
            within=budget(row["within"]) if row["within"] else "",
            since=moment_name(book.model, row["from"]),
            provisional=row["provisional"],
            operator=row["source"] == "operator",
            above=listed(_above(row)),
        )


def _above(row: Mapping[str, Any]) -> Iterator[str]:
    for also in row.get("also", ()):
        if also["due"] == row["due"] and also["within"]:
            yield f"{also['clause']} {budget(also['within'])}"


def _name(book: CompiledRulebook, row: Mapping[str, Any]) -> str:
    names = {duty.id: duty.name for duty in book.model.duties} | {r.id: r.name for r in book.model.routines}
    found: str = row.get("name") or names.get(row["id"]) or row["id"]
    return found


def _role(book: CompiledRulebook, role: str) -> str:
    return book.roles[role].name if role in book.roles else role


def _off_days(calendar: Calendar, start: datetime, end: datetime) -> Iterator[OffDays]:
    """Days off in a row as one; and worked weekend days."""
    day, run = start.date(), None
    while day <= end.date():
        found = calendar.day(day)
        if run is not None and (found.reason is None or found.working != run.worked):
            yield run
            run = None
        if found.reason is not None:
            reasons = dict.fromkeys([*(run.reasons if run else ()), found.reason])
            run = OffDays(run.first if run else day, day, tuple(reasons), found.working)
        day += timedelta(days=1)
    if run is not None:
        yield run


def _without(book: CompiledRulebook, rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    routines = {routine.id for routine in book.model.routines}
    groups: dict[str, list[str]] = {"起算时间未给出": [], "原文没有时限数字": [], "不属于某一舆情的经常工作": []}
    for row in rows:
        if row["due"] is not None:
            continue
        numbered = row["within"] is not None and is_numbered(row["within"])
        group = list(groups)[2 if row["id"] in routines else 0 if numbered else 1]
        groups[group].append(_line(book, row))
    yield from ((name, tuple(lines)) for name, lines in groups.items() if lines)


def _line(book: CompiledRulebook, row: Mapping[str, Any]) -> str:
    time = _time(book, row) + _target(book, row["id"])
    clause = f"({row['clause']})" if row["clause"] else "〔本单位设定〕"
    return f"{_name(book, row)}{clause} {_role(book, row['owner'])}{f',{time}' if time else ''}"


def _time(book: CompiledRulebook, row: Mapping[str, Any]) -> str:
    within = row["within"] or ""
    start = "或".join(moment_name(book.model, name) for name in (row["from"] or "").split(" or ") if name)
    if within == "same day":
        return f"{start}当日"
    if within and is_numbered(within):
        return f"自{start}{since(within)}{budget(within)}" if start else f"每{budget(within)}一次"
    return f"{start}后{budget(within) if within else ''}" if start else budget(within) if within else ""


def _target(book: CompiledRulebook, duty: str) -> str:
    target = next((each.due.target for each in book.model.duties if each.id == duty), None)
    return f"(目标{budget(target)}内,不是时限)" if target else ""
