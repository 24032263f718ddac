"""A vendor's pushes: the same post told again joins, its spread grows, and a threshold asks for a higher grade."""

from typing import Any

from tests.builders.office import Office

TEXT = "市民反映某药店医保刷卡多收费,收银员说系统如此,网友纷纷表示遇到过同样的情况,希望有关部门核查清楚给个说法。"


def post(number: int, **more: Any) -> dict[str, Any]:
    """One post of the vendor."""
    return {
        "id": f"p{number}",
        "url": f"https://weibo.com/77/{number}",
        "platform": "weibo",
        "author_type": "person",
        "posted_at": "2026-11-16T08:00:00+08:00",
        "text": TEXT,
        "metrics": {"reads": 100, "comments": 1, "reposts": 0, "likes": 0},
        **more,
    }


async def test_told_again_it_joins_and_growing_it_asks_for_a_higher_grade(office: Office) -> None:
    assert await office.push("anhui", post(1)) == {"accepted": 1, "duplicates": 0, "rejected": []}
    assert (await office.push("anhui", post(1)))["duplicates"] == 1
    repost = post(2, text="转发微博", root_id="p1")
    assert (await office.push("anhui", repost))["accepted"] == 1
    await office.product.drain()
    (incident,) = await office.staff("anhui", "office", "GET", "intake:/v1/incidents")
    assert (incident["reports"], incident["reads"]) == (2, 200)
    path = f"grading:/v1/gradings/{incident['incident_id']}"
    assert (await office.staff("anhui", "office", "GET", path))["proposal"] == "III"
    await office.staff("anhui", "deputy_in_charge", "POST", f"{path}/approve", json={"level": "III"})
    office.product.office.move(hours=1)
    await office.push("anhui", post(1, metrics={"reads": 150_000, "comments": 2500, "reposts": 1200, "likes": 9}))
    await office.product.drain()
    found = await office.staff("anhui", "office", "GET", path)
    assert (found["state"], found["level"], found["proposal"], found["waiting"]) == ("approved", "III", "I", True)
    assert found["approvers"] == ["chief"]
    assert "approve_grade#2" in await office.tasks("anhui", incident["incident_id"])
    await office.staff("anhui", "chief", "POST", f"{path}/approve", json={"level": "I"})
    await office.product.drain()
    assert "first_release" in await office.tasks("anhui", incident["incident_id"])


async def test_one_bad_event_among_good_ones_is_refused_alone(office: Office) -> None:
    events = [post(n, text=f"{TEXT}{n}") for n in range(100)]
    events[42] = post(42, metrics={"reads": -1})
    answer = await office.push("anhui", *events)
    assert (answer["accepted"], [each["index"] for each in answer["rejected"]]) == (99, [42])
    assert "metrics.reads" in answer["rejected"][0]["error"]


async def test_a_push_for_an_organisation_that_is_not_the_vendors_is_refused(office: Office) -> None:
    assert (await office.push("elsewhere", post(1), expect=403))["status"] == 403
