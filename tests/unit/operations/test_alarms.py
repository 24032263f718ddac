"""Alarms, dashboards and their documents name what there is: metrics that services show, run-books that are written."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.documents.services import services
from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import as_json
from shared.migrations import ROLES
from shared.telemetry import exposition

ROOT = Path(__file__).resolve().parents[3]
PROMETHEUS = ROOT / "deploy" / "prometheus"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
METRIC = re.compile(r"\b(?:huiying|process)_[a-z_]*[a-z]\b")
PROMTOOL = shutil.which("promtool")
Rule = dict[str, Any]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in `/metrics`, with every service put together in this process."""
    assert services(tmp_path_factory.mktemp("services"))
    names: set[str] = set()
    for line in exposition().decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            names |= {name} | (
                {f"{name}_{part}" for part in ("bucket", "count", "sum")} if kind == "histogram" else set()
            )
    return names


def rules() -> list[Rule]:
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def sections() -> dict[str, str]:
    """The sections of docs/operations.md by their anchors, as GitHub makes them."""
    parts = re.split(r"^#{2,3} (.+)$", OPERATIONS, flags=re.MULTILINE)
    titles = [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in parts[1::2]]
    return dict(zip(titles, parts[2::2], strict=True))


def test_late_deadlines_come_first() -> None:
    assert rules()[0]["alert"] == "DeadlinesLate"
    assert rules()[0]["labels"]["severity"] == "page"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_every_alarm_looks_at_what_there_is(rule: Rule, shown: set[str]) -> None:
    assert set(METRIC.findall(rule["expr"])) <= shown


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_every_alarm_has_its_run_book_and_is_tried(rule: Rule) -> None:
    document, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert document == "docs/operations.md"
    assert f"`{rule['alert']}`" in sections()[anchor]
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert f'alertname="{rule["alert"]}"' in (PROMETHEUS / "alerts_test.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: str(board.uid))
def test_every_dashboard_is_what_its_description_says_and_shows_what_there_is(board: Any, shown: set[str]) -> None:
    text = (ROOT / "deploy" / "grafana" / f"{board.uid}.json").read_text(encoding="utf-8")
    assert text == as_json(board), "run: .venv/bin/python -m deploy.grafana"
    found = json.loads(text)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in found["panels"]]
    assert len(set(places)) == len(places)
    for panel in found["panels"]:
        for target in panel["targets"]:
            assert set(METRIC.findall(target["expr"])) <= shown, target["expr"]


def test_the_document_tells_every_metric_of_the_house_and_no_other(shown: set[str]) -> None:
    told = set(METRIC.findall(OPERATIONS)) - set(ROLES.values())
    assert {name for name in told if name.startswith("huiying_")} <= shown
    own = [name for name in shown if name.startswith("huiying_") and not name.endswith("_created")]
    kept = {re.sub(r"_(bucket|count|sum)$", "", name) for name in own}
    assert kept <= told, f"docs/operations.md does not tell of {sorted(kept - told)}"


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed here (Debian package prometheus)")
def test_prometheus_reads_the_rules_and_they_fire() -> None:
    for check in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
        done = subprocess.run([str(PROMTOOL), *check], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
