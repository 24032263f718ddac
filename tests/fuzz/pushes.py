"""Mutated pushes against the running gate, with good ones between: none of the first is accepted, all of the second are, once."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import asyncpg
import orjson

from tests.fuzz.mutations import MUTATIONS, Hands, Signed, mutated, signed
from tests.fuzz.wire import Answer, Wire, request
from tests.fuzz.world import VENDOR, World, make_vendor, post_event

VALID_EVERY = 20
SAY_EVERY = 2500
SIGNS = (
    "街道路灯公园学校医院药店市场电梯水管暖气噪声油烟停车绿化垃圾收费合同退款押金装修邻居物业窗口材料证明系统报销备案"
)


def push_all(world: World, seed: int, count: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Send `count` mutated pushes; what was answered, by mutation."""
    chance, told = random.Random(seed), Counter[str]()
    answers: dict[str, Counter[str]] = {}
    other = make_vendor(world.api, world.admin, [world.organisation], "fuzz-other")
    before, valid, wrong = _reports(world), 0, Counter[str]()
    names = list(MUTATIONS)
    with Wire(world.api.product.port("intake")) as wire:
        for number in range(count):
            push, now = _push(world, chance, number), int(time.time())
            if number % VALID_EVERY == 0:
                valid += 1
                wrong.update(_valid(wire, push, world.vendor.secret, chance))
                push = _push(world, chance, number)
            name = names[number % len(names)]
            hands = Hands(world.vendor.secret, other.secret, now)
            answer = _send(wire, mutated(push, name, chance, hands))
            answers.setdefault(name, Counter())[str(answer.status)] += 1
            told["accepted"] += 200 <= answer.status < 300
            told["server errors"] += answer.status >= 500
            told["no problem document"] += answer.status >= 400 and not answer.is_problem and answer.status != 400
            if number % SAY_EVERY == SAY_EVERY - 1:
                say(f"webhooks: {number + 1} mutated, {told['accepted']} accepted; {valid} valid")
    return {
        "mutated": count,
        "accepted_mutations": told["accepted"],
        "server_errors": told["server errors"],
        "without_problem_document": told["no problem document"],
        "valid": valid,
        "refused_valid": wrong["refused"],
        "replays_accepted": wrong["replayed"],
        "kept": _reports(world) - before,
        "answers": {name: dict(counts) for name, counts in answers.items()},
    }


def _push(world: World, chance: random.Random, number: int) -> Signed:
    text = "".join(chance.choices(SIGNS, k=80))
    body = orjson.dumps({"organisation": world.organisation, "events": [post_event(text, number)]})
    webhook_id = f"msg_{chance.getrandbits(64):016x}{number}"
    return signed(VENDOR, world.vendor.secret, webhook_id, str(int(time.time())), body)


def _valid(wire: Wire, push: Signed, secret: bytes, chance: random.Random) -> Counter[str]:
    """A good push in one of the forms that are allowed; then the same again, twice, which is not."""
    found = Counter[str]()
    found["refused"] += _send(wire, well(push, chance)).status != 202
    again = signed(push.vendor, secret, push.get("webhook-id"), str(int(time.time()) + 1), push.body)
    for repeated in (push, again):
        found["replayed"] += _send(wire, repeated).status != 409
    return found


def well(push: Signed, chance: random.Random) -> Signed:
    """What a sender may do: other cases of header names, several signatures of which one holds, unknown schemes beside."""
    signature = push.get("webhook-signature")
    form = chance.choice(
        [
            signature,
            f"v1,{'A' * 43}= {signature}",
            f"{signature} v1,not-base64",
            f"v1a,whatever {signature} v2,later",
        ]
    )
    made = push.having("webhook-signature", form)
    case = chance.choice([str.lower, str.upper, str.title])
    return Signed(made.vendor, made.body, tuple((case(name), value) for name, value in made.headers))


def _send(wire: Wire, push: Signed) -> Answer:
    path = f"/v1/monitoring/{push.vendor}/events".encode("latin-1")
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in push.headers]
    return wire.send([request(b"POST", path, headers, push.body)])


def _reports(world: World) -> int:
    """Reports that are kept: the gate's answers must not be all we believe."""

    async def count() -> int:
        connection = await asyncpg.connect(world.api.product.database_url)
        try:
            return int(await connection.fetchval("SELECT count(*) FROM intake.reports"))
        finally:
            await connection.close()

    return asyncio.run(count())
