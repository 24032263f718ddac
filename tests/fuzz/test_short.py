"""What CI can afford of `make fuzz`: a few hundred cases over the running product, its edge, and mutated pushes over HTTP."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.ports import free_run

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.processes
def test_no_answer_contradicts_the_documents(tmp_path: Path) -> None:
    output = tmp_path / "fuzz.json"
    places = ["--var", str(tmp_path / "var"), "--output", str(output), "--port-base", str(free_run(5))]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--short", "--seed", "4711", *places],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    account = json.loads(output.read_text(encoding="utf-8"))
    assert account["cases"] >= 200
    assert (account["findings"], account["server_errors"], account["errors"]) == (0, 0, [])
    assert account["webhooks"]["accepted_mutations"] == 0
    assert account["webhooks"]["kept"] == account["webhooks"]["valid"] > 10
    assert account["edges"]["blows"] > 300
