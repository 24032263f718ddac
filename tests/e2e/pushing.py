"""A monitoring vendor's pushes, signed as Standard Webhooks asks, or wrongly on purpose."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import httpx

from tests.e2e.caller import Caller, checked
from tests.e2e.words import fresh_name


def sign(secret: str, webhook_id: str, timestamp: int, content: bytes) -> dict[str, str]:
    """The three headers."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.digest(key, f"{webhook_id}.{timestamp}.".encode() + content, hashlib.sha256)
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": webhook_id, "webhook-timestamp": str(timestamp), "webhook-signature": signature}


def send(caller: Caller, content: bytes, headers: dict[str, str]) -> httpx.Response:
    """Push bytes as the vendor of `dev.json`."""
    path = f"/v1/monitoring/{caller.dev['vendor']['name']}/events"
    return caller.raw("intake", "POST", path, content=content, headers=headers)


def push(caller: Caller, organisation: str, events: list[Any], *, expect: int = 202, webhook_id: str = "") -> Any:
    """Push posts, rightly signed."""
    content = json.dumps({"organisation": organisation, "events": events}).encode()
    headers = sign(caller.dev["vendor"]["secret"], webhook_id or fresh_name(), int(time.time()), content)
    return checked(send(caller, content, headers), expect, "push")


def post(text: str, *, name: str = "", counts: tuple[int, int, int, int] = (1, 0, 0, 0), **more: Any) -> dict[str, Any]:
    """A post as an event of a push."""
    name = name or fresh_name()
    return {
        "id": name,
        "url": f"https://example.org/weibo/{name}",
        "platform": "weibo",
        "author_type": "person",
        "posted_at": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - 600)),
        "text": text,
        "metrics": dict(zip(("reads", "comments", "reposts", "likes"), counts, strict=True)),
        **more,
    }
