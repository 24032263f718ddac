"""The floor: what FastAPI and asyncpg cost by themselves. One route, one insert of the same rows, nothing else.

Run by `tests.bench.floor` as a process of its own: `python -m tests.bench.floor_app DATABASE_URL PORT`.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Complaint(BaseModel):
    """The same body as the product takes."""

    title: str
    body: str
    region: str | None = None
    topic: str | None = None
    contact: dict[str, str] | None = None


def build(database_url: str) -> FastAPI:
    """The floor's application."""
    pools: list[asyncpg.Pool[Any]] = []

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(database_url, min_size=8, max_size=8) as pool:
            pools.append(pool)
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/v1/complaints", status_code=201)
    async def submit(complaint: Complaint) -> dict[str, UUID]:
        report_id = uuid4()
        await pools[0].execute(
            "INSERT INTO complaints (id, organisation, title, body) VALUES ($1, $2, $3, $4)",
            report_id,
            "bench",
            complaint.title,
            complaint.body,
        )
        return {"id": report_id}

    return app


if __name__ == "__main__":
    uvicorn.run(
        build(sys.argv[1]),
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
    )
