"""The reckoning of sizes, and the page that quotes it."""

import json
import re

import pytest

from deploy.sizing.__main__ import MEASURED, bounds, main, table
from deploy.sizing.model import BUSY, SHARDS, Measured, limits, size
from tests.beyond.programs import ROOT

COSTS = Measured(
    cpu={"intake": 1.0, "grading": 2.0, "tasks": 1.0, "publishing": 0.5, "console": 0.5},
    postgres={"intake": 0.5, "grading": 0.5},
    disk=20_000,
    wal=50_000,
    bus=8_000,
)


def test_a_service_is_never_alone_and_grows_with_the_rate() -> None:
    small, large = size(COSTS, 1), size(COSTS, 6500)
    assert set(small.processes.values()) == {2}
    assert large.processes == {"intake": 10, "grading": 20, "tasks": 10, "publishing": 5, "console": 5}
    assert (large.postgres_cores, large.wal_mb) == (10, 325)


def test_what_breaks_first_is_named_once_it_breaks() -> None:
    most = SHARDS * 1000 * BUSY / 2.0
    assert next(iter(limits(COSTS).items())) == ("consumers of grading", most)
    assert size(COSTS, int(most)).first == ""
    assert size(COSTS, int(most) + 1).first == "consumers of grading"


def test_the_page_quotes_what_the_command_prints() -> None:
    page = (ROOT / "docs" / "sizing.md").read_text(encoding="utf-8")
    quoted = re.search(r"<!-- python -m deploy.sizing -->\n(.*)<!-- end -->", page, re.DOTALL)
    measured = Measured.read(json.loads(MEASURED.read_text(encoding="utf-8")))
    assert quoted is not None
    assert quoted[1].strip() == f"{table(measured)}\n{bounds(measured)}".strip()


def test_costs_that_cannot_be_read_are_refused(
    tmp_path: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--measured", f"{tmp_path}/absent.json"]) == 2
    assert "absent.json" in capsys.readouterr().err
