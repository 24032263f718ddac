"""Telling the stories of one organisation to the product: complaints by REST, posts by signed pushes, patrol entries by staff."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from deploy.sample.client import Product, RefusedError, SampleError
from deploy.sample.organisations import SampleOrganisation
from deploy.sample.people import People
from deploy.sample.played import Played
from deploy.sample.signing import Vendor
from deploy.sample.stories import SamplePost, Story

FOUND_WITHIN = 30.0
"""Seconds until a pushed post is an incident that staff can see."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One organisation with what is needed to speak to the product for it."""

    product: Product
    people: People
    played: Played
    organisation: SampleOrganisation
    api_key: str
    vendor: Vendor

    @property
    def member(self) -> str:
        """A member of staff who looks at things."""
        return self.organisation.login(self.organisation.accounts[0])

    def moment(self, story: Story) -> str:
        """When the matter became public."""
        return (self.played.begun - timedelta(minutes=story.minutes_ago)).isoformat()

    def name(self, story: Story) -> str:
        """A name for the story that no other installation or organisation uses."""
        return f"sample-{self.played.begun:%Y%m%d%H%M%S}-{self.organisation.id}-{story.id}"

    def url(self, story: Story, post: SamplePost) -> str:
        """An invented address."""
        return f"https://example.org/{post.platform}/{self.name(story)}/{post.id}"


async def tell(scene: Scene, story: Story) -> None:
    """Tell a complaint with its repetitions, or a patrol entry, unless that was done."""
    if story.kind == "complaint":
        for number, body in enumerate([story.body, *story.again]):
            incident = await _complain(scene, story, str(number), story.title, body or "")
            if number == 0:
                scene.played.became(scene.organisation.id, story.id, incident)
        for number, other in enumerate(story.retold):
            incident = await _complain(scene, story, f"retold-{number}", other.title, other.body)
            scene.played.became(scene.organisation.id, f"{story.id}/{number}", incident)
    elif story.kind == "patrol" and scene.played.incident(scene.organisation.id, story.id) is None:
        entry = {"title": story.title, "body": story.body, "topic": story.topic, "occurred_at": scene.moment(story)}
        kept = await scene.people.call(scene.member, "intake", "POST", "/v1/patrol-entries", entry)
        scene.played.became(scene.organisation.id, story.id, kept.data["incident_id"])


async def _complain(scene: Scene, story: Story, number: str, title: str, body: str) -> str:
    complaint = {
        "title": title,
        "body": body,
        "occurred_at": scene.moment(story),
        "region": story.region,
        "topic": story.topic,
        "contact": {"name": "示例群众", "phone": "0000-0000000"},
    }
    headers = {"X-API-Key": scene.api_key, "Idempotency-Key": f"{scene.name(story)}-{number}"}
    kept = await scene.product.call("intake", "POST", "/v1/complaints", complaint, headers=headers)
    incident: str = kept.data["incident_id"]
    return incident


async def push(scene: Scene, stories: Sequence[Story], number: int) -> None:
    """The vendor's push `number`, with every post whose counts it carries; taken in before is as good as taken in."""
    events = [
        _event(scene, story, post, spread)
        for story in stories
        for post in story.posts
        for spread in post.spread[number : number + 1]
        if spread is not None
    ]
    if not events:
        return
    webhook_id = f"sample-{scene.played.begun:%Y%m%d%H%M%S}-{scene.organisation.id}-{number}"
    try:
        answer = (await scene.vendor.push(scene.organisation.id, webhook_id, events)).data
    except RefusedError as refused:
        if refused.status == 409:
            return
        raise
    if answer["rejected"]:
        raise SampleError(f"Posts of {scene.organisation.id} were rejected: {answer['rejected']}")


def _event(scene: Scene, story: Story, post: SamplePost, spread: Sequence[int]) -> dict[str, Any]:
    return {
        "id": f"{scene.name(story)}-{post.id}",
        "url": scene.url(story, post),
        "platform": post.platform,
        "author_type": post.author_type,
        "posted_at": scene.moment(story),
        "text": post.text,
        "root_id": f"{scene.name(story)}-{post.root}" if post.root else None,
        "metrics": dict(zip(("reads", "comments", "reposts", "likes"), spread, strict=True)),
    }


async def find_incidents(scene: Scene, stories: Sequence[Story]) -> None:
    """Learn which incidents the posts became. Raises `SampleError` where one is not there in time."""
    missing = {scene.url(story, story.posts[0]): story for story in stories if story.kind == "post"}
    missing = {
        url: story for url, story in missing.items() if not scene.played.incident(scene.organisation.id, story.id)
    }
    deadline = time.monotonic() + FOUND_WITHIN
    while missing:
        newest = (await scene.people.call(scene.member, "intake", "GET", "/v1/incidents", params={"limit": "200"})).data
        for line in newest:
            if "post" in line["kinds"]:
                await _recognise(scene, line["incident_id"], missing)
        if missing and time.monotonic() > deadline:
            raise SampleError(f"No incident for the posts of {', '.join(story.id for story in missing.values())}.")
        await asyncio.sleep(0.1 if missing else 0)


async def _recognise(scene: Scene, incident: str, missing: dict[str, Story]) -> None:
    whole = (await scene.people.call(scene.member, "intake", "GET", f"/v1/incidents/{incident}")).data
    for report in whole["report_list"]:
        story = missing.pop(report["url"], None)
        if story is not None:
            scene.played.became(scene.organisation.id, story.id, incident)
