"""What a fuzzed product holds: organisations with their staff, and incidents on every part of their way.

All of it is made through the public interfaces; its ids are fed to the fuzzers, because a made-up id only ever reaches a 404.
"""

import asyncio
import itertools
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.secrets import load_secrets
from tests.bench.product import Product
from tests.bench.setup import Office, make_offices, roles_of
from tests.bench.texts import Texts
from tests.fuzz.api import Api, Member, eventually, secret_bytes, sign

VENDOR = "fuzz-monitor"
POSTS_OF = "yichun-market-regulation-2020"
"""The rulebook of the organisation whose posts are each taken as a role."""
HOUSE_ROLES = ("admin", "auditor", "publisher")
_NAMES = itertools.count(1)


@dataclass(slots=True)
class Vendor:
    """A registered vendor with its secret's bytes."""

    id: str
    name: str
    secret: bytes


@dataclass(slots=True)
class World:
    """Who there is, and `known`: values by the name of the parameter or field that takes them."""

    api: Api
    offices: Sequence[Office]
    admin: Member
    vendor: Vendor
    posts: Mapping[str, Member]
    everyone: Member
    known: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    @property
    def organisation(self) -> str:
        """The one whose posts are taken."""
        return self.everyone.organisation


def make_world(product: Product, seed: int, incidents: int = 12) -> World:
    """Everything, in a few seconds. Raises `WorldError`."""
    offices = asyncio.run(make_offices(product))
    api = Api(product)
    login, _ = load_secrets(product.var / "secrets").admin
    admin = Member(login, "platform", frozenset({"platform_admin"}))
    organisation = next(each.organisation for each in offices if each.organisation in _short(POSTS_OF))
    posts = {role: hire(api, admin, organisation, [role]) for role in (*roles_of(POSTS_OF), *HOUSE_ROLES)}
    everyone = hire(api, admin, organisation, sorted(posts))
    world = World(
        api, offices, admin, make_vendor(api, admin, [each.organisation for each in offices]), posts, everyone
    )
    _fill(world, seed, incidents)
    return world


def _short(rulebook: str) -> str:
    return f"bench-{rulebook.split('-', maxsplit=1)[0]}"


def hire(api: Api, admin: Member, organisation: str, roles: Sequence[str]) -> Member:
    """An account with these roles."""
    member = Member(f"fuzz.{next(_NAMES)}.{secrets.token_hex(3)}", organisation, frozenset(roles))
    given = {
        "login": member.login,
        "password": secrets.token_urlsafe(12),
        "display_name": "测试人员",
        "roles": list(roles),
        "organisation_id": organisation,
    }
    api.post("console", "/v1/accounts", api.staff(admin), given)
    return member


def make_vendor(api: Api, admin: Member, organisations: Sequence[str], name: str = VENDOR) -> Vendor:
    """A vendor that may push for these organisations."""
    given = {"name": name, "organisations": list(organisations)}
    made = api.post("intake", "/v1/vendors", api.staff(admin), given)
    return Vendor(made["id"], name, secret_bytes(made["secret"]))


def make_key(api: Api, admin: Member, organisation: str, label: str = "fuzz") -> tuple[str, str]:
    """A portal key: its id, and what the portal sends."""
    given = {
        "organisation": organisation,
        "label": label,
        "scopes": ["complaints:write", "complaints:read"],
        "per_second": 10_000,
    }
    made = api.post("intake", "/v1/keys", api.staff(admin), given)
    return made["id"], made["key"]


def post_event(text: str, number: int) -> dict[str, Any]:
    """A post as a vendor tells it."""
    return {
        "id": f"fuzz-{number}-{secrets.token_hex(4)}",
        "url": f"https://example.org/weibo/{secrets.token_hex(6)}",
        "platform": "weibo",
        "posted_at": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - 600)),
        "text": text,
        "metrics": {"reads": 150_000 * (number % 2), "comments": 3},
    }


