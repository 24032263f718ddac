"""A short round of everything that is brief, and the account afterwards: what CI can afford of `make chaos`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.ports import free_run
from tests.chaos.stage import nodes, own_broker

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.processes
def test_nothing_is_lost_and_nothing_happens_twice(tmp_path: Path) -> None:
    output = tmp_path / "chaos.json"
    arguments = ["--quick", "--replicas", "1", "--rate", "25", "--port-base", str(free_run(5))]
    places = ["--var", str(tmp_path / "var"), "--output", str(output)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", *arguments, *places],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    account = json.loads(output.read_text(encoding="utf-8"))
    assert account["acknowledged"] > 100
    assert (account["lost"], account["doubled"], account["timers_missed"]) == (0, 0, 0)
    assert account["faults"]["kill"] >= 6
    assert account["faults"].keys() >= {"kill-postgres", "freeze", "cut", "cut-silently", "delay", "half-open"}
    assert ("kill-broker" in account["faults"]) == (own_broker() or bool(nodes()))
