"""`rulebook import-holidays`: load a year's notice into the running product, having shown what that moves."""

import argparse
import getpass
import sys
import time
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.grading.domain.notice import check_notice
from services.grading.entry.cli.command import Parsers, UsageError, parser_of
from services.grading.entry.cli.notice_file import NoticeFile, read_notice

EXAMPLES = """  python -m services.grading rulebook import-holidays 2027 notice-2027.txt --check
  python -m services.grading rulebook import-holidays 2027 notice-2027.txt --login admin
  python -m services.grading rulebook import-holidays 2027 notice-2027.csv --token-file token --yes
  lines of notice-2027.txt:  2027-02-05..2027-02-11 春节 休
                             2027-02-14 春节调休 班
"""
_SHOWN = 20
_LOOK_EVERY = 0.5


def add(parsers: Parsers) -> None:
    """The parser of `rulebook import-holidays`."""
    about = "load a year's holiday notice into the running product, after showing what it moves"
    parser = parser_of(parsers, "import-holidays", about, EXAMPLES)
    parser.add_argument("year", type=int, help="the year that the notice is for")
    parser.add_argument("file", type=Path, help="lines as below, or .csv (date,working,reason), .yaml, .json")
    parser.add_argument("--source", help="the notice's number, kept beside it; the file may say it (来源: …)")
    parser.add_argument("--url", default="http://127.0.0.1:8002", help="where grading listens (%(default)s)")
    parser.add_argument("--console", default="http://127.0.0.1:8000", help="where to sign in (%(default)s)")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--login", help="sign in as the platform's administrator; the password is asked for")
    who.add_argument("--token", help="a staff token (seen by others in the list of processes: prefer --token-file)")
    who.add_argument("--token-file", type=Path, help="a file with a staff token")
    parser.add_argument(
        "--check", action="store_true", help="look over the file and stop; nothing is asked of the product"
    )
    parser.add_argument("--yes", action="store_true", help="don't ask before loading")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    notice = read_notice(options.file)
    _look_over(options, notice)
    if options.check:
        return 0
    days = [{"date": each.date.isoformat(), "working": each.working, "reason": each.reason} for each in notice.days]
    source = options.source or notice.source or options.file.name
    body: dict[str, Any] = {"year": options.year, "days": days, "source": source}
    with httpx.Client(base_url=options.url, timeout=60) as http:
        http.headers["Authorization"] = f"Bearer {_token(options)}"
        return _load(http, body, ask=not options.yes)


def _look_over(options: argparse.Namespace, notice: NoticeFile) -> None:
    """Say what the file holds and what is odd. Raises `UsageError` with every fault."""
    findings = check_notice(options.year, notice.days)
    if findings.errors:
        raise UsageError("\n".join(_placed(options.file, notice, error) for error in findings.errors))
    off = sum(not each.working for each in notice.days)
    print(f"{options.file}: {options.year}, {off} days off, {len(notice.days) - off} make-up working days")
    for warning in findings.warnings:
        print(f"{options.file}: warning: {warning}", file=sys.stderr)


def _placed(file: Path, notice: NoticeFile, error: str) -> str:
    line = next((line for day, line in notice.lines.items() if error.startswith(day.isoformat())), 1)
    return f"{file}:{line}: {error}"


def _token(options: argparse.Namespace) -> str:
    if options.token:
        return str(options.token)
    if options.token_file:
        try:
            return str(options.token_file.read_text().strip())
        except OSError as error:
            raise UsageError(f"{options.token_file}: {error.strerror}") from error
    if not options.login:
        raise UsageError(
            "Say who loads it: --login NAME, --token-file FILE or --token TOKEN; or only --check the file."
        )
    with httpx.Client(base_url=options.console, timeout=20) as http:
        given = {"login": options.login, "password": getpass.getpass(f"Password of {options.login}: ")}
        return str(_call(http, "POST", "/v1/token", given)["access_token"])


def _load(http: httpx.Client, body: dict[str, Any], *, ask: bool) -> int:
    shown = _call(http, "POST", "/v1/calendar/notices", {**body, "preview": True})
    _show(shown["impact"])
    if ask and not _agreed(body["year"]):
        print("Nothing was changed.")
        return 1
    made = _call(http, "POST", "/v1/calendar/notices", body)
    if not made["changed"]:
        print(f"The notice of {body['year']} was in force already, word for word: nothing to do.")
    else:
        print(f"Loaded as version {made['version']} ({made['calendar']}).")
    try:
        _follow(http, body["year"], made["lagging"])
    except KeyboardInterrupt:
        print("It goes on without you; `lagging` of GET /v1/calendar tells how many are left.")
    return 0


def _show(impact: dict[str, Any]) -> None:
    least = "" if impact["complete"] else "at least "
    print(
        f"It moves {least}{impact['deadlines']} running deadlines of {impact['procedures']} incidents "
        f"and settles {least}{impact['settled']} that were provisional."
    )
    if not impact["deadlines"]:
        return
    print("By calendar days: " + ", ".join(f"{days}: {count}" for days, count in impact["by_days"].items()))
    for row in impact["first"][:_SHOWN]:
        before, after = (row[end][:16].replace("T", " ") for end in ("before", "after"))
        print(f"  {before} → {after}  {row['incident_id']}  {row['organisation_id']}  {row['duty']} ({row['clause']})")
    if impact["deadlines"] > _SHOWN:
        print(f"… and {impact['deadlines'] - min(_SHOWN, len(impact['first']))} more")


def _agreed(year: int) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("There is nobody to ask here: add --yes to load it.")
    return input(f"Load the notice of {year}? [y/N] ").strip().lower() in {"y", "yes", "是"}


def _follow(http: httpx.Client, year: int, lagging: int) -> None:
    """Show re-projection going on until it is done; leaving does not stop it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("counting deadlines anew", total=lagging)
        while lagging:
            time.sleep(_LOOK_EVERY)
            lagging = _call(http, "GET", f"/v1/calendar?year={year}")["lagging"]
            progress.update(task, completed=max(0, (progress.tasks[task].total or 0) - lagging))
    print("Every running deadline is counted by the calendar in force.")


def _call(http: httpx.Client, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    try:
        answer = http.request(method, path, json=body)
    except httpx.TransportError as error:
        raise UsageError(f"{http.base_url}: not reached ({error}); is it running, and is --url right?") from error
    if answer.is_success:
        return answer.json()
    raise UsageError(_refusal(answer))


def _refusal(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return f"{answer.url}: status {answer.status_code}"
    errors = "".join(f"\n  {each.get('where')}: {each.get('what')}" for each in problem.get("errors", []))
    return f"{answer.status_code}: {problem.get('detail') or problem.get('title')}{errors}"
