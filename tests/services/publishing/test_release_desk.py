"""The lease, the link, and words that differ from what was approved."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.publishing.domain.wording import Wording
from tests.services.publishing.world import DUTY, T0, TEXT, World, first_release, ok

SEAL = Wording("weibo", "示例局", None, TEXT).sha256
POSTED: dict[str, Any] = {"channel": "weibo", "url": "https://weibo.com/1/abc", "content_sha256": SEAL}


async def test_only_the_release_desk(world: World) -> None:
    at = await world.approved(await world.advance())
    sun = world.staff("sun", "chief")
    assert (await sun.post(f"{at}/lease")).status_code == 403
    assert (await sun.post(f"{at}/releases", json=POSTED)).status_code == 403


async def test_only_what_is_approved(world: World) -> None:
    at = await world.drafted(await world.advance())
    zhou = world.staff("zhou", "publisher")
    assert (await zhou.post(f"{at}/lease")).status_code == 409
    assert (await zhou.get(f"{at}/pack")).status_code == 409
    assert (await zhou.post(f"{at}/releases", json=POSTED)).status_code == 409


async def test_two_leasing_at_the_same_moment(world: World) -> None:
    at = await world.approved(await world.advance())
    desk = {login: world.staff(login, "publisher") for login in ("zhou", "wu")}
    answers = await asyncio.gather(*(each.post(f"{at}/lease", json={"minutes": 10}) for each in desk.values()))
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 409)
    holder = won.json()["lease"]["login"]
    assert lost.json()["lease"]["login"] == holder
    assert lost.json()["lease"]["until"] == (T0 + timedelta(minutes=10)).isoformat()
    other = "wu" if holder == "zhou" else "zhou"
    assert (await desk[other].post(f"{at}/releases", json=POSTED)).status_code == 409
    ok(await desk[holder].post(f"{at}/lease", json={"minutes": 20}))
    world.system.move(timedelta(minutes=20))
    desk = {login: world.staff(login, "publisher") for login in desk}  # tokens live ten minutes
    assert ok(await desk[other].get(at))["lease"] is None
    ok(await desk[other].post(f"{at}/lease"))
    assert (await desk[holder].post(f"{at}/releases", json=POSTED)).status_code == 409
    ok(await desk[other].post(f"{at}/releases", json=POSTED), 201)


async def test_the_words_stand_still_while_somebody_releases_them(world: World) -> None:
    at = await world.approved(await world.advance())
    li, zhou = world.staff("li", "department"), world.staff("zhou", "publisher")
    ok(await zhou.post(f"{at}/lease"))
    edit = await li.patch(at, json={"version": 3, "text": "另一说法"})
    assert edit.status_code == 409
    assert edit.json()["lease"]["login"] == "zhou"
    assert (await li.post(f"{at}/withdraw")).status_code == 409
    assert (await world.staff("sun", "chief").post(f"{at}/return", json={"reason": "x"})).status_code == 409
    ok(await zhou.post(f"{at}/return", json={"reason": "链接不可用"}))
    ok(await li.patch(at, json={"version": 4, "text": "另一说法"}))


async def test_release_needs_a_live_lease(world: World) -> None:
    at = await world.approved(await world.advance())
    zhou = world.staff("zhou", "publisher")
    assert (await zhou.post(f"{at}/releases", json=POSTED)).status_code == 409
    ok(await zhou.post(f"{at}/lease", json={"minutes": 5}))
    world.system.move(timedelta(minutes=5))
    assert (await world.staff("zhou", "publisher").post(f"{at}/releases", json=POSTED)).status_code == 409
    for minutes in (0, 61, "x"):
        assert (await zhou.post(f"{at}/lease", json={"minutes": minutes})).status_code == 422


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"content_sha256": "0" * 64}, 409),
        ({"content_sha256": "0" * 64, "text": "另一说法"}, 409),
        ({"content_sha256": "x"}, 422),
        ({"channel": "wechat"}, 422),
        ({"url": "https://example.com/1"}, 422),
        ({"url": "javascript:alert(1)"}, 422),
        ({"url": ""}, 422),
    ],
)
async def test_a_wrong_release_is_refused_and_nothing_is_recorded(
    world: World, changes: dict[str, Any], status: int
) -> None:
    at = await world.approved(await world.advance())
    zhou = world.staff("zhou", "publisher")
    ok(await zhou.post(f"{at}/lease"))
    assert (await zhou.post(f"{at}/releases", json=POSTED | changes)).status_code == status
    assert ok(await zhou.get(at))["state"] == "approved"
    assert "released" not in [each.change for each in await world.told()]
    ok(await zhou.post(f"{at}/releases", json=POSTED), 201)


async def test_the_same_link_again_is_one_release(world: World) -> None:
    at = await world.approved(await world.advance())
    zhou = world.staff("zhou", "publisher")
    ok(await zhou.post(f"{at}/lease"))
    first = ok(await zhou.post(f"{at}/releases", json=POSTED), 201)
    assert ok(await zhou.post(f"{at}/releases", json=POSTED), 201) == first
    other = await zhou.post(f"{at}/releases", json=POSTED | {"url": "https://weibo.com/2"})
    assert other.status_code == 409
    assert other.json()["release"]["url"] == POSTED["url"]
    assert [each.change for each in await world.told()].count("released") == 1
    li = world.staff("li", "department")
    assert (await li.patch(at, json={"version": 4, "text": "x"})).status_code == 409
    assert (await li.post(f"{at}/withdraw")).status_code == 409


async def test_recording_at_the_same_moment_is_one_release(world: World) -> None:
    at = await world.approved(await world.advance())
    zhou = world.staff("zhou", "publisher")
    ok(await zhou.post(f"{at}/lease"))
    answers = await asyncio.gather(*(zhou.post(f"{at}/releases", json=POSTED) for _ in range(4)))
    assert {each.status_code for each in answers} == {201}
    assert [each.change for each in await world.told()].count("released") == 1


@pytest.mark.parametrize("own_digest", [False, True])
async def test_deviating_words_are_recorded_and_flagged(world: World, own_digest: bool) -> None:
    at = await world.approved(await world.advance())
    zhou = world.staff("zhou", "publisher")
    ok(await zhou.post(f"{at}/lease"))
    words = TEXT[:10]
    digest = Wording("weibo", "示例局", None, words).sha256 if own_digest else SEAL
    released = ok(await zhou.post(f"{at}/releases", json=POSTED | {"text": words, "content_sha256": digest}), 201)
    assert (released["release"]["deviates"], released["release"]["posted_text"]) == (True, words)
    assert released["text"] == TEXT
    last = (await world.told())[-1]
    assert (last.deviates, last.public_text, last.content_sha256) == (True, words, SEAL)


async def test_posted_personal_data_does_not_travel_on(world: World) -> None:
    at = await world.approved(await world.advance())
    zhou = world.staff("zhou", "publisher")
    ok(await zhou.post(f"{at}/lease"))
    ok(await zhou.post(f"{at}/releases", json=POSTED | {"text": TEXT + "13800000000"}), 201)
    rows = await world.rows("SELECT data FROM publishing.journal")
    assert all("13800000000" not in row["data"] for row in rows)
    last = (await world.told())[-1]
    assert (last.change, last.deviates, last.public_text) == ("released", True, None)


async def test_a_late_release_is_told_as_overdue_before_any_clock_fired(world: World) -> None:
    incident = await world.advance(**first_release(due_in_hours=1, chain="plain"))
    at = await world.approved(incident, assignment_id=str(DUTY))
    world.office.move(timedelta(hours=2))
    zhou = world.staff("zhou", "publisher")
    ok(await zhou.post(f"{at}/lease"))
    ok(await zhou.post(f"{at}/releases", json=POSTED), 201)
    overdue, released = (await world.told())[-2:]
    assert (overdue.change, overdue.assignment_id, overdue.answer_id) == ("overdue", DUTY, None)
    assert released.change == "released"
    assert ok(await zhou.get(at))["duty"]["overdue"] is True
    assert await world.fire() == 0
