"""A product of two small services for the tests of the runner; run as a script, it is the runner with this product."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI

from deploy.local.__main__ import main
from deploy.local.cluster import DATABASE
from deploy.local.services import Product, Service
from shared.migrations import provision
from shared.secrets import ensure_secrets

PRODUCT = Product(
    services=(
        Service("console", 0, "tests.services.runner_product", "huiying_console"),
        Service("intake", 1, "tests.services.runner_product", "huiying_intake"),
    ),
    prepare="tests.services.runner_product:prepare",
    sample="tests.services.runner_product:play",
)


def create_app() -> FastAPI:
    """A service that is ready at once and tells its process and its settings."""
    app = FastAPI()

    @app.get("/readyz")
    async def readyz() -> dict[str, bool]:
        return {"ready": True}

    @app.get("/self")
    async def myself() -> dict[str, str]:
        settings = {name: value for name, value in os.environ.items() if name.startswith("HUIYING_")}
        return {"pid": str(os.getpid()), **settings}

    return app


def prepare(admin_url: str, secrets: Path) -> None:
    """Roles, as for the product, but no schemas."""
    asyncio.run(provision(admin_url, DATABASE, ensure_secrets(secrets).passwords))


def play(arguments: list[str]) -> int:
    """Leave a trace that the sample was played."""
    with (Path(arguments[1]) / "played.log").open("a", encoding="utf-8") as file:
        file.write(" ".join(arguments) + "\n")
    return 0


if __name__ == "__main__":
    start: Callable[[list[str], Product], int] = main
    sys.exit(start(sys.argv[1:], PRODUCT))
