"""Past incidents as JSON lines, a page at a time."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response

from services.grading.usecases.export import Export
from shared.auth import CurrentStaff

MEDIA_TYPE = "application/x-ndjson"


def export_routes(export: Export) -> APIRouter:
    """`GET /v1/procedures/export`: the next page is asked for with the last id as `after`; an empty one is the end."""
    router = APIRouter(tags=["procedure"])

    @router.get(
        "/v1/procedures/export",
        response_class=Response,
        responses={200: {"description": "A line of JSON an incident.", "content": {MEDIA_TYPE: {}}}},
    )
    async def procedures(
        staff: CurrentStaff, after: UUID | None = None, limit: Annotated[int, Query(ge=1, le=1000)] = 200
    ) -> Response:
        page = await export.page(staff, after, limit)
        return Response(b"".join(orjson.dumps(each) + b"\n" for each in page), media_type=MEDIA_TYPE)

    return router
