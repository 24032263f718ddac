"""`rulebook export-incidents`: past incidents from the running product, for `rulebook backtest`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from services.grading.entry.cli.command import Parsers, UsageError, parser_of

EXAMPLES = """\
  python -m services.grading rulebook export-incidents --token-file token > incidents.jsonl
  python -m services.grading rulebook export-incidents --url http://127.0.0.1:8002 --token eyJ… > incidents.jsonl
  python -m services.grading rulebook export-incidents --token-file token --after LAST_ID >> incidents.jsonl   # goes on
"""


def add(parsers: Parsers) -> None:
    """The parser of `rulebook export-incidents`."""
    about = "past incidents from the running product, a line each on stdout, without free text"
    parser = parser_of(parsers, "export-incidents", about, EXAMPLES)
    parser.add_argument("--url", default="http://127.0.0.1:8002", help="where grading listens (%(default)s)")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--token", help="an administrator's or auditor's token (others on this machine may see it)")
    who.add_argument("--token-file", type=Path, help="a file with such a token")
    parser.add_argument("--after", metavar="ID", help="only incidents after this one: to go on where it broke off")
    parser.add_argument(
        "--page", type=int, default=500, metavar="N", help="how many at a time, 1 to 1000 (%(default)s)"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed}"), TimeElapsedColumn())
    headers = {"Authorization": f"Bearer {_token(options)}"}
    with (
        httpx.Client(base_url=options.url, timeout=60, headers=headers) as http,
        Progress(*columns, console=Console(stderr=True)) as progress,
    ):
        task = progress.add_task("导出 / exported", total=None)
        for page in pages(http, options.after, options.page):
            sys.stdout.write(page)
            progress.advance(task, page.count("\n"))
    return 0


def pages(http: httpx.Client, after: str | None, limit: int) -> Iterator[str]:
    """Whole pages of lines, until one is empty. Raises UsageError saying where it broke off."""
    while True:
        query = {"limit": str(limit)} | ({"after": after} if after else {})
        try:
            answer = http.get("/v1/procedures/export", params=query)
        except httpx.HTTPError as error:
            raise UsageError(f"{http.base_url}: {error}{_go_on(after)}") from error
        if answer.status_code != 200:
            raise UsageError(f"{http.base_url}: {answer.status_code} {_told(answer)}{_go_on(after)}")
        if not answer.text.strip():
            return
        yield answer.text
        after = str(orjson.loads(answer.text.rstrip("\n").rpartition("\n")[2])["id"])


def _go_on(after: str | None) -> str:
    return f"; go on with --after {after}" if after else ""


def _told(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return answer.text[:200]
    return str(problem.get("detail") or problem.get("title") or "") if isinstance(problem, dict) else ""


def _token(options: argparse.Namespace) -> str:
    if options.token:
        return str(options.token)
    try:
        return str(options.token_file.read_text(encoding="utf-8").strip())
    except OSError as error:
        raise UsageError(f"{options.token_file}: {error.strerror}") from error