def signed(vendor: Vendor, body: bytes, webhook_id: str, timestamp: int) -> dict[str, str]:
    """The headers of a push as its specification wants them."""
    return {
        "content-type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(vendor.secret, webhook_id, str(timestamp), body),
    }


def _fill(world: World, seed: int, incidents: int) -> None:
    """Incidents from the portal and the vendor, graded, worked on, answered; then everything that has an id is known."""
    texts, chance = Texts(seed), random.Random(seed)
    _, key = make_key(world.api, world.admin, world.organisation)
    told = [
        world.api.post(
            "intake", "/v1/complaints", {"X-API-Key": key}, texts.one() | {"contact": {"phone": "13800000000"}}
        )
        for _ in range(incidents)
    ]
    for number in range(incidents // 3):
        events = [post_event(texts.one()["body"], number)]
        body = orjson.dumps({"organisation": world.organisation, "events": events})
        headers = signed(world.vendor, body, f"fill-{number}", int(time.time()))
        answer = world.api.send("intake", "POST", f"/v1/monitoring/{VENDOR}/events", headers, content=body)
        assert answer.status_code == 202, answer.text
    staff = world.api.staff(world.everyone)
    known = [each["incident_id"] for each in told]
    eventually(lambda: _tasks(world, known[-1]), "the last complaint has tasks")
    known = [each["incident_id"] for each in world.api.get("intake", "/v1/incidents", staff, limit="200")]
    for incident in chance.sample(known, len(known) // 2):
        proposal = world.api.get("grading", f"/v1/gradings/{incident}", staff)["proposal"] or "general"
        world.api.post("grading", f"/v1/gradings/{incident}/approve", staff, {"level": proposal})
    _work(world, known, chance)
    _join(world, known)
    world.known["receipt"] = [each["receipt"] for each in told]
    world.known["key_id"] = [make_key(world.api, world.admin, world.organisation)[0] for _ in range(6)]
    vendors = [make_vendor(world.api, world.admin, [world.organisation], f"fuzz-vendor-{n}") for n in range(4)]
    world.known["vendor_id"] = [each.id for each in vendors]
    learn(world)


def _tasks(world: World, incident: str) -> list[dict[str, Any]]:
    staff = world.api.staff(world.everyone)
    found: list[dict[str, Any]] = world.api.get("tasks", "/v1/tasks", staff, incident_id=incident, limit="200")["items"]
    return found


def _work(world: World, incidents: Sequence[str], chance: random.Random) -> None:
    """Some tasks claimed, some handed in; an answer in each state of its way."""
    api, staff = world.api, world.api.staff(world.everyone)
    for task in [each for incident in incidents[:6] for each in _tasks(world, incident) if each["desk"] == "tasks"]:
        if chance.random() < 0.6:
            api.send("tasks", "POST", f"/v1/tasks/{task['id']}/claim", staff, body={})
        if chance.random() < 0.2:
            shown = api.get("tasks", f"/v1/tasks/{task['id']}", staff)
            content = {"hand_in": dict.fromkeys(shown["hand_in"], "见附件一")}
            api.send("tasks", "POST", f"/v1/tasks/{task['id']}/complete", staff, body=content)
    signer = world.api.staff(hire(api, world.admin, world.organisation, sorted(world.everyone.roles)))
    for number, incident in enumerate(itertools.islice(itertools.cycle(incidents), 10)):
        draft = {
            "incident_id": incident,
            "channel": "weibo",
            "title": "关于您反映问题的答复",
            "text": "已经核实,正在整改。",
        }
        path = f"/v1/responses/{api.post('publishing', '/v1/responses', staff, draft)['id']}"
        _on_its_way(world, path, staff, signer, number % 5)


def _on_its_way(world: World, path: str, author: dict[str, str], signer: dict[str, str], steps: int) -> None:
    """0 stays a draft, 1 is submitted, 2 signed, 3 leased, 4 released."""
    api = world.api
    if steps >= 1:
        api.send("publishing", "POST", f"{path}/submit", author, body={})
    for _ in range(3 * (steps >= 2)):
        api.send("publishing", "POST", f"{path}/approve", signer, body={})
    if steps >= 3:
        api.send("publishing", "POST", f"{path}/lease", author, body={})
    if steps >= 4:
        seal = api.get("publishing", path, author)["content_sha256"]
        posted = {"channel": "weibo", "url": f"https://weibo.com/0/{secrets.token_hex(6)}", "content_sha256": seal}
        api.send("publishing", "POST", f"{path}/releases", author, body=posted)


def _join(world: World, incidents: Sequence[str]) -> None:
    """Some incidents merged: one merge stands, one is undone, and a pair is refused."""
    api, staff = world.api, world.api.staff(world.everyone)
    first, second, third, fourth, *_ = incidents[-4:]
    moves = [
        api.post("intake", f"/v1/incidents/{survivor}/merge", staff, {"other": other, "reason": "同一事项"})
        for survivor, other in ((first, second), (third, fourth))
    ]
    api.post("intake", f"/v1/moves/{moves[0]['move_id']}/undo", staff, {"reason": "不是同一事项"})
    api.post("intake", f"/v1/incidents/{first}/similar/{third}/refuse", staff, {"reason": "不是同一事项"})
    world.known["move_id"] = [each["move_id"] for each in moves]


def learn(world: World) -> None:
    """Ask every list for what there is now."""
    api, staff, known = world.api, world.api.staff(world.everyone), world.known
    incidents = [each["incident_id"] for each in api.get("intake", "/v1/incidents", staff, limit="60")]
    whole = [api.get("intake", f"/v1/incidents/{each}", staff) for each in incidents[:20]]
    tasks = api.get("tasks", "/v1/tasks", staff, limit="200")["items"]
    answers = api.get("publishing", "/v1/responses", staff, limit="60")["items"]
    rounds = api.get("grading", "/v1/rounds", staff)
    known["incident_id"] = incidents
    known["report_id"] = [report["report_id"] for each in whole for report in each["report_list"]]
    known["task_id"] = [each["id"] for each in tasks]
    known["assignment_id"] = [each["id"] for each in tasks if each["desk"] == "publishing"]
    known["response_id"] = [each["id"] for each in answers]
    known["content_sha256"] = [
        api.get("publishing", f"/v1/responses/{each['id']}", staff)["content_sha256"] for each in answers
    ]
    known["hash"] = sorted(_hashes(api.get("grading", "/v1/rulebooks", staff)))
    known["after"] = [*incidents[:5], *(each["id"] for each in answers[:3]), *(str(each["id"]) for each in rounds[:3])]
    known["vendor"] = [world.vendor.name]
    known["organisation"] = known["organisation_id"] = [each.organisation for each in world.offices]
    known["login"] = [each.login for each in world.posts.values()]
    known["subject"] = known["other"] = incidents[:5]
    known["region"], known["root_id"] = ["示范区", "示范县"], ["fuzz-root"]
    known["owner"] = sorted(world.posts)
    known["level"] = ["general", "sensitive", "major", "extra_major"]
    known["flag"] = ["sensitive", "mass_incident", "urgent"]
    known["name"] = ["occurred", "discovered", "investigation_done"]
    known["channel"] = ["weibo", "wechat", "website"]
    known["version"] = [1, 2, 3, 4]


def _hashes(part: Any) -> set[str]:
    """Every rulebook hash that stands somewhere in a document."""
    if isinstance(part, dict):
        return set().union(*(_hashes(each) for each in part.values()))
    if isinstance(part, list):
        return set().union(*(_hashes(each) for each in part))
    return {part} if isinstance(part, str) and len(part) == 64 and set(part) <= set("0123456789abcdef") else set()
