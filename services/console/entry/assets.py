"""Templates and static files, read once at start and served from memory; nothing comes from outside."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.console.entry.words import FILTERS

_HERE = Path(__file__).parent
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class Asset(NamedTuple):
    """A file with its media type and ETag."""

    content: bytes
    media_type: str
    etag: str


def load_assets() -> dict[str, Asset]:
    """The static files by name."""
    found: dict[str, Asset] = {}
    for file in sorted((_HERE / "static").iterdir()):
        content = file.read_bytes()
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        found[file.name] = Asset(content, _KINDS[file.suffix], etag)
    return found


def load_templates() -> Environment:
    """The templates; every value is escaped, a missing one is an error."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment
