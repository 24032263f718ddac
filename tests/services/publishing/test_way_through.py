"""One answer from its draft to its public link, over the routes."""

from datetime import timedelta
from uuid import UUID

from services.publishing.domain.wording import Wording
from tests.services.publishing.world import DUTY, T0, TEXT, World, first_release, ok


async def test_from_draft_to_link(world: World) -> None:
    incident = await world.advance(level="major", **first_release())
    li, wang, qian, sun = (
        world.staff("li", "department"),
        world.staff("wang", "office"),
        world.staff("qian", "deputy"),
        world.staff("sun", "chief"),
    )
    zhou = world.staff("zhou", "publisher")
    draft = {
        "incident_id": str(incident),
        "channel": "weibo",
        "title": "情况通报",
        "text": TEXT,
        "assignment_id": str(DUTY),
    }
    made = ok(await li.post("/v1/responses", json=draft), 201)
    at = f"/v1/responses/{made['id']}"
    seal = Wording("weibo", "示例局", "情况通报", TEXT).sha256
    assert (made["state"], made["version"], made["content_sha256"], made["key"]) == ("draft", 1, seal, "first_release")

    submitted = ok(await li.post(f"{at}/submit", json={"version": 1}))
    assert (submitted["state"], submitted["waiting_for"], submitted["chain"]) == ("in_review", ["office"], "joint")
    ok(await wang.post(f"{at}/approve", json={"content_sha256": seal}))
    assert ok(await sun.post(f"{at}/approve"))["waiting_for"] == ["deputy"]
    approved = ok(await qian.post(f"{at}/approve", json={"role": "deputy"}))
    assert (approved["state"], approved["version"]) == ("approved", 5)

    waiting = ok(await zhou.get("/v1/responses", params={"state": "approved", "channel": "weibo"}))
    assert [item["id"] for item in waiting["items"]] == [made["id"]]
    lease = ok(await zhou.post(f"{at}/lease"))["lease"]
    assert lease["login"] == "zhou"
    pack = await zhou.get(f"{at}/pack")
    assert pack.headers["content-type"].startswith("text/plain")
    assert f"【情况通报】{TEXT}" in pack.text
    assert "官方微博 @示例局" in pack.text
    world.office.move(timedelta(hours=3))
    url = "https://weibo.com/1/abc"
    posted = {"channel": "weibo", "url": url, "content_sha256": seal}
    released = ok(await zhou.post(f"{at}/releases", json=posted), 201)
    assert released["state"] == "released"
    assert released["release"]["deviates"] is False

    file = ok(await li.get(at))
    assert file["release"]["url"] == url
    assert file["duty"]["state"] == "done"
    assert file["lease"] is None
    assert len(file["versions"]) == 1
    assert [each["counts"] for each in file["all_signatures"]] == [True] * 3

    told = await world.told()
    assert [each.change for each in told] == ["drafted", "submitted", "signed", "signed", "approved", "released"]
    assert [(each.version, each.step, each.steps) for each in told] == [
        (1, 0, 0),
        (2, 0, 2),
        (3, 1, 2),
        (4, 1, 2),
        (5, 2, 2),
        (6, 2, 2),
    ]
    assert all(each.public_text is None and each.url is None for each in told[:-1])
    last = told[-1]
    assert (last.public_text, last.url, last.key, last.assignment_id) == (TEXT, url, "first_release", DUTY)
    assert (last.at, last.by, last.answer_id) == (T0 + timedelta(hours=3), "zhou", UUID(str(made["id"])))
    assert await world.rows("SELECT * FROM publishing.timers") == []
