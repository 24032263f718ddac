"""What has been played in so far, in `var/sample.json`, so that an interrupted start goes on where it was."""

import json
from datetime import UTC, datetime
from pathlib import Path

from deploy.local.passwords import write_private


class Played:
    """`begun` is when the sample was first played: the times in the stories count back from it, also when resumed."""

    def __init__(self, var: Path) -> None:
        self._file = var / "sample.json"
        known = json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}
        self.begun = datetime.fromisoformat(known["begun"]) if known else datetime.now(UTC).replace(microsecond=0)
        self._incidents: dict[str, str] = known.get("incidents", {})
        self._save()

    def forget(self) -> None:
        """Begin anew: the installation turned out to be another one."""
        self.begun = datetime.now(UTC).replace(microsecond=0)
        self._incidents = {}
        self._save()

    def incident(self, organisation: str, story: str) -> str | None:
        """The incident that a story became, if it has been told."""
        return self._incidents.get(f"{organisation}/{story}")

    def became(self, organisation: str, story: str, incident: str) -> None:
        """Keep the incident of a story."""
        self._incidents[f"{organisation}/{story}"] = incident
        self._save()

    def _save(self) -> None:
        content = {"begun": self.begun.isoformat(), "incidents": self._incidents}
        write_private(self._file, json.dumps(content, indent=2) + "\n")
