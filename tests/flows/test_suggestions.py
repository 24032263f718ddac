"""The same matter in other words through the running product: suggested, read in the background, joined where it is allowed."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.builders.houses import DUST, DUST_AGAIN, PENSION
from tests.builders.office import Office


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what a loop of the service does by itself."""
    async with asyncio.timeout(30):
        while not await true():
            await asyncio.sleep(0.02)


async def test_a_newcomer_is_suggested_at_once_and_joins_by_itself_where_that_is_set(office: Office) -> None:
    first = (await office.complain("anhui", "工地扬尘", DUST))["incident_id"]
    second = (await office.complain("anhui", "夜间施工", DUST_AGAIN))["incident_id"]
    found = await office.staff("anhui", "office", "GET", f"intake:/v1/incidents/{second}/similar")
    assert [each["incident_id"] for each in found] == [first]
    work = office.product.running("intake").parts.work

    async def all_read() -> bool:
        async with work.transaction() as tx:
            return not await tx.value("SELECT count(*) FROM intake.unread")

    await until(all_read)
    async with work.transaction() as tx:
        assert await tx.value("SELECT count(*) FROM intake.suggestions") in {
            1,
            2,
        }  # each other, where both were read at once
    assert await office.staff("anhui", "office", "GET", f"intake:/v1/incidents/{second}/similar") == found

    await office.staff("anhui", "admin", "PUT", "intake:/v1/joining/settings", json={"join_above": 0.3})
    third = (await office.complain("anhui", "扬尘", "锦绣花园旁工地夜里又施工，渣土车扬尘严重，居民都没法入睡了。"))[
        "incident_id"
    ]
    other = (await office.complain("anhui", "养老金", PENSION))["incident_id"]
    await until(all_read)
    moves = await office.staff("anhui", "office", "GET", f"intake:/v1/incidents/{third}/moves")
    assert [(move["kind"], move["made_by"]) for move in moves] == [("merge", "huiying")]
    assert await office.staff("anhui", "office", "GET", f"intake:/v1/incidents/{other}/moves") == []
    await office.product.drain()
