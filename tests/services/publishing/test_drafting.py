"""Writing and rewriting, and everything that is refused on the way."""

from uuid import uuid4

import pytest

from tests.services.publishing.world import DUTY, TEXT, World, first_release, ok


async def test_an_unknown_or_foreign_incident_is_not_there(world: World) -> None:
    await world.settle("other")
    foreign = await world.advance(organisation="other")
    li = world.staff("li", "department")
    for incident in (uuid4(), foreign):
        answer = await li.post("/v1/responses", json={"incident_id": str(incident), "channel": "weibo", "text": TEXT})
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("not-found")


async def test_another_organisations_answer_is_not_there(world: World) -> None:
    at = await world.approved(await world.advance())
    stranger = world.staff("he", "department", "chief", "publisher", organisation="other")
    assert (await stranger.get(at)).status_code == 404
    assert (await stranger.get(f"{at}/pack")).status_code == 404
    assert (await stranger.patch(at, json={"version": 1, "text": "x"})).status_code == 404
    for move in ("submit", "approve", "withdraw", "lease"):
        assert (await stranger.post(f"{at}/{move}")).status_code == 404
    assert ok(await stranger.get("/v1/responses"))["items"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": "douyin"},
        {"channel": ""},
        {"channel": 7},
        {"text": None},
        {"text": "字" * 20_001},
        {"text": "a\u0000b"},
        {"title": "请致电13800000000"},
        {"assignment_id": str(uuid4())},
        {"assignment_id": "first_release"},
        {"incident_id": "1"},
        {"unknown": 1},
    ],
)
async def test_a_malformed_draft_is_refused_by_place(world: World, changes: dict[str, object]) -> None:
    incident = await world.advance()
    body = {"incident_id": str(incident), "channel": "weibo", "text": TEXT} | changes
    answer = await world.staff("li", "department").post("/v1/responses", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["where"].startswith("body.")
    assert "13800000000" not in answer.text
    assert await world.told() == []


async def test_broken_json_and_a_missing_body(world: World) -> None:
    li = world.staff("li", "department")
    broken = await li.post("/v1/responses", content=b"{", headers={"content-type": "application/json"})
    assert broken.status_code == 400
    assert (await li.post("/v1/responses")).status_code == 422


async def test_who_only_looks_on_does_not_write(world: World) -> None:
    incident = await world.advance()
    body = {"incident_id": str(incident), "channel": "weibo", "text": TEXT}
    answer = await world.staff("shen", "auditor").post("/v1/responses", json=body)
    assert answer.status_code == 403
    nobody = world.staff("x", "department")
    nobody.headers.pop("Authorization")
    assert (await nobody.post("/v1/responses", json=body)).status_code == 401


async def test_the_duty_must_be_this_incidents_and_open(world: World) -> None:
    incident = await world.advance(**first_release())
    other = await world.advance()
    li = world.staff("li", "department")
    body = {"incident_id": str(other), "channel": "weibo", "text": TEXT, "assignment_id": str(DUTY)}
    assert (await li.post("/v1/responses", json=body)).status_code == 422
    await world.advance(incident, withdrawn=[{"assignment_id": DUTY, "reason": "regrade"}])
    answer = await li.post("/v1/responses", json=body | {"incident_id": str(incident)})
    assert answer.status_code == 409
    assert answer.json()["duty"] == {"state": "withdrawn", "reason": "regrade"}


async def test_an_edit_makes_a_version_and_voids_the_signatures(world: World) -> None:
    at = await world.approved(await world.advance())
    zhao = world.staff("zhao", "department")
    edited = ok(await zhao.patch(at, json={"version": 3, "text": TEXT + "特此通报。", "title": "通报"}))
    assert (edited["state"], edited["version"], edited["revision"]) == ("draft", 4, 2)
    assert edited["signatures"] == []
    file = ok(await zhao.get(at))
    assert [each["text"] for each in file["versions"]] == [TEXT, TEXT + "特此通报。"]
    assert [each["counts"] for each in file["all_signatures"]] == [False]
    assert (await world.told())[-1].change == "edited"
    assert (await world.staff("sun", "chief").post(f"{at}/approve")).status_code == 409


async def test_a_stale_edit_is_told_the_present_state(world: World) -> None:
    at = await world.drafted(await world.advance())
    li, zhao = world.staff("li", "department"), world.staff("zhao", "department")
    ok(await li.patch(at, json={"version": 1, "text": "甲"}))
    answer = await zhao.patch(at, json={"version": 1, "text": "乙"})
    assert answer.status_code == 409
    assert answer.json()["answer"]["version"] == 2
    assert (await zhao.patch(at, json={"text": "乙"})).status_code == 422
    assert ok(await li.get(at))["text"] == "甲"


async def test_the_same_words_are_no_edit(world: World) -> None:
    at = await world.approved(await world.advance())
    same = ok(await world.staff("li", "department").patch(at, json={"version": 3, "text": f" {TEXT}\r\n"}))
    assert (same["state"], same["version"]) == ("approved", 3)
    assert "edited" not in [each.change for each in await world.told()]


async def test_another_channel_brings_its_account_and_a_title_may_be_taken_away(world: World) -> None:
    at = await world.drafted(await world.advance(), title="通报")
    li = world.staff("li", "department")
    moved = ok(await li.patch(at, json={"version": 1, "channel": "government_site", "title": None}))
    assert (moved["channel"], moved["account"], moved["title"]) == ("government_site", "", None)
    assert (await li.patch(at, json={"version": 2, "channel": "douyin"})).status_code == 422


async def test_withdrawn_for_good(world: World) -> None:
    at = await world.drafted(await world.advance())
    li = world.staff("li", "department")
    assert (await world.staff("zhao", "department").post(f"{at}/withdraw")).status_code == 403
    assert (await li.post(f"{at}/withdraw", json={"reason": "来电13800000000要求"})).status_code == 422
    assert ok(await li.post(f"{at}/withdraw", json={"reason": "重复"}))["state"] == "withdrawn"
    for move in ("submit", "withdraw", "approve"):
        assert (await li.post(f"{at}/{move}")).status_code == 409
    assert (await li.patch(at, json={"version": 2, "text": "x"})).status_code == 409
    assert [each["reason"] for each in ok(await li.get(at))["remarks"]] == ["重复"]
    assert (await world.told())[-1].reason == "重复"


async def test_a_merged_matter_takes_its_unfinished_answers_along(world: World) -> None:
    incident = await world.advance()
    draft, approved = await world.drafted(incident), await world.approved(incident)
    await world.advance(incident, phase="merged", level=None)
    li = world.staff("li", "department")
    assert ok(await li.get(draft))["state"] == "withdrawn"
    assert ok(await li.get(approved))["state"] == "approved"
    body = {"incident_id": str(incident), "channel": "weibo", "text": TEXT}
    assert (await li.post("/v1/responses", json=body)).status_code == 409
    last = (await world.told())[-1]
    assert (last.change, last.by, last.reason) == ("withdrawn", "grading", "merged")


async def test_lists_are_filtered_and_paged(world: World) -> None:
    incident, other = await world.advance(), await world.advance()
    made = [await world.drafted(incident) for _ in range(5)]
    made.append(await world.drafted(other, channel="wechat"))
    li = world.staff("li", "department")
    seen: list[str] = []
    after: str | None = None
    while True:
        page = ok(await li.get("/v1/responses", params={"limit": 2} | ({"after": after} if after else {})))
        seen += [f"/v1/responses/{item['id']}" for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == made[::-1]
    assert len(ok(await li.get("/v1/responses", params={"incident_id": str(incident)}))["items"]) == 5
    assert len(ok(await li.get("/v1/responses", params={"channel": "wechat", "state": "draft"}))["items"]) == 1
    assert ok(await li.get("/v1/responses", params={"state": "released"}))["items"] == []
    assert "text" not in page["items"][0]
    for wrong in ({"state": "sent"}, {"limit": 0}, {"limit": 201}, {"after": "x"}):
        assert (await li.get("/v1/responses", params=wrong)).status_code == 422
