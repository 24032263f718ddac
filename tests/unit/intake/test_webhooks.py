"""Signatures of pushes, with the reference implementation as the oracle."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from services.intake.entry.webhooks import Signature, read_headers
from shared.errors import UnauthenticatedError

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
SECRET, OTHER = b"s" * 32, b"o" * 32
BODY = '{"organisation":"a","events":[{"text":"停水"}]}'

ids = st.text(st.sampled_from("msg_0aZ-."), min_size=1, max_size=40)


def signed(body: str = BODY, secret: bytes = SECRET, webhook_id: str = "msg_1", at: datetime = NOW) -> dict[str, str]:
    oracle = Webhook("whsec_" + base64.b64encode(secret).decode())
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": oracle.sign(webhook_id, at, body),
    }


@given(st.text(), st.binary(min_size=1, max_size=64), ids)
def test_what_the_reference_signs_holds(body: str, secret: bytes, webhook_id: str) -> None:
    raw = body.encode("utf-8", "replace")
    signature = read_headers(signed(raw.decode(), secret, webhook_id), NOW)
    assert signature.holds(raw, [secret])
    assert signature.webhook_id == webhook_id
    assert not signature.holds(raw + b" ", [secret])
    assert not signature.holds(raw, [secret + b"x"])


def test_rotation_either_secret_and_several_signatures() -> None:
    headers = signed()
    assert read_headers(headers, NOW).holds(BODY.encode(), [OTHER, SECRET])
    both = headers | {
        "webhook-signature": f"v1a,zzz {signed(secret=OTHER)['webhook-signature']} v1,!! {headers['webhook-signature']}"
    }
    assert read_headers(both, NOW).holds(BODY.encode(), [SECRET])
    assert not read_headers(headers, NOW).holds(BODY.encode(), [OTHER])
    assert not read_headers(headers, NOW).holds(BODY.encode(), [])


def test_id_and_time_are_part_of_what_is_signed() -> None:
    headers = signed()
    moved = headers | {"webhook-timestamp": str(int(NOW.timestamp()) + 1)}
    renamed = headers | {"webhook-id": "msg_2"}
    for changed in (moved, renamed):
        assert not read_headers(changed, NOW).holds(BODY.encode(), [SECRET])


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_are_allowed(seconds: int) -> None:
    assert read_headers(signed(at=NOW + timedelta(seconds=seconds)), NOW).holds(BODY.encode(), [SECRET])


@pytest.mark.parametrize(("seconds", "words"), [(-301, "301 s old"), (301, "301 s ahead"), (-(10**9), "s old")])
def test_more_than_five_minutes_are_refused(seconds: int, words: str) -> None:
    with pytest.raises(UnauthenticatedError, match=words):
        read_headers(signed(at=NOW + timedelta(seconds=seconds)), NOW)


@pytest.mark.parametrize(
    ("header", "value", "words"),
    [
        ("webhook-id", "", "Send webhook-id"),
        ("webhook-id", "x" * 257, "Send webhook-id"),
        ("webhook-timestamp", "", "whole seconds"),
        ("webhook-timestamp", "1.5", "whole seconds"),
        ("webhook-timestamp", "-5", "whole seconds"),
        ("webhook-timestamp", "９", "whole seconds"),
        ("webhook-timestamp", "9" * 5000, "whole seconds"),
        ("webhook-signature", "", "Send webhook-signature"),
        ("webhook-signature", "v2,AAAA", "Send webhook-signature"),
        ("webhook-signature", "v1,***", "Send webhook-signature"),
        ("webhook-signature", "v1", "Send webhook-signature"),
    ],
)
def test_malformed_headers_are_refused_by_name(header: str, value: str, words: str) -> None:
    with pytest.raises(UnauthenticatedError, match=words):
        read_headers(signed() | {header: value}, NOW)
    without = {name: text for name, text in signed().items() if name != header}
    with pytest.raises(UnauthenticatedError):
        read_headers(without, NOW)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=60), st.binary(max_size=20))
def test_no_header_makes_it_fail_otherwise(webhook_id: str, timestamp: str, signature: str, body: bytes) -> None:
    headers = {"webhook-id": webhook_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    try:
        read = read_headers(headers, NOW)
    except UnauthenticatedError:
        return
    assert isinstance(read, Signature)
    assert not read.holds(body, [SECRET])
