"""What a run found, as JSON and in words."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.findings import Finding, total
from tests.chaos.stage import own_broker


@dataclass(slots=True)
class Outcome:
    """What is written to `chaos.json`, and what was found. `figures` are of interest, not of judgement."""

    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    timers_due: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: Sequence[str] = ()
    figures: dict[str, Any] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "seed": self.seed,
            "faults": dict(sorted(self.faults.items())),
            "acknowledged": self.acknowledged,
            "lost": total(self.findings, "lost", "broken"),
            "doubled": total(self.findings, "doubled"),
            "timers_due": self.timers_due,
            "timers_missed": total(self.findings, "missed"),
            "kafka": "embedded, empty after each kill" if own_broker() else os.environ["KAFKA_BOOTSTRAP_SERVERS"],
            "not_possible_here": list(self.notes),
            "findings": [str(finding) for finding in self.findings],
            **self.figures,
        }

    def write(self, file: Path) -> None:
        """Write it to `file`."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(self.content(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
