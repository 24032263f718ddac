"""Pushing as a monitoring vendor does: signed by the Standard Webhooks specification."""

from datetime import UTC, datetime
from typing import Any

import orjson
from standardwebhooks import Webhook

from deploy.sample.client import Product, Reply


def signed(secret: str, webhook_id: str, content: bytes, at: datetime) -> dict[str, str]:
    """The three headers under which `content` is believed for five minutes from `at`."""
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, at, content.decode()),
    }


class Vendor:
    """A monitoring vendor with its secret."""

    def __init__(self, product: Product, name: str, secret: str) -> None:
        self._product = product
        self._name = name
        self._secret = secret

    async def push(self, organisation: str, webhook_id: str, events: list[dict[str, Any]]) -> Reply:
        """Push posts for one organisation; `webhook_id` is the same for repetitions. Raises as `Product.call`."""
        content = orjson.dumps({"organisation": organisation, "events": events})
        headers = signed(self._secret, webhook_id, content, datetime.now(UTC))
        path = f"/v1/monitoring/{self._name}/events"
        return await self._product.call("intake", "POST", path, content, headers=headers)
