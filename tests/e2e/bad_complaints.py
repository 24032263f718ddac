"""Complaints that nobody should send, and ones that look odd but are good."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.caller import Caller, checked, require
from tests.e2e.words import fresh_name, fresh_text

ODD = "👨‍👩‍👧‍👦🏳️‍🌈 𠮷野家 𪚥龘靐 \u202eRTL\u202c ﷽ é ｱ \u3000 〇〡〢 ①㈱ 𝔘𝔫𝔦 🇨🇳"
MEGABYTE = "很长" * (512 * 1024)


def bad_complaints(caller: Caller, organisation: str) -> None:
    """Every refusal names its field; what is odd but good is kept unharmed."""
    _texts(caller, organisation)
    _odd_but_good(caller, organisation)
    _times(caller, organisation)
    _shapes(caller, organisation)
    _keys(caller, organisation)
    _repeated(caller, organisation)


def _send(caller: Caller, organisation: str, *, expect: int, **fields: Any) -> Any:
    body = {"title": "请核实", "body": fresh_text(), **fields}
    headers = caller.api_key(organisation)
    return caller.call("intake", "POST", "/v1/complaints", body, headers=headers, expect=expect)


def _texts(caller: Caller, organisation: str) -> None:
    for field in ("title", "body"):
        for value in ("", "   \n\t", None, 7, ["x"], {"a": "b"}, "a\u0000b", "半个\ud800"):
            told = _send(caller, organisation, expect=422, **{field: value})
            require(field in json.dumps(told["errors"]), f"{field}={value!r} is named")
    answer = caller.raw(
        "intake",
        "POST",
        "/v1/complaints",
        content=json.dumps({"title": "长", "body": MEGABYTE}).encode(),
        headers=caller.api_key(organisation),
    )
    require(answer.status_code in {413, 422}, f"a text of 1 MB is refused (got {answer.status_code})")
    checked(answer, answer.status_code, "1 MB of text")
    caller.say(
        f"empty, blank, NUL, half a surrogate, wrong types: 422 naming the field; 1 MB of text: {answer.status_code}"
    )


def _odd_but_good(caller: Caller, organisation: str) -> None:
    title = f"{ODD}{fresh_name()}"
    kept = _send(caller, organisation, expect=201, title=title, body=f"{ODD}{fresh_text()}")
    seen = caller.call("intake", "GET", f"/v1/complaints/{kept['receipt']}", headers=caller.api_key(organisation))
    require("𠮷野家" in seen["title"] and "龘" in seen["title"], "rare characters come back as they were")
    _send(caller, organisation, expect=201, body=f"{fresh_text()}'; DROP TABLE reports; -- <script>alert(1)</script>")
    caller.say("emoji, rare characters, right-to-left marks, quotes and tags: kept as they are")


def _times(caller: Caller, organisation: str) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    bad = [
        ahead,
        "0001-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "1999-12-31T23:59:59+08:00",
        "2026-02-30T00:00:00Z",
        "yesterday",
        "",
        10**30,
        -(10**30),
    ]
    for value in bad:
        _send(caller, organisation, expect=422, occurred_at=value)
    _send(caller, organisation, expect=201, occurred_at="2011-03-12T19:43:09+08:00")
    caller.say(f"{len(bad)} impossible times, the year 1 and tomorrow among them: 422; an old but possible one is kept")


def _shapes(caller: Caller, organisation: str) -> None:
    headers = caller.api_key(organisation)
    bodies = (
        b"",
        b"{",
        b'{"title": "x",}',
        b"null",
        b"[]",
        b'"x"',
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"title": NaN, "body": "x"}',
        b'{"title": "x", "body": "y", "unknown": 1}',
    )
    for content in bodies:
        answer = caller.raw("intake", "POST", "/v1/complaints", content=content, headers=headers)
        require(answer.status_code in {400, 413, 422}, f"{content[:20]!r} is refused (got {answer.status_code})")
        checked(answer, answer.status_code, f"body {content[:20]!r}")
    for contact in ("x", {"name": 1}, {"phone": "1" * 100}, {"passport": "x"}):
        _send(caller, organisation, expect=422, contact=contact)
    caller.say(f"{len(bodies)} bodies that are no complaint, malformed JSON among them: 400 or 422 with a problem type")


def _keys(caller: Caller, organisation: str) -> None:
    body = {"title": "请核实", "body": fresh_text()}
    for headers in ({}, {"X-API-Key": "hyk_" + "A" * 43}, {"X-API-Key": "short"}):
        caller.call("intake", "POST", "/v1/complaints", body, headers=headers, expect=401)
    good = caller.api_key(organisation)
    caller.call("intake", "POST", "/v1/complaints", body, headers=good | {"Idempotency-Key": "k" * 201}, expect=422)
    seen = set()
    for receipt in ("AAAA-AAAA-AAAA-AAAA-AAAAA", "x", "没有", "%F0%9F%98%80", "' OR 1=1 --"):
        told = caller.call("intake", "GET", f"/v1/complaints/{receipt}", headers=good, expect=404)
        seen.add(told["detail"])
    require(len(seen) == 1, "every receipt that is not there gets the same 404")
    caller.say("no key, a made-up key: 401; receipts that are not there: one and the same 404")


def _repeated(caller: Caller, organisation: str) -> None:
    headers = caller.api_key(organisation) | {"Idempotency-Key": fresh_name()}
    body = {"title": "请核实", "body": fresh_text()}
    kept = caller.call("intake", "POST", "/v1/complaints", body, headers=headers, expect=201)
    require(
        caller.call("intake", "POST", "/v1/complaints", body, headers=headers, expect=201) == kept, "the same: replayed"
    )
    other = caller.call("intake", "POST", "/v1/complaints", body | {"body": fresh_text()}, headers=headers, expect=409)
    require("idempotency" in other["type"], f"another body under the key has its own problem type ({other['type']})")
    caller.say(f"the same Idempotency-Key: same body, same answer; another body: 409 {other['type']}")
