"""An incident's file: gzip of JSON lines, readable without the product. The first line is the manifest, each further one a row.

`{"table": "intake.reports", "row": {…}}`, the row as PostgreSQL's `row_to_json` writes it: what was sealed is still sealed in it.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deploy.installation import OperatorError

FORM = 1
_ROW = '{"table": "%s", "row": '


@dataclass(frozen=True, slots=True)
class Chain:
    """An incident's journal rows in one schema: how many, and the hash of the last in hexadecimal."""

    events: int
    head: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a file says of itself. `body_sha256` is of the lines behind it; `revisions` are the schemas' when it was written."""

    incident_id: str
    organisation_id: str
    archived_at: str
    last_event_at: str
    rows: Mapping[str, int]
    chains: Mapping[str, Chain]
    revisions: Mapping[str, str]
    body_sha256: str
    form: int = FORM


@dataclass(frozen=True, slots=True)
class Content:
    """A file that has been read and found to be what it says. `rows` are JSON texts by table, in their order."""

    manifest: Manifest
    rows: Mapping[str, Sequence[str]]


def body_of(rows: Mapping[str, Sequence[str]]) -> bytes:
    """The lines of these rows."""
    return "".join(f"{_ROW % table}{row}}}\n" for table, found in rows.items() for row in found).encode()


def write(place: Path, manifest: Manifest, body: bytes) -> bytes:
    """Put the file where it belongs, on the disk itself when this returns; answers its SHA-256.

    A file that an interrupted run has left there is replaced.
    """
    head = json.dumps(asdict(manifest), ensure_ascii=False).encode()
    packed = gzip.compress(head + b"\n" + body, mtime=0)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = place.with_name(f".{place.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(packed)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(place)
    for folder in (place.parent, *place.parent.parents[:2]):
        _sync(folder)
    return hashlib.sha256(packed).digest()


def read(place: Path, digest: bytes) -> Content:
    """Read a file whose SHA-256 the database knows. Raises OperatorError where it is missing or is another."""
    try:
        packed = place.read_bytes()
    except OSError as error:
        raise OperatorError(
            f"{place} cannot be read ({error.strerror}): restore it from the archive's own backup"
        ) from None
    if hashlib.sha256(packed).digest() != digest:
        raise OperatorError(f"{place} is not the file that was archived: its SHA-256 is another")
    head, _, body = gzip.decompress(packed).partition(b"\n")
    manifest = _manifest(json.loads(head))
    if hashlib.sha256(body).hexdigest() != manifest.body_sha256:
        raise OperatorError(f"{place}: the rows are not those of its manifest")
    rows: dict[str, list[str]] = {table: [] for table in manifest.rows}
    for table, row in _rows(body.decode()):
        rows[table].append(row)
    return Content(manifest, rows)


def _rows(body: str) -> Iterator[tuple[str, str]]:
    for line in body.split("\n")[:-1]:
        table = line[len('{"table": "') : line.index('", "row": ')]
        # As PostgreSQL wrote it, not as a parser here would write it again.
        yield table, line[len(_ROW % table) : -1]


def _manifest(found: Mapping[str, Any]) -> Manifest:
    if found.get("form") != FORM:
        raise OperatorError(f"a file of form {found.get('form')} is of another version of the product than this")
    chains = {schema: Chain(**chain) for schema, chain in found["chains"].items()}
    return Manifest(**{**found, "chains": chains})


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
