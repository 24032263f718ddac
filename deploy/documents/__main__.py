"""`python -m deploy.documents`: write the generated documents, or check that they are what the code says."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.documents.written import documents

_FOLDER = Path(__file__).resolve().parents[2] / "docs" / "api"
_MEND = ".venv/bin/python -m deploy.documents"
_EXAMPLES = """examples:
  python -m deploy.documents            write docs/api/: after a route, an event or the rulebook's model changed
  python -m deploy.documents --check    change nothing; exit 1 and name the files that are not what the code says
  python -m deploy.documents --folder /tmp/api    write them somewhere else, to compare
"""


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 all well, 1 a document differs, 2 the folder cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.documents",
        description="由代码生成的接口文档：OpenAPI、AsyncAPI、JSON Schema / the documents generated from the code",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="compare only")
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="where they stand (default: docs/api)")
    given = parser.parse_args(arguments)
    made = documents()
    try:
        return _check(given.folder, made) if given.check else _write(given.folder, made)
    except OSError as error:
        print(f"无法读写 {given.folder} / cannot use this folder: {error.strerror or error}", file=sys.stderr)
        return 2


def _check(folder: Path, made: Mapping[str, str]) -> int:
    differing = [name for name, text in made.items() if _present(folder / name) != text]
    for name in differing:
        print(f"{folder / name}: 与代码不符 / not what the code says", file=sys.stderr)
    if differing:
        print(f"请运行 / run: {_MEND}", file=sys.stderr)
    return 1 if differing else 0


def _write(folder: Path, made: Mapping[str, str]) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        changed = _present(folder / name) != text
        if changed:
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{'已更新 / written  ' if changed else '未变化 / unchanged'}  {folder / name}")
    return 0


def _present(file: Path) -> str | None:
    # A damaged file is one that differs, not one that cannot be compared.
    return file.read_bytes().decode(errors="replace") if file.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
