"""What a hostile or broken client writes on the wire: no answer of 5xx, and the service goes on answering the next one."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.product import SERVICES
from tests.fuzz.wire import Wire, request
from tests.fuzz.world import World, make_key

ODD_METHODS = (
    b"HEAD",
    b"OPTIONS",
    b"TRACE",
    b"CONNECT",
    b"PROPFIND",
    b"QUERY",
    b"get",
    b"X" * 300,
    b"PO ST",
    b"\xc3\xa9",
    b"",
)
JSON = (b"content-type", b"application/json")
DEEP = 100_000


@dataclass(frozen=True, slots=True)
class Blow:
    """Bytes to send, part by part, with a pause in seconds between two. `closing`: no answer at all is one too."""

    name: str
    parts: Sequence[bytes]
    pause: float = 0.0
    closing: bool = True


def hammer(world: World, seed: int) -> dict[str, Any]:
    """Every blow at every service; `wrong` lists what should not have been."""
    chance, statuses, wrong = random.Random(seed), Counter[str](), list[str]()
    staff = tuple(next(iter(world.api.staff(world.everyone).items())))
    header = (staff[0].encode(), staff[1].encode())
    key = make_key(world.api, world.admin, world.organisation)[1].encode()
    for service in SERVICES:
        credential = (b"x-api-key", key) if service == "intake" else header
        with Wire(world.api.product.port(service)) as wire:
            for blow in _blows(service, credential, chance):
                answer = wire.send(_slowly(blow))
                statuses[str(answer.status)] += 1
                if answer.status >= 500 or (answer.status == 0 and not blow.closing):
                    wrong.append(f"{service}: {blow.name}: {answer.status} {answer.body[:200]!r}")
                if answer.status == 0:
                    wire.close()
            alive = wire.send([request(b"GET", b"/healthz", ())])
            if alive.status != 200:
                wrong.append(f"{service} does not answer afterwards: {alive.status}")
    return {"blows": sum(statuses.values()), "statuses": dict(statuses), "wrong": wrong}


def _slowly(blow: Blow) -> Iterator[bytes]:
    for part in blow.parts:
        yield part
        if blow.pause:
            time.sleep(blow.pause)


LIST = {
    "console": b"/v1/overview",
    "intake": b"/v1/incidents",
    "grading": b"/v1/gradings",
    "tasks": b"/v1/tasks",
    "publishing": b"/v1/responses",
}
WRITE = {
    "console": b"/v1/accounts",
    "intake": b"/v1/complaints",
    "grading": b"/v1/calendar/days",
    "tasks": b"/v1/tasks/01a204fa-3ced-896e-b5aa-070a119a18d4/claim",
    "publishing": b"/v1/responses",
}


def _blows(service: str, credential: tuple[bytes, bytes], chance: random.Random) -> Iterator[Blow]:
    read, path = LIST[service], WRITE[service]
    for method in ODD_METHODS:
        yield Blow(f"method {method[:12]!r}", [request(method, read, [credential])])
    for name, body in _bodies(chance):
        yield Blow(f"body {name}", [request(b"POST", path, [credential, JSON], body)], closing=False)
    for kind in _KINDS:
        yield Blow(
            f"content type {kind[:30]!r}", [request(b"POST", path, [credential, (b"content-type", kind)], b"{}")]
        )
    yield from _lines(read, credential)
    yield from _framings(path, credential)


def _bodies(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    yield "deep list", b"[" * DEEP + b"]" * DEEP
    yield "deep object", b'{"a":' * DEEP + b"1" + b"}" * DEEP
    yield "open list", b"[" * DEEP
    yield "huge integer", b'{"version": ' + b"9" * 5000 + b"}"
    yield "huge exponent", b'{"version": 1e999999}'
    yield "negative zero", b'{"version": -0}'
    yield "not a number", b'{"version": NaN}'
    yield "twice the same key", b'{"title": "a", "title": {"b": 1}, "body": "x", "body": "y"}'
    yield "prototype", b'{"__proto__": {"x": 1}, "constructor": 1, "__class__": 1}'
    yield "lone surrogate", b'{"title": "\\ud800", "body": "\\udc00\\ud800"}'
    yield "NUL", b'{"title": "a\\u0000b", "\\u0000": 1}'
    yield "raw NUL", b'{"title": "a\0b"}'
    yield "overlong UTF-8", b'{"title": "\xc0\x80\xe0\x80\xaf"}'
    yield "half a character", b'{"title": "\xe5\x9b'
    yield "UTF-16", '{"title": "x"}'.encode("utf-16")
    yield "UTF-8 with a mark", b'\xef\xbb\xbf{"title": "x"}'
    yield "gzip", b"\x1f\x8b\x08" + chance.randbytes(64)
    yield "noise", chance.randbytes(4000)
    yield "many keys", b"{" + b",".join(b'"k%d":%d' % (n, n) for n in range(40_000)) + b"}"
    yield "long key", b'{"' + b"k" * 500_000 + b'": 1}'
    yield "scalars", chance.choice([b"null", b"7", b'"x"', b"true", b"[]"])
    yield "blanks", b" \n\t" * 1000
    yield "too large", b'{"title": "' + b"x" * (2 << 20) + b'"}'


_KINDS = (
    b"text/html",
    b"multipart/form-data",
    b"multipart/form-data; boundary=",
    b"application/x-www-form-urlencoded",
    b"application/json; charset=utf-16",
    b"application/json" * 500,
    b"\xff\xfe",
    b"",
    b"application/",
    b";;;",
)


def _lines(path: bytes, credential: tuple[bytes, bytes]) -> Iterator[Blow]:
    """Odd request lines and headers."""
    for name, target in (
        ("long address", path + b"?" + b"a" * 60_000),
        ("many parameters", path + b"?" + b"&".join(b"limit=%d" % n for n in range(5000))),
        ("huge number", path + b"?limit=" + b"9" * 4000),
        ("negative number", path + b"?limit=-99999999999999999999"),
        ("NUL", path + b"/%00?after=%00"),
        ("bad escapes", path + b"/%zz%f?after=%ff%fe%c0%80"),
        ("surrogate", path + b"?after=%ed%a0%80"),
        ("dots", b"/v1/../../../../etc/passwd"),
        ("escaped dots", b"/static/..%2f..%2f..%2fmain.py"),
        ("whole address", b"http://example.org" + path),
        ("no slash", b"v1"),
        ("star", b"*"),
        ("raw bytes", path + b"/\xff\xfe"),
        ("twice", path + b"?limit=1&limit=2&limit=x"),
    ):
        yield Blow(f"address: {name}", [request(b"GET", target, [credential])])
    for name, headers in (
        ("long", [(b"x-long", b"a" * 60_000)]),
        ("many", [(b"x-%d" % n, b"1") for n in range(2000)]),
        ("bytes", [(b"traceparent", b"\xff\x00\xfe"), (b"accept", b"\xff")]),
        ("token of bytes", [(b"authorization", b"Bearer \xff\xfe")]),
        ("token of dots", [(b"authorization", b"Bearer ...")]),
        ("long token", [(b"authorization", b"Bearer " + b"e" * 30_000)]),
        ("cookie", [(b"cookie", b"huiying_session=" + b"x.y.z;" * 500)]),
        ("twice", [credential, credential]),
        ("host", [(b"host", b"a" * 5000), (b"x-forwarded-for", b"1.1.1.1, " * 500)]),
        ("range", [credential, (b"range", b"bytes=99999999999999999999-"), (b"if-none-match", b'"' * 1000)]),
        ("encoding", [credential, (b"accept-encoding", b"br;q=9, *;q=x"), (b"accept", b"x" * 1000)]),
        ("idempotency", [credential, (b"idempotency-key", b"\xff" * 300)]),
        ("upgrade", [credential, (b"connection", b"upgrade"), (b"upgrade", b"websocket")]),
        ("expect", [credential, (b"expect", b"100-continue"), (b"expect", b"x")]),
    ):
        yield Blow(f"headers: {name}", [request(b"GET", path, headers)])


def _framings(path: bytes, credential: tuple[bytes, bytes]) -> Iterator[Blow]:
    """Bodies whose length is told wrongly, in pieces, or never come."""
    head = b"POST %b HTTP/1.1\r\nHost: x\r\n%b: %b\r\ncontent-type: application/json\r\n" % (path, *credential)
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    yield Blow("chunked", [chunked, b"2\r\n{}\r\n", b"0\r\n\r\n"])
    yield Blow("chunked, byte by byte", [chunked, *([b"1\r\n \r\n"] * 200), b"2\r\n{}\r\n0\r\n\r\n"])
    yield Blow("chunked with a trailer", [chunked, b"2\r\n{}\r\n0\r\nx-late: 1\r\n\r\n"])
    yield Blow("chunked beyond the limit", [chunked, *([b"10000\r\n" + b"x" * 65_536 + b"\r\n"] * 160), b"0\r\n\r\n"])
    yield Blow("a chunk of nonsense", [chunked, b"zz\r\n{}\r\n"])
    yield Blow("a chunk of a huge size", [chunked, b"ffffffffffffffffff\r\n{}"])
    yield Blow(
        "chunked and counted", [head + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n"]
    )
    yield Blow("two lengths", [head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"])
    yield Blow("negative length", [head + b"Content-Length: -1\r\n\r\n{}"])
    yield Blow("huge length", [head + b"Content-Length: 99999999999999999999\r\n\r\n{}"])
    yield Blow("slowly", [head + b"Content-Length: 6\r\n\r\n", b"{", b" ", b" ", b" ", b" ", b"}"], pause=0.1)
    yield Blow("a second request inside", [head + b"Content-Length: 2\r\n\r\n{}GET /healthz HTTP/1.1\r\n\r\n"])
    yield Blow("another version", [head.replace(b"HTTP/1.1", b"HTTP/9.9") + b"\r\n"])
    yield Blow("no version", [b"GET /\r\n\r\n"])
    yield Blow("TLS", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64)])
    yield Blow("HTTP/2", [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"])
