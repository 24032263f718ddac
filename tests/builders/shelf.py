"""Rulebooks for tests: shipped ones with a few lines changed, loaded and activated through the public interface."""

from typing import Any

import orjson

from services.grading.rulebook import load_rulebook, shipped
from tests.builders.office import ORGANISATIONS, Office


def text_of(organisation: str, *changes: tuple[str, str]) -> str:
    """The YAML that an organisation works under, as another version, with `changes` (old, new), each found exactly once."""
    text = shipped()[ORGANISATIONS[organisation]].read_text(encoding="utf-8")
    for old, new in (('\nversion: "', '\nversion: "new-'), *changes):
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the rulebook of {organisation}"
        text = text.replace(old, new)
    return text


async def staffed(office: Office, organisation: str) -> None:
    """Every post inside the organisation is held by somebody, and grading has heard of it."""
    rulebook = load_rulebook(ORGANISATIONS[organisation])
    for role in rulebook.roles.values():
        if not role.external:
            await office.login(organisation, role.id)
    await office.product.drain()


async def load(office: Office, organisation: str, text: str, expect: int = 201) -> dict[str, Any]:
    """Load a rulebook as the organisation's administrator, as plain text."""
    product = office.product
    headers = await product.as_(await office.login(organisation, "admin"))
    answer = await product.http.post(
        f"{product.urls['grading']}/v1/rulebooks",
        content=text.encode(),
        headers={**headers, "content-type": "text/plain; charset=utf-8"},
    )
    assert answer.status_code == expect, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def activate(office: Office, organisation: str, rulebook_hash: str, expect: int = 200, **more: Any) -> Any:
    """Bring it into force as the organisation's administrator."""
    body = {"reason": "新办法施行", **more}
    path = f"grading:/v1/rulebooks/{rulebook_hash}/activate"
    return await office.staff(organisation, "admin", "POST", path, json=body, expect=expect)


async def said(office: Office, kind: str, subject: str | None = None) -> list[dict[str, Any]]:
    """What stands in grading's journal of this type (and subject), oldest first."""
    parts = office.product.running("grading").parts
    async with parts.ledger.transaction() as tx:
        rows = await tx.fetch(
            "SELECT data::jsonb::text AS data FROM grading.journal WHERE type = $1 AND ($2::uuid IS NULL OR subject = $2) ORDER BY id",
            kind,
            subject,
        )
    return [orjson.loads(row["data"]) for row in rows]
