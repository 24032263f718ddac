"""The documents as text, by file name."""

import json
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from deploy.documents.asyncapi import as_yaml, asyncapi
from deploy.documents.events import event_types
from deploy.documents.services import services
from deploy.documents.settings import settings_document
from services.grading.entry.cli import main as grading


def documents() -> dict[str, str]:
    """All of them, by their place beside docs/api; the same code gives the same text."""
    with tempfile.TemporaryDirectory(prefix="huiying-documents-") as folder:
        found = services(Path(folder))
    made = {
        f"{service.name}.openapi.json": json.dumps(service.app.openapi(), ensure_ascii=False, indent=2) + "\n"
        for service in found
    }
    made["events.asyncapi.yaml"] = as_yaml(asyncapi(event_types(), found))
    made["rulebook.schema.json"] = _rulebook_schema()
    made["../settings.md"] = settings_document()
    return made


def _rulebook_schema() -> str:
    """What grading's own command prints, so that there is one schema."""
    printed = StringIO()
    with redirect_stdout(printed):
        grading(["rulebook", "schema"])
    return printed.getvalue()
