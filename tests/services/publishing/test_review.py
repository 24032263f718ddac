"""Submission, signatures, returns."""

import asyncio

import pytest

from tests.services.publishing.world import DUTY, SLICE, TEXT, World, first_release, ok


@pytest.mark.parametrize("text", ["", "现将〔单位〕情况通报", "请致电13800000000", "已\u200b办结", "字" * 2001])
async def test_unfit_words_are_refused_by_place_and_stay_a_draft(world: World, text: str) -> None:
    at = await world.drafted(await world.advance(), text=text)
    li = world.staff("li", "department")
    answer = await li.post(f"{at}/submit")
    assert answer.status_code == 422
    assert {"where", "what", "from", "to"} <= answer.json()["errors"][0].keys()
    assert "13800000000" not in answer.text
    assert ok(await li.get(at))["state"] == "draft"


async def test_no_chain_no_submission(world: World) -> None:
    at = await world.drafted(await world.advance(level="unheard_of"))
    answer = await world.staff("li", "department").post(f"{at}/submit")
    assert answer.status_code == 409
    assert "rulebook names no approval chain" in answer.json()["detail"]


async def test_an_answer_without_a_duty_takes_no_lighter_way_than_the_duties(world: World) -> None:
    at = await world.drafted(await world.advance(**first_release()))
    submitted = ok(await world.staff("li", "department").post(f"{at}/submit"))
    assert submitted["chain"] == "joint"


async def test_the_wrong_post_and_the_author_are_refused(world: World) -> None:
    at = await world.drafted(await world.advance())
    li = world.staff("li", "department", "chief")
    ok(await li.post(f"{at}/submit"))
    wrong = await world.staff("wang", "office").post(f"{at}/approve")
    assert wrong.status_code == 403
    assert wrong.json()["waiting_for"] == ["chief"]
    assert "主要领导" in wrong.json()["detail"]
    assert (await li.post(f"{at}/approve")).status_code == 403
    assert ok(await world.staff("sun", "chief").post(f"{at}/approve"))["state"] == "approved"
    assert (await world.staff("sun", "chief").post(f"{at}/approve")).status_code == 409


async def test_words_that_changed_meanwhile_are_not_signed_unseen(world: World) -> None:
    at = await world.drafted(await world.advance())
    li, sun = world.staff("li", "department"), world.staff("sun", "chief")
    seen = ok(await li.post(f"{at}/submit"))
    ok(await li.patch(at, json={"version": 2, "text": "另一说法,已办结。"}))
    ok(await li.post(f"{at}/submit"))
    for view in ({"version": seen["version"]}, {"content_sha256": seen["content_sha256"]}):
        answer = await sun.post(f"{at}/approve", json=view)
        assert answer.status_code == 409
        assert answer.json()["answer"]["version"] == 4
    assert (await sun.post(f"{at}/approve", json={"content_sha256": "kurz"})).status_code == 422


async def test_returned_with_a_reason_and_signed_anew(world: World) -> None:
    at = await world.drafted(await world.advance(level="major"))
    li, wang, sun, qian = (
        world.staff("li", "department"),
        world.staff("wang", "office"),
        world.staff("sun", "chief"),
        world.staff("qian", "deputy"),
    )
    ok(await li.post(f"{at}/submit"))
    ok(await wang.post(f"{at}/approve"))
    assert (await sun.post(f"{at}/return", json={})).status_code == 422
    assert (await sun.post(f"{at}/return", json={"reason": "  "})).status_code == 422
    assert (await world.staff("zhao", "department").post(f"{at}/return", json={"reason": "x"})).status_code == 403
    returned = ok(await sun.post(f"{at}/return", json={"reason": "数字有误"}))
    assert (returned["state"], returned["signatures"]) == ("draft", [])
    ok(await li.post(f"{at}/submit"))
    assert ok(await wang.post(f"{at}/approve"))["waiting_for"] == ["deputy", "chief"]
    ok(await qian.post(f"{at}/approve"))
    ok(await sun.post(f"{at}/approve"))
    file = ok(await li.get(at))
    assert [(each["round"], each["counts"]) for each in file["all_signatures"]] == [(1, False)] + [(2, True)] * 3
    assert [(each["move"], each["reason"], each["made_by"]) for each in file["remarks"]] == [
        ("return", "数字有误", "sun")
    ]
    returned_event = next(each for each in await world.told() if each.change == "returned")
    assert (returned_event.reason, returned_event.by, returned_event.public_text) == ("数字有误", "sun", None)


async def test_a_regrade_asks_for_the_heavier_chain(world: World) -> None:
    incident = await world.advance()
    reviewed, approved = await world.drafted(incident), await world.approved(incident)
    li, sun = world.staff("li", "department"), world.staff("sun", "chief")
    ok(await li.post(f"{reviewed}/submit"))
    await world.advance(incident, level="major")
    assert (await sun.post(f"{reviewed}/approve")).status_code == 409
    zhou = world.staff("zhou", "publisher")
    assert (await zhou.post(f"{approved}/lease")).status_code == 409
    ok(await zhou.post(f"{approved}/return", json={"reason": "级别已变化"}))
    assert ok(await li.post(f"{approved}/submit"))["waiting_for"] == ["office"]


async def test_a_duty_whose_chain_the_rulebook_lacks(world: World) -> None:
    at = await world.drafted(await world.advance(**first_release(chain="missing")), assignment_id=str(DUTY))
    answer = await world.staff("li", "department").post(f"{at}/submit")
    assert answer.status_code == 409
    assert "missing" in answer.json()["detail"]


async def test_the_rulebook_may_come_after_the_incident(world: World) -> None:
    at = await world.drafted(await world.advance(organisation="demo-bureau", rulebook_hash="new", level="general"))
    await world.settle(piece=dict(SLICE) | {"rules": [{"when": {}, "chain": "joint"}]})
    assert ok(await world.staff("li", "department").post(f"{at}/submit"))["chain"] == "joint"


async def test_two_signing_at_the_same_moment(world: World) -> None:
    at = await world.drafted(await world.advance())
    ok(await world.staff("li", "department").post(f"{at}/submit"))
    chiefs = [world.staff(login, "chief") for login in ("sun", "qian")]
    answers = await asyncio.gather(*(each.post(f"{at}/approve") for each in chiefs))
    assert sorted(each.status_code for each in answers) == [200, 409]
    assert len(ok(await chiefs[0].get(at))["signatures"]) == 1
    assert [each.change for each in await world.told()] == ["drafted", "submitted", "approved"]


async def test_two_holders_of_different_posts_signing_at_the_same_moment(world: World) -> None:
    at = await world.drafted(await world.advance(level="major"), text=TEXT)
    ok(await world.staff("li", "department").post(f"{at}/submit"))
    ok(await world.staff("wang", "office").post(f"{at}/approve"))
    pair = [world.staff("sun", "chief"), world.staff("qian", "deputy")]
    answers = await asyncio.gather(*(each.post(f"{at}/approve") for each in pair))
    assert [each.status_code for each in answers] == [200, 200]
    assert sorted(each.json()["state"] for each in answers) == ["approved", "in_review"]
