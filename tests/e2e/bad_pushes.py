"""Pushes that are unsigned, stale, replayed, wrongly signed, or carry one bad post among good ones."""

import json
import time
from typing import Any

from tests.e2e.caller import Caller, checked, require
from tests.e2e.pushing import post, push, send, sign
from tests.e2e.words import fresh_name, fresh_text


def bad_pushes(caller: Caller, organisation: str) -> None:
    """Nothing of a refused push is kept; of a mixed one, everything good is."""
    _signatures(caller, organisation)
    _replayed(caller, organisation)
    _mixed(caller, organisation)
    _contents(caller, organisation)


def _content(organisation: str, *events: Any) -> bytes:
    return json.dumps({"organisation": organisation, "events": list(events)}).encode()


def _signatures(caller: Caller, organisation: str) -> None:
    secret, now = caller.dev["vendor"]["secret"], int(time.time())
    event = post(fresh_text())
    content = _content(organisation, event)
    good = sign(secret, fresh_name(), now, content)
    bad = {
        "unsigned": {},
        "without a signature": {name: value for name, value in good.items() if name != "webhook-signature"},
        "without an id": {name: value for name, value in good.items() if name != "webhook-id"},
        "stale": sign(secret, fresh_name(), now - 3600, content),
        "from the future": sign(secret, fresh_name(), now + 3600, content),
        "with a time that is none": good | {"webhook-timestamp": "soon"},
        "with a moved time": good | {"webhook-timestamp": str(now - 1)},
        "with another secret": sign("whsec_" + "QUJD" * 11, fresh_name(), now, content),
        "for another body": sign(secret, fresh_name(), now, content + b" "),
        "with rubbish": good | {"webhook-signature": "v1,!!!! v2,abc v1,QUJD"},
    }
    for name, headers in bad.items():
        checked(send(caller, content, headers), 401, f"a push {name}")
    unknown = caller.raw("intake", "POST", "/v1/monitoring/nobody/events", content=content, headers=good)
    checked(unknown, 401, "a push of an unknown vendor")
    kept = push(caller, organisation, [event])
    require(kept["accepted"] == 1, "nothing of the refused pushes was kept: the same post is new")
    caller.say(f"pushes {', '.join(bad)}, of an unknown vendor: 401, and nothing of them was kept")


def _replayed(caller: Caller, organisation: str) -> None:
    webhook_id, event = fresh_name(), post(fresh_text())
    push(caller, organisation, [event], webhook_id=webhook_id)
    push(caller, organisation, [event], webhook_id=webhook_id, expect=409)
    grown = event | {"metrics": {"reads": 999}}
    push(caller, organisation, [grown], webhook_id=webhook_id, expect=409)
    require(push(caller, organisation, [event])["duplicates"] == 1, "nothing was kept under the replayed id")
    caller.say("a replayed push, also with another body under its id: 409, kept once")


def _mixed(caller: Caller, organisation: str) -> None:
    events: list[Any] = [post(fresh_text(40)) for _ in range(100)]
    events[57] = events[57] | {"posted_at": "0001-01-01T00:00:00Z"}
    told = push(caller, organisation, events)
    require(
        told["accepted"] == 99 and [each["index"] for each in told["rejected"]] == [57], f"99 kept, 57 named: {told}"
    )
    again = push(caller, organisation, events)
    require(again["duplicates"] == 99 and len(again["rejected"]) == 1, "the 99 are there")
    caller.say(f"one bad post among 100: 99 kept, 1 rejected by its index: {told['rejected'][0]['error'][:60]}")


def _contents(caller: Caller, organisation: str) -> None:
    good = post(fresh_text())
    faults: list[Any] = [
        None,
        "x",
        [],
        {},
        good | {"id": ""},
        good | {"url": "javascript:alert(1)"},
        good | {"posted_at": "2999-01-01T00:00:00Z"},
        good | {"text": "长" * 20_001},
        good | {"text": "a\u0000b"},
        good | {"metrics": {"reads": -1}},
        good | {"metrics": {"reads": 10**15}},
        good | {"metrics": "many"},
    ]
    told = push(caller, organisation, [*faults, good])
    require(
        [each["index"] for each in told["rejected"]] == list(range(len(faults))), "each fault is named by its index"
    )
    require(told["accepted"] == 1, "the good post among them is kept")
    push(caller, "no-such-organisation", [good], expect=403)
    push(caller, organisation, [], expect=422)
    secret, now = caller.dev["vendor"]["secret"], int(time.time())
    for content in (b"{", b"[]", b"null", b'{"organisation": 7, "events": "x"}'):
        answer = send(caller, content, sign(secret, fresh_name(), now, content))
        require(answer.status_code in {400, 422}, f"{content!r} is refused (got {answer.status_code})")
        checked(answer, answer.status_code, f"push {content!r}")
    odd = push(caller, organisation, [post("👨‍👩‍👧‍👦𠮷龘" + fresh_text()), post("")])
    require(odd["accepted"] == 2, "emoji, rare characters, and a repost without words are kept")
    caller.say(
        f"{len(faults)} faulty posts named by index, the good one kept; an unknown organisation: 403; no JSON: 400"
    )
