"""From the draft of an answer to its public link, as far as its story goes."""

from collections.abc import Mapping
from typing import Any

from deploy.sample.client import RefusedError
from deploy.sample.handling import Case, until
from deploy.sample.stories import SampleAnswer

LINKS: Mapping[str, str] = {
    "weibo": "https://weibo.com/0/{name}",
    "wechat": "https://mp.weixin.qq.com/s/{name}",
}
"""Invented links on the platforms' own hosts; no such pages exist."""
ELSEWHERE = "https://www.example.gov.cn/{name}.html"


async def answer(case: Case) -> None:
    """Draft, submit, sign, release; stops where the story does."""
    if case.story.answer is None:
        return
    found = await _existing(case) or await _draft(case, case.story.answer)
    if found["state"] == "draft":
        found = await case.post(case.writer, "publishing", f"/v1/responses/{found['id']}/submit")
    if not case.story.reaches("approved"):
        return
    while found["state"] == "in_review":
        found = await _sign(case, found)
    if case.story.reaches("released") and found["state"] == "approved":
        await _release(case, found)


async def _existing(case: Case) -> Any:
    listed = await case.get("publishing", "/v1/responses", incident_id=case.incident)
    for line in listed["items"]:
        if line["state"] != "withdrawn":
            return await case.get("publishing", f"/v1/responses/{line['id']}")
    return None


async def _draft(case: Case, said: SampleAnswer) -> Any:
    """A draft that discharges the first public duty open, where the regulation asks for one by then."""
    duties = [order for order in await case.orders() if order["desk"] == "publishing" and not order["done"]]
    body = {"incident_id": case.incident, "channel": said.channel, "title": said.title, "text": said.text}
    if not duties:
        return await case.post(case.writer, "publishing", "/v1/responses", **body)
    first = min(duties, key=lambda order: order["due"] or "9999")["assignment_id"]

    async def drafted() -> Any:
        try:
            return await case.post(case.writer, "publishing", "/v1/responses", **body, assignment_id=first)
        except RefusedError as refused:
            if refused.status == 422 and "body.assignment_id" in str(refused):
                return None  # publishing has not heard of the duty yet
            raise

    return await until(drafted, f"publishing knows the duty of {case.story.id}")


async def _sign(case: Case, found: Any) -> Any:
    role = found["waiting_for"][0]
    signer = case.holder(role, other_than=case.writer)
    return await case.post(signer, "publishing", f"/v1/responses/{found['id']}/approve", role=role)


async def _release(case: Case, found: Any) -> None:
    publisher, path = case.holder("publisher"), f"/v1/responses/{found['id']}"
    await case.post(publisher, "publishing", f"{path}/lease")
    link = LINKS.get(found["channel"], ELSEWHERE).format(name=case.scene.name(case.story))
    posted = {"channel": found["channel"], "url": link, "content_sha256": found["content_sha256"]}
    await case.post(publisher, "publishing", f"{path}/releases", **posted)
