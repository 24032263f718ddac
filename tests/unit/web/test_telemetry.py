"""Logs carry ids and never personal data; traces are continued or begun."""

import pytest

from shared.errors import MissingError
from shared.telemetry import begin_trace, describe, trace_id, traceparent
from shared.telemetry.logs import DROPPED, drop_personal


def test_personal_fields_are_blanked_wherever_they_are() -> None:
    event = {"event": "kept", "phone": "13800138000", "reply": {"Body": "x", "n": 1, "list": [{"api_key": "k"}]}}
    assert drop_personal(None, "info", event) == {
        "event": "kept",
        "phone": DROPPED,
        "reply": {"Body": DROPPED, "n": 1, "list": [{"api_key": DROPPED}]},
    }


def test_a_failure_is_described_by_place_not_by_value() -> None:
    with pytest.raises(MissingError) as caught:
        raise MissingError("13800138000") from KeyError("13800138000")
    said = describe(caught.value)
    assert (said["error"], said["problem"], said["cause"]) == ("MissingError", "not-found", "KeyError")
    assert "test_telemetry.py" in said["frames"][-1]
    assert "13800138000" not in str(said)


@pytest.mark.parametrize("value", [b"", b"junk", b"00-" + b"0" * 32 + b"-1-1", b"00-" + b"G" * 32 + b"-1-1", b"\xff-x"])
def test_malformed_parents_begin_a_trace(value: bytes) -> None:
    begun = begin_trace([(b"traceparent", value)])
    assert len(begun) == 32
    assert begun == trace_id()
    assert traceparent().startswith(f"00-{begun}-")
