"""The rules of the house that a linter does not know: small files, imports at the top, plain names, one door to the database."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("services", "shared", "deploy")
MOST_LINES = 400
EMPTY_NAMES = {"utils", "util", "common", "helpers", "helper", "misc", "tools", "stuff"}
OPENING = {"connect", "create_pool", "create_engine", "create_async_engine", "Session", "AsyncSession", "sessionmaker"}
ENDING = {"commit", "rollback", "begin", "begin_nested"}
ENDING_SQL = re.compile(r"^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT)\b\s*(;|$)", re.IGNORECASE)
PLACES = re.compile(r"(?<![\w.])/(work|home|root)/|/tmp/(probe|brief)")


def python(*tops: str) -> list[Path]:
    return sorted(file for top in tops for file in (ROOT / top).rglob("*.py"))


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), str(file))


def at(file: Path, node: ast.AST | None = None) -> str:
    line = f":{getattr(node, 'lineno', 0)}" if node is not None else ""
    return f"{file.relative_to(ROOT)}{line}"


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def called(node: ast.Call) -> str:
    """What is called, as it is written: `asyncpg.connect`."""
    return ast.unparse(node.func)


def test_no_file_is_longer_than_a_room_may_be() -> None:
    lengths = {at(file): len(file.read_text().splitlines()) for file in python(*PRODUCT, "tests")}
    assert {file: lines for file, lines in lengths.items() if lines > MOST_LINES} == {}


def test_nothing_is_imported_inside_a_function() -> None:
    found = [
        at(file, node)
        for file in python(*PRODUCT, "tests")
        for function in functions(tree(file))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_no_room_is_named_for_what_lies_about() -> None:
    assert [at(file) for file in python(*PRODUCT, "tests") if {file.stem, file.parent.name} & EMPTY_NAMES] == []


def test_every_package_says_that_it_is_one_and_tests_do_not() -> None:
    folders = {file.parent for file in python(*PRODUCT)}
    without = [at(folder) for folder in folders if not (folder / "__init__.py").exists()]
    # alembic finds these by path and reads them as scripts
    assert [folder for folder in without if not re.search(r"migrations/(versions|environment)$", folder)] == []
    assert [at(file) for file in python("tests") if file.name == "__init__.py"] == []


def test_only_shared_opens_and_ends_transactions() -> None:
    """`Database.transaction()` is the one helper; nobody in a service connects, begins or commits."""
    found = []
    for file in python("services"):
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call):
                name = called(node)
                last = name.rpartition(".")[2]
                database = name in OPENING or re.search(r"(asyncpg|sqlalchemy|engine|connection|tx|session)\.", name)
                if database and last in OPENING | ENDING:
                    found.append(f"{at(file, node)}: {name}")
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and ENDING_SQL.match(node.value):
                found.append(f"{at(file, node)}: {node.value.strip()}")
    assert found == []


def test_connections_are_made_in_one_place() -> None:
    makers = {
        at(file)
        for file in python("services", "shared")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call)
        and called(node) in {"asyncpg.connect", "asyncpg.create_pool", "create_async_engine"}
    }
    assert makers == {"shared/db.py", "shared/migrations/migrate.py", "shared/migrations/provision.py"}


def test_only_settings_read_the_environment_and_only_the_clock_tells_the_time() -> None:
    reading = re.compile(r"\bos\.(environ|getenv)\b|\bdatetime\.(now|utcnow)\(|\bdate\.today\(|\btime\.time\(")
    found = [at(file) for file in python("services", "shared") if reading.search(file.read_text())]
    assert found == ["shared/clock.py"]


@pytest.mark.parametrize("pattern", ["*.py", "*.md", "*.yaml", "*.yml", "*.toml", "*.sh", "Makefile"])
def test_no_file_names_a_place_of_somebodys_machine(pattern: str) -> None:
    tops = [ROOT / top for top in (*PRODUCT, "tests", "docs")]
    files = [file for top in tops for file in top.rglob(pattern)] + list(ROOT.glob(pattern))
    assert [at(file) for file in files if file != Path(__file__) and PLACES.search(file.read_text())] == []


def test_no_type_is_ignored_without_a_code_and_a_reason() -> None:
    unexplained = re.compile(r"#\s*type:\s*ignore(?!\[[\w-]+\]\s+#\s*\S)")
    files = [file for file in python(*PRODUCT, "tests") if file != Path(__file__)]
    assert [at(file) for file in files if unexplained.search(file.read_text())] == []
