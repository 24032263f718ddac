"""The way of an answer: drafted, checked, signed by the chain, pulled by the publishing staff, released with its link."""

from typing import Any

from tests.e2e.caller import Caller, Member, eventually, require
from tests.e2e.incidents import board, orders
from tests.e2e.ways import Way
from tests.e2e.words import fresh_name

TEXT = "您好。经核实,您反映的情况属实,已责成有关单位整改,并将在本周内完成。感谢您的监督。"


def answer(caller: Caller, way: Way, incident: str) -> str:
    """From draft to link; the link. Its author holds the very post that signs, and may not."""
    signer, author = Member(caller, way.organisation, way.approver), Member(caller, way.organisation, way.approver, 1)
    made = _draft(caller, way, incident, author)
    path = f"/v1/responses/{made['id']}"
    edited = _edit(caller, author, path, made)
    submitted = author.post("publishing", f"{path}/submit", {"version": edited["version"]})
    require(submitted["state"] == "in_review" and submitted["waiting_for"] == [way.approver], "it waits for the chain")
    author.post("publishing", f"{path}/approve", expect=403)
    wrong = Member(caller, way.organisation, "department")
    told = wrong.post("publishing", f"{path}/approve", expect=403)
    require(way.approver in str(told), "the wrong post is told for whom it waits")
    Member(caller, way.organisation, "publisher").post("publishing", f"{path}/lease", expect=409)
    approved = signer.post("publishing", f"{path}/approve", {"content_sha256": submitted["content_sha256"]})
    require(approved["state"] == "approved", "the answer is approved")
    caller.say(f"approved by {signer.login}; refused to its author {author.login} and to {wrong.login}")
    return _release(caller, way, path, approved)


def _draft(caller: Caller, way: Way, incident: str, author: Member) -> Any:
    auditor = Member(caller, way.organisation, "auditor")
    body = {"incident_id": incident, "channel": "weibo", "title": "关于您反映问题的答复", "text": TEXT}
    public = [
        order for order in orders(auditor, incident).values() if order["desk"] == "publishing" and not order["done"]
    ]
    if public:
        body["assignment_id"] = public[0]["assignment_id"]
        eventually(lambda: public[0]["key"] in board(auditor, incident), "the public duty has gone round")
    auditor.post("publishing", "/v1/responses", body, expect=403)
    author.post("publishing", "/v1/responses", body | {"channel": "no-such-channel"}, expect=422)
    made = author.post("publishing", "/v1/responses", body, expect=201)
    which = public[0]["key"] if public else "no duty asks for it by then"
    caller.say(f"answer drafted by {author.login} for weibo ({which})")
    return made


def _edit(caller: Caller, author: Member, path: str, made: Any) -> Any:
    """A text that is not fit is not submitted; a stale edit is told the present state."""
    unfit = author.patch("publishing", path, {"version": made["version"], "text": f"{TEXT}联系人〔待填〕"})
    refused = author.post("publishing", f"{path}/submit", {"version": unfit["version"]}, expect=422)
    require(refused["errors"][0]["where"] == "text", "what must be put right is told by place")
    stale = author.patch("publishing", path, {"version": made["version"], "text": TEXT}, expect=409)
    require(str(unfit["version"]) in str(stale), "a stale edit is told the present version")
    edited = author.patch("publishing", path, {"version": unfit["version"], "text": TEXT})
    caller.say("a blank left in it: not submitted; a stale edit: 409 with the present state; put right")
    return edited


def _release(caller: Caller, way: Way, path: str, approved: Any) -> str:
    publisher, other = (Member(caller, way.organisation, "publisher", nth) for nth in (0, 1))
    listed = publisher.get("publishing", "/v1/responses", state="approved", channel="weibo", limit="200")
    require(any(each["id"] == approved["id"] for each in listed["items"]), "publishing staff find it for weibo")
    url = f"https://weibo.com/0/{fresh_name()}"
    posted = {"channel": "weibo", "url": url, "content_sha256": approved["content_sha256"]}
    publisher.post("publishing", f"{path}/releases", posted, expect=409)
    Member(caller, way.organisation, "department").post("publishing", f"{path}/lease", expect=403)
    lease = publisher.post("publishing", f"{path}/lease")["lease"]
    second = other.post("publishing", f"{path}/lease", expect=409)
    require(publisher.login in str(second), "the second publisher is told who holds it")
    other.post("publishing", f"{path}/releases", posted, expect=409)
    require(TEXT in publisher.get("publishing", f"{path}/pack"), "the release pack holds the approved words")
    caller.say(f"pulled by {publisher.login} until {lease['until'][11:16]} UTC; {other.login} is told who holds it")
    publisher.post("publishing", f"{path}/releases", posted | {"content_sha256": "0" * 64}, expect=409)
    publisher.post("publishing", f"{path}/releases", posted | {"url": "https://weibo.example/1"}, expect=422)
    publisher.post("publishing", f"{path}/releases", posted | {"channel": "wechat"}, expect=422)
    released = publisher.post("publishing", f"{path}/releases", posted, expect=201)
    require(released["state"] == "released" and not released["release"]["deviates"], "the answer is released")
    again = publisher.post("publishing", f"{path}/releases", posted, expect=201)
    require(again["release"] == released["release"], "the same link again is what is on record")
    publisher.post("publishing", f"{path}/releases", posted | {"url": f"{url}-other"}, expect=409)
    caller.say("released with its link; other words, another host, another channel, another link refused")
    return url
