"""What each service shows of its journal to the others, and of its parked events to an operator's tool."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response

from shared.db import TRANSIENT, Database
from shared.errors import ConflictError
from shared.journal.apply import Applier
from shared.journal.archived import as_shown
from shared.journal.source import source_of
from shared.telemetry import summary

_EVENTS = """
SELECT s.seq, j.event_id, j.type, j.organisation_id, j.subject, j.time, j.data, j.traceparent
FROM {s}.stamps s LEFT JOIN {s}.journal j ON j.id = s.journal_id
WHERE s.shard = $1 AND s.seq > $2 ORDER BY s.seq LIMIT $3
"""


def journal_routes(schema: str, db: Database) -> APIRouter:
    """`GET /internal/journal` and its heads: for consumers that missed something."""
    router = APIRouter(tags=["internal"])

    @router.get("/internal/journal")
    async def journal(
        shard: Annotated[int, Query(ge=0, le=15)],
        after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 500,
    ) -> Response:
        async with db.transaction() as tx:
            rows = await tx.fetch(_EVENTS.replace("{s}", schema), shard, after, limit)
        events = [_shown(row) for row in rows]
        return Response(orjson.dumps({"events": events}), media_type="application/json")

    @router.get("/internal/journal/heads")
    async def heads() -> dict[str, Any]:
        async with db.transaction() as tx:
            rows = await tx.fetch(f"SELECT shard, seq FROM {schema}.heads")
            source = await source_of(tx, schema)
        return {"source": source, "heads": {str(row["shard"]): row["seq"] for row in rows}}

    return router


def _shown(row: Any) -> dict[str, Any]:
    if row["event_id"] is None:
        return as_shown(row["seq"])
    traced = {"traceparent": row["traceparent"]} if row["traceparent"] else {}
    return {
        "seq": row["seq"],
        "id": str(row["event_id"]),
        "type": row["type"],
        "organisation_id": row["organisation_id"],
        "subject": str(row["subject"]),
        "time": row["time"].isoformat(),
        "data": row["data"],
        **traced,
    }


def parked_routes(schema: str, db: Database, applier: Applier) -> APIRouter:
    """Parked events: what was set aside, why, and replaying a subject's in order once the cause is mended."""
    router = APIRouter(tags=["internal"])

    @router.get("/internal/parked")
    async def parked() -> list[dict[str, Any]]:
        async with db.transaction() as tx:
            rows = await tx.fetch(
                f"SELECT producer, shard, seq, event_id::text, type, subject::text, error, parked_at "
                f"FROM {schema}.parked ORDER BY id LIMIT 500"
            )
        return [dict(row) for row in rows]

    @router.post("/internal/parked/{subject}/replay")
    async def replay(subject: UUID) -> dict[str, int]:
        try:
            return {"replayed": await applier.replay(subject)}
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 - whatever its handler raises is what the operator must know
            raise ConflictError(f"Refused again, and still parked with all behind it: {summary(error)}") from None

    return router
