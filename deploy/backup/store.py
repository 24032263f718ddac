"""A folder of backups: `base/<when>/` copies of the database, `wal/` what was written since.

A base is made beside its place and renamed into it, so that what has a name is whole.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.installation import OperatorError

ABOUT = "about.json"
UNFINISHED = ".new"


@dataclass(frozen=True, slots=True)
class Base:
    """One copy. It can be restored to any moment from `ended` on that the log covers."""

    folder: Path
    begun: datetime
    ended: datetime
    system: str
    """The cluster's identifier: a copy of another one is another installation's."""

    @property
    def name(self) -> str:
        """As the command line names it."""
        return self.folder.name

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in self.folder.iterdir())


@dataclass(frozen=True, slots=True)
class Store:
    """The folder; nothing in it needs to be there yet. `log` is where the server archives, when not in `wal/`."""

    folder: Path
    log: Path | None = None

    @property
    def wal(self) -> Path:
        """Where the log is."""
        return self.log or self.folder / "wal"

    def place(self, begun: datetime) -> Path:
        """Where a base that is begun now will stand."""
        return self.folder / "base" / begun.strftime("%Y%m%dT%H%M%SZ")

    def bases(self) -> list[Base]:
        """What is whole, oldest first."""
        found = sorted((self.folder / "base").glob(f"*/{ABOUT}"))
        return sorted((_read(file) for file in found if not file.parent.name.endswith(UNFINISHED)), key=_ended)

    def archived_until(self) -> datetime | None:
        """When the newest segment of the log came in; None where there is none."""
        return max(
            (datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in self.wal.glob("*.gz")),
            default=None,
        )

    def choose(self, until: datetime | None, name: str | None) -> Base:
        """The base to begin from: the named one, else the last that ended by `until`. Raises OperatorError."""
        bases = self.bases()
        fit = [each for each in bases if name in {None, each.name} and (until is None or each.ended <= until)]
        if fit:
            return fit[-1]
        known = ", ".join(f"{each.name} (from {each.ended.isoformat()})" for each in bases) or "none"
        raise OperatorError(f"没有可用的备份 / no base fits in {self.folder}: there are {known}")


def _ended(base: Base) -> datetime:
    return base.ended


def _read(file: Path) -> Base:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return Base(
        file.parent,
        datetime.fromisoformat(content["begun"]),
        datetime.fromisoformat(content["ended"]),
        content["system"],
    )
