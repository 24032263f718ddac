"""A dashboard as Grafana's JSON: two panels a row, times on a line, an alarm's threshold drawn in red."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_WIDTH, _HEIGHT = 12, 8
_SOURCE = {"type": "prometheus", "uid": "${source}"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One graph. `queries` are PromQL by legend; `unit` is Grafana's name of it; `alarm` draws a line at what alarms."""

    title: str
    unit: str
    queries: Mapping[str, str]
    alarm: float | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard; `uid` is its file's name and its address in Grafana."""

    uid: str
    title: str
    panels: tuple[Panel, ...]


def as_json(board: Board) -> str:
    """The text of the board's file; the same board gives the same text."""
    document = {
        "uid": board.uid,
        "title": board.title,
        "tags": ["huiying"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [_SOURCE_CHOICE]},
        "panels": [_panel(number, panel) for number, panel in enumerate(board.panels)],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


_SOURCE_CHOICE = {"name": "source", "label": "数据源 / data source", "type": "datasource", "query": "prometheus"}


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    custom: dict[str, Any] = {"lineWidth": 1, "fillOpacity": 10, "showPoints": "never"}
    if panel.alarm is not None:
        steps.append({"color": "red", "value": panel.alarm})
        custom["thresholdsStyle"] = {"mode": "line"}
    defaults = {"unit": panel.unit, "min": 0, "custom": custom, "thresholds": {"mode": "absolute", "steps": steps}}
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": _SOURCE,
        "gridPos": {"x": number % 2 * _WIDTH, "y": number // 2 * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": _SOURCE, "expr": expression, "legendFormat": legend}
            for place, (legend, expression) in enumerate(panel.queries.items())
        ],
    }
