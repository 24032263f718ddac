"""What changes from one rulebook to another: rules, duties, and the deadlines they give for example starts. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.telling.plain_chinese import plain_chinese
from services.grading.rulebook.telling.timeline import timeline
from services.grading.rulebook.trying.aspects import aspects
from shared.calendar import Calendar

EXAMPLES: Final[Mapping[str, str]] = {
    "平日星期一 10:00": "2026-03-09T10:00",
    "星期五 17:00": "2026-03-13T17:00",
    "2026年春节放假前一日 16:00": "2026-02-14T16:00",
    "2026年国庆节前一日 16:00": "2026-09-30T16:00",
}
"""Starts on the rulebook's own wall clock."""
_FIRST: Final = ("event", "occurred", "discovered")
"""With these alone nothing is met yet; a layer bounds no duty once its own demand is met."""
Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that isn't a duty, before and after, in Chinese; `subject` names its part of the file."""

    subject: str
    change: Change
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class DutyChange:
    """A duty that appears, vanishes or changes; `aspects` tells, by aspect, what it was and what it becomes."""

    id: str
    name: str
    change: Change
    sentence: str
    aspects: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DeadlineChange:
    """A duty's due moment for one example start, at one level (and with one flag); None: no due moment."""

    duty: str
    name: str
    level: str
    flag: str | None
    example: str
    old: datetime | None
    new: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs. `same`: both say exactly the same."""

    old: CompiledRulebook
    new: CompiledRulebook
    duties: tuple[DutyChange, ...]
    deadlines: tuple[DeadlineChange, ...]
    rules: tuple[RuleChange, ...]

    @property
    def same(self) -> bool:
        """Whether the two are one rulebook, whatever their layout and comments."""
        return self.old.hash == self.new.hash


def difference(old: CompiledRulebook, new: CompiledRulebook, calendar: Calendar) -> Difference:
    """From old to new. Both are shown with their own words; deadlines only where a duty is in both."""
    return Difference(
        old,
        new,
        tuple(_duties(old, new)),
        tuple(_deadlines(old, new, calendar)),
        tuple(_rules(old, new)),
    )


def _duties(old: CompiledRulebook, new: CompiledRulebook) -> Iterator[DutyChange]:
    sentences = _statements(old) | _statements(new)
    before = {duty.id: duty for duty in old.model.duties}
    after = {duty.id: duty for duty in new.model.duties}
    for each in dict.fromkeys([*before, *after]):
        sentence = sentences[f"duty {each}"]
        if each not in after:
            yield DutyChange(each, before[each].name, "removed", sentence, {})
        elif each not in before:
            yield DutyChange(each, after[each].name, "added", sentence, {})
        else:
            was, becomes = aspects(old, before[each]), aspects(new, after[each])
            changed = {key: (was[key], becomes[key]) for key in was if was[key] != becomes[key]}
            if changed:
                yield DutyChange(each, after[each].name, "changed", sentence, changed)


def _rules(old: CompiledRulebook, new: CompiledRulebook) -> Iterator[RuleChange]:
    was, becomes = _about(old) | _statements(old), _about(new) | _statements(new)
    for subject in dict.fromkeys([*was, *becomes]):
        if subject.startswith("duty ") or was.get(subject) == becomes.get(subject):
            continue
        change: Change = "added" if subject not in was else "removed" if subject not in becomes else "changed"
        yield RuleChange(subject, change, was.get(subject), becomes.get(subject))


def _about(book: CompiledRulebook) -> dict[str, str]:
    model = book.model
    return {
        "title": model.title,
        "issuer": model.issuer,
        "number": model.number or "无文号",
        "in_force": model.in_force.isoformat() if model.in_force else "原文未载明",
        "version": model.version,
    }


def _statements(book: CompiledRulebook) -> dict[str, str]:
    """Every statement of the explanation with its notes, by subject; the second of one subject gets a number."""
    found: dict[str, str] = {}
    for section in plain_chinese(book).sections:
        for statement in section.statements:
            subject, number = statement.subject, 2
            while subject in found:
                subject, number = f"{statement.subject} {number}", number + 1
            found[subject] = " ".join([statement.text, *statement.notes])
    return found


def _deadlines(old: CompiledRulebook, new: CompiledRulebook, calendar: Calendar) -> Sequence[DeadlineChange]:
    """For every level, example and flag that gives some duty another time: what both say, where they differ."""
    names = {duty.id: duty.name for duty in new.model.duties}
    levels = [level for level in new.ranks if level in old.ranks]
    found: dict[tuple[object, ...], DeadlineChange] = {}
    for level in levels:
        for flag in (None, *_flags(old, new)):
            for example, start in EXAMPLES.items():
                was, becomes = _due(old, calendar, level, flag, start), _due(new, calendar, level, flag, start)
                for duty in (each for each in names if each in was and each in becomes):
                    change = DeadlineChange(duty, names[duty], level, flag, example, was[duty], becomes[duty])
                    if change.old != change.new:
                        # What a flag doesn't alter was found without it.
                        found.setdefault((duty, level, example, change.old, change.new), change)
    order = {duty: place for place, duty in enumerate(names)}
    return sorted(found.values(), key=lambda each: (order[each.duty], levels.index(each.level), each.flag or ""))


def _flags(old: CompiledRulebook, new: CompiledRulebook) -> Sequence[str]:
    """The flags that change a time in either, known to both."""
    flags = {
        flag
        for book in (old, new)
        for duty in book.duties
        for variant in duty.variants
        for flag in variant.when.flags | variant.when.any_flags
    }
    return sorted(flags & old.flag_names.keys() & new.flag_names.keys())


def _due(
    book: CompiledRulebook, calendar: Calendar, level: str, flag: str | None, start: str
) -> dict[str, datetime | None]:
    """Due moments by duty, as if every moment had come at `start`: at first the first ones alone, then all."""
    at = datetime.fromisoformat(start).replace(tzinfo=book.hours.zone)
    found: dict[str, datetime | None] = {}
    for moments in (_FIRST, book.moments):
        rows = timeline(book, calendar, level, [flag] if flag else [], dict.fromkeys(moments, at))["duties"]
        for row in rows:
            if found.get(row["id"]) is None:
                found[row["id"]] = datetime.fromisoformat(row["due"]) if row["due"] else None
    return found
