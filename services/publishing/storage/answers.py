"""Answers, loaded and saved in sets: where they stand, their words, their signatures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.publishing.domain.answers import Answer, Signature
from services.publishing.domain.rules import Chain
from services.publishing.domain.wording import Wording
from shared.db import Transaction

_LOAD = """
SELECT a.id, a.organisation_id, a.incident_id, a.assignment_id, a.key, a.state, a.version, a.revision, a.round, a.chain,
  v.channel, v.account, v.title, v.text, v.written_by,
  (SELECT array_agg(DISTINCT w.written_by) FROM publishing.answer_versions w WHERE w.answer_id = a.id) AS authors
FROM publishing.answers a JOIN publishing.answer_versions v ON v.answer_id = a.id AND v.revision = a.revision
WHERE a.id = ANY($1::uuid[])
"""

_SIGNED = """
SELECT s.answer_id, s.step, s.role, s.signed_by, s.signed_at, s.sha256
FROM publishing.signatures s JOIN publishing.answers a ON a.id = s.answer_id AND a.round = s.round
WHERE s.answer_id = ANY($1::uuid[]) AND a.chain IS NOT NULL ORDER BY s.answer_id, s.signed_at, s.step
"""

_SAVE = """
INSERT INTO publishing.answers
  (id, organisation_id, incident_id, assignment_id, created_at, changed_at, version, revision, round, state, channel, key,
   title, chain)
SELECT id, organisation_id, incident_id, assignment_id, $1, $1, version, revision, round, state, channel, key, title, chain
FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::int[], $7::int[], $8::int[], $9::text[], $10::text[],
  $11::text[], $12::text[], $13::text[])
  AS r(id, organisation_id, incident_id, assignment_id, version, revision, round, state, channel, key, title, chain)
ON CONFLICT (id) DO UPDATE SET changed_at = excluded.changed_at, version = excluded.version, revision = excluded.revision,
  round = excluded.round, state = excluded.state, channel = excluded.channel, title = excluded.title, chain = excluded.chain
"""

_SAVE_WORDS = """
INSERT INTO publishing.answer_versions
  (answer_id, revision, organisation_id, written_at, written_by, channel, account, title, text, sha256)
SELECT answer_id, revision, organisation_id, $1, written_by, channel, account, title, text, sha256
FROM unnest($2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
  AS r(answer_id, revision, organisation_id, written_by, channel, account, title, text, sha256)
ON CONFLICT (answer_id, revision) DO NOTHING
"""

_SAVE_SIGNED = """
INSERT INTO publishing.signatures (answer_id, round, step, role, organisation_id, signed_at, signed_by, sha256)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[])
ON CONFLICT (answer_id, round, step, role) DO NOTHING
"""


def write_chain(chain: Chain | None) -> str | None:
    """A chain as it is kept."""
    return None if chain is None else orjson.dumps({"name": chain.name, "steps": chain.steps}).decode()


def read_chain(kept: str | None) -> Chain | None:
    """The chain that was kept."""
    if kept is None:
        return None
    value = orjson.loads(kept)
    return Chain(value["name"], tuple(tuple(step) for step in value["steps"]))


def _answer(row: Any, signatures: tuple[Signature, ...]) -> Answer:
    return Answer(
        id=row["id"],
        organisation_id=row["organisation_id"],
        incident_id=row["incident_id"],
        wording=Wording(row["channel"], row["account"], row["title"], row["text"]),
        authors=frozenset(row["authors"]),
        written_by=row["written_by"],
        assignment_id=row["assignment_id"],
        key=row["key"],
        state=row["state"],
        version=row["version"],
        revision=row["revision"],
        round=row["round"],
        chain=read_chain(row["chain"]),
        signatures=signatures,
    )


async def load_answers(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Answer]:
    """Answers by id, with the words and signatures that count now."""
    signed: dict[UUID, list[Signature]] = {}
    for row in await tx.fetch(_SIGNED, list(ids)):
        signature = Signature(row["step"], row["role"], row["signed_by"], row["signed_at"], row["sha256"])
        signed.setdefault(row["answer_id"], []).append(signature)
    rows = await tx.fetch(_LOAD, list(ids))
    return {row["id"]: _answer(row, tuple(signed.get(row["id"], ()))) for row in rows}


async def undecided_answers(tx: Transaction, incident_ids: Sequence[UUID]) -> list[Answer]:
    """Answers of these incidents that are still being written or reviewed."""
    rows = await tx.fetch(
        "SELECT id FROM publishing.answers WHERE incident_id = ANY($1::uuid[]) AND state IN ('draft', 'in_review')",
        list(incident_ids),
    )
    return list((await load_answers(tx, [row["id"] for row in rows])).values())


def _turned(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def save_answers(tx: Transaction, answers: Sequence[Answer], at: datetime) -> None:
    """Write answers as they stand now; words and signatures already kept are never written over."""
    if not answers:
        return
    await tx.execute(_SAVE, at, *_turned([_state_row(answer) for answer in answers]))
    await tx.execute(_SAVE_WORDS, at, *_turned([_words_row(answer) for answer in answers]))
    signed = [_signed_row(answer, each) for answer in answers for each in answer.signatures]
    if signed:
        await tx.execute(_SAVE_SIGNED, *_turned(signed))


def _state_row(answer: Answer) -> tuple[Any, ...]:
    return (
        answer.id,
        answer.organisation_id,
        answer.incident_id,
        answer.assignment_id,
        answer.version,
        answer.revision,
        answer.round,
        answer.state,
        answer.wording.channel,
        answer.key,
        answer.wording.title,
        write_chain(answer.chain),
    )


def _words_row(answer: Answer) -> tuple[Any, ...]:
    words = answer.wording
    return (
        answer.id,
        answer.revision,
        answer.organisation_id,
        answer.written_by,
        words.channel,
        words.account,
        words.title,
        words.text,
        words.sha256,
    )


def _signed_row(answer: Answer, each: Signature) -> tuple[Any, ...]:
    return (answer.id, answer.round, each.step, each.role, answer.organisation_id, each.at, each.by, each.sha256)
