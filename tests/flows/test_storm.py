"""A storm through the whole product: one post spread thousands of times, complaints beside it."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import orjson

from tests.builders.office import Office

TEXT = "市民反映某药店医保刷卡多收费,收银员说系统如此,网友纷纷表示遇到过同样的情况,希望有关部门核查清楚给个说法。"
CALLS, A_CALL = 20, 100


def post(number: int, **more: Any) -> dict[str, Any]:
    """A repost of the first post, or it itself."""
    return {
        "id": f"s{number}",
        "url": f"https://weibo.com/77/{4_900_000_000_000_000 + number}",
        "platform": "weibo",
        "author_type": "person",
        "posted_at": "2026-11-16T09:20:00+08:00",
        "text": "转发微博" if number else TEXT,
        "root_id": "s0" if number else None,
        "metrics": {"comments": 1},
        **more,
    }


async def changes(office: Office, incident_id: str) -> list[dict[str, Any]]:
    """What intake has said of the incident since it was opened."""
    async with office.product.running("intake").parts.work.transaction() as tx:
        rows = await tx.fetch(
            "SELECT time, data FROM intake.journal WHERE subject = $1 AND type = 'incident.changed.v1' ORDER BY position",
            incident_id,
        )
    return [{"time": row["time"], **orjson.loads(row["data"])} for row in rows]


async def test_a_storm_is_one_incident_that_speaks_once_a_second_and_all_hear_its_last_state(office: Office) -> None:
    await office.push("anhui", post(0))
    for call in range(CALLS):
        office.product.office.move(milliseconds=300)
        answer = await office.push("anhui", *(post(1 + call * A_CALL + n) for n in range(A_CALL)))
        assert answer == {"accepted": A_CALL, "duplicates": 0, "rejected": []}
        if call % 5 == 0:
            await office.complain(
                "anhui", f"第{call}次反映停车难", f"小区第{call}排车位被占用，夜间无处停车，请协调处理。{'停' * call}"
            )
    await office.product.drain()
    found = await office.staff("anhui", "office", "GET", "intake:/v1/incidents")
    (storm,) = [each for each in found if each["reports"] > 1]
    assert (storm["reports"], storm["comments"]) == (1 + CALLS * A_CALL, 1 + CALLS * A_CALL)
    said = await changes(office, storm["incident_id"])
    assert len(said) <= 1 + CALLS * 0.3 + 1
    gaps = [two["time"] - one["time"] for one, two in pairwise(said)]
    assert all(gap >= timedelta(seconds=1) for gap in gaps[:-1])  # the last is said early by the test that drains
    assert (said[-1]["reports"], said[-1]["spread"]) == (storm["reports"], {"comments": storm["comments"]})
    grading = await office.staff("anhui", "office", "GET", f"grading:/v1/gradings/{storm['incident_id']}")
    assert grading["proposal"] is not None
    shown = await office.staff("anhui", "office", "GET", f"intake:/v1/incidents/{storm['incident_id']}/spread")
    assert shown["totals"]["comments"] == 1 + CALLS * A_CALL
    assert [each["platform"] for each in shown["by_platform"]] == ["weibo"]


async def test_a_threshold_of_the_rulebook_is_crossed_once_and_shown(office: Office) -> None:
    await office.push("anhui", post(0))
    await office.product.drain()
    (incident,) = await office.staff("anhui", "office", "GET", "intake:/v1/incidents")
    path = f"intake:/v1/incidents/{incident['incident_id']}/spread"
    thresholds = (await office.staff("anhui", "office", "GET", path))["thresholds"]
    lowest = min((each for each in thresholds if each["metric"] == "comments"), key=lambda each: each["threshold"])
    assert not any(each["reached"] for each in thresholds)
    for count in (lowest["threshold"], 5, lowest["threshold"] + 1):
        office.product.office.move(minutes=1)
        await office.push("anhui", post(0, metrics={"comments": count}))
    await office.product.drain()
    after = (await office.staff("anhui", "office", "GET", path))["thresholds"]
    assert [each for each in after if each["reached"]] == [each for each in after if each["crossed_at"] is not None]
    crossed = [one for each in await changes(office, incident["incident_id"]) for one in each.get("crossed", [])]
    assert [(one["metric"], one["threshold"]) for one in crossed] == [("comments", lowest["threshold"])]
