"""The kept examples and schemas of every event type; `python -m tests.contracts.golden_files` keeps additions.

Examples are written by hand. A schema is kept when its type is new or has only gained; it is never loosened by this command.
"""

import json
import sys
from pathlib import Path
from typing import Any

from deploy.documents.events import EventType, event_types
from tests.contracts.additive import breaches

FOLDER = Path(__file__).parent / "golden"
KEEP = ".venv/bin/python -m tests.contracts.golden_files"


def example_file(event: EventType) -> Path:
    """The example of a type."""
    return FOLDER / f"{event.name}.json"


def schema_file(event: EventType) -> Path:
    """The kept schema of a type."""
    return FOLDER / "schemas" / f"{event.name}.json"


def example(event: EventType) -> dict[str, Any]:
    """The example, read."""
    found: dict[str, Any] = json.loads(example_file(event).read_text())
    return found


def keep() -> int:
    """Keep every schema that may be kept; 1 where one has changed in another way than by addition."""
    status = 0
    for event in event_types():
        file, now = schema_file(event), event.payload.model_json_schema()
        found = breaches(json.loads(file.read_text()), now) if file.exists() else []
        if found:
            print(f"{event.name}: not an addition, make a new type: {'; '.join(found)}", file=sys.stderr)
            status = 1
        else:
            file.write_text(json.dumps(now, ensure_ascii=False, indent=2) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(keep())
