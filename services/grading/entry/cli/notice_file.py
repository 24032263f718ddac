"""A year's notice as a file: lines copied from the notice, CSV, YAML or JSON. Every fault names file and line."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

from services.grading.entry.cli.command import UsageError
from shared.calendar import Correction
from shared.marked_yaml import YamlError, read_yaml

LARGEST = 100_000
_LONGEST_RANGE = 31
_LINE = re.compile(r"(?P<days>\S+)\s+(?P<reason>\S.*?)\s+(?P<working>休|班)")
_SOURCE = re.compile(r"(?:来源|source)\s*[::]\s*(?P<source>.+)")
_WORKING = {"班": True, "true": True, "yes": True, "work": True, "休": False, "false": False, "no": False, "off": False}


@dataclass(slots=True)
class NoticeFile:
    """What a file says: days in its order, the line of each, and where it comes from, if it says so."""

    days: list[Correction] = field(default_factory=list)
    lines: dict[date, int] = field(default_factory=dict)
    source: str | None = None

    def add(self, line: int, days: str, working: str, reason: str) -> None:
        """Take in a day or a range, as `2027-02-05..2027-02-11`. Raises `ValueError` saying what was expected."""
        if working.lower() not in _WORKING:
            raise ValueError(f"{working!r} says neither 休 (false) nor 班 (true)")
        if not reason.strip():
            raise ValueError("without a reason: write the holiday's name")
        for day in _range(days):
            self.days.append(Correction(day, _WORKING[working.lower()], reason.strip()))
            self.lines[day] = line


def read_notice(path: Path) -> NoticeFile:
    """Read by the file's ending: .csv, .yaml, .yml, .json, else lines. Raises `UsageError` with the file and line."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    if len(raw) > LARGEST:
        raise UsageError(f"{path}: {len(raw)} bytes; a year's notice is at most {LARGEST}")
    reader = {".csv": _read_csv, ".yaml": _read_yaml, ".yml": _read_yaml, ".json": _read_json}.get(path.suffix.lower())
    return (reader or _read_lines)(str(path), text)


def _read_lines(name: str, text: str) -> NoticeFile:
    found = NoticeFile()
    for number, written in enumerate(text.splitlines(), 1):
        line = written.partition("#")[0].strip()
        source = _SOURCE.fullmatch(line)
        if source:
            found.source = source["source"].strip()
        elif line:
            match = _LINE.fullmatch(line)
            if match is None:
                raise _fault(name, number, f"{line!r} is no line such as '2027-02-05..2027-02-11 春节 休'")
            _add(found, name, number, match["days"], match["working"], match["reason"])
    return found


def _read_csv(name: str, text: str) -> NoticeFile:
    rows = csv.DictReader(text.splitlines())
    missing = {"date", "working", "reason"} - set(rows.fieldnames or ())
    if missing:
        raise _fault(name, 1, f"no column {', '.join(sorted(missing))}; the first line is 'date,working,reason'")
    found = NoticeFile()
    for row in rows:
        _add(found, name, rows.line_num, *(str(row[column] or "").strip() for column in ("date", "working", "reason")))
    return found


def _read_yaml(name: str, text: str) -> NoticeFile:
    try:
        document = read_yaml(text, name)
    except YamlError as error:
        raise UsageError(str(error)) from error
    return _read_data(name, document.data, lambda index: document.line(("days", index)))


def _read_json(name: str, text: str) -> NoticeFile:
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _fault(name, error.lineno, f"not JSON: {error.msg}") from error
    return _read_data(name, data, lambda index: index + 1)


def _read_data(name: str, data: Any, line_of: Any) -> NoticeFile:
    if not isinstance(data, Mapping) or not isinstance(data.get("days"), list):
        raise _fault(name, 1, "expected `days:`, a list of {date, working, reason}, and beside it `source:`")
    found = NoticeFile(source=str(data["source"]) if data.get("source") else None)
    for index, row in enumerate(data["days"]):
        if not isinstance(row, Mapping) or "working" not in row or not {"date", "from"} & row.keys():
            raise _fault(name, line_of(index), "expected {date, working, reason} or {from, to, working, reason}")
        days = f"{row['from']}..{row.get('to', row['from'])}" if "from" in row else str(row["date"])
        _add(found, name, line_of(index), days, str(row["working"]), str(row.get("reason") or ""))
    return found


def _add(found: NoticeFile, name: str, line: int, days: str, working: str, reason: str) -> None:
    try:
        found.add(line, days, working, reason)
    except ValueError as error:
        raise _fault(name, line, str(error)) from error


def _range(days: str) -> Iterator[date]:
    first, _, last = days.partition("..")
    try:
        day, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError as error:
        raise ValueError(f"{days!r} is no day or range: write 2027-02-05 or 2027-02-05..2027-02-11") from error
    if not timedelta(0) <= end - day < timedelta(days=_LONGEST_RANGE):
        raise ValueError(f"{days!r} ends before it begins, or is longer than {_LONGEST_RANGE} days")
    while day <= end:
        yield day
        day += timedelta(days=1)


def _fault(name: str, line: int, what: str) -> UsageError:
    return UsageError(f"{name}:{line}: {what}")
