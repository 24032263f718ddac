"""Suggestions that join by themselves where an organisation lets them, and the routes, over the real edge."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.intake.entry.similar import SIMILAR_ACCESS, similar_routes
from shared.auth import STAFF_AUDIENCE, Guard, KeySet, Staff, StaffTokens, Verifier
from shared.clock import SystemClock
from shared.ids import new_id
from shared.secrets import ensure_secrets
from shared.web.app import create_app
from tests.builders.databases import TestDatabase
from tests.builders.houses import DUST, DUST_AGAIN, NOISE, PENSION, WANG, House, opened

LETTER = (
    "尊敬的领导：我是{}的住户，我们小区电梯停运已经半个月了，老人出门非常困难，物业推来推去没有人管，请尽快派人解决。"
)


@pytest.fixture
async def house(database: TestDatabase) -> AsyncIterator[House]:
    async with opened(database) as made:
        yield made


async def absorbed(house: House) -> dict[UUID, UUID]:
    async with house.db.transaction() as tx:
        rows = await tx.fetch("SELECT incident_id, merged_into FROM intake.incidents WHERE merged_into IS NOT NULL")
    return {row["incident_id"]: row["merged_into"] for row in rows}


async def test_nothing_joins_by_itself_unless_an_organisation_says_so(house: House) -> None:
    await house.told(DUST)
    await house.told(DUST_AGAIN)
    await house.read_all()
    assert await absorbed(house) == {}
    assert await house.run("SELECT count(*) FROM intake.suggestions") > 0


async def test_above_its_threshold_a_newcomer_joins_and_what_joined_can_be_undone(house: House) -> None:
    first = await house.told(DUST)
    await house.read_all()
    await house.similar.set_join_above(WANG, 0.3)
    second, third = await house.told(DUST_AGAIN), await house.told(PENSION)
    await house.read_all()
    assert await absorbed(house) == {second: first}
    (move,) = await house.membership.moves("anhui", first)
    assert (move.made_by, move.undone_by) == ("huiying", None)
    assert "0.30" in move.reason
    said = await house.run(
        "SELECT count(*) FROM intake.journal WHERE type = 'incident.changed.v1' AND subject = ANY($1)", [first, second]
    )
    assert said == 2
    await house.membership.undo("wang", "anhui", move.move_id, "不是同一件事")
    await house.run("INSERT INTO intake.unread (incident_id, organisation_id) VALUES ($1, 'anhui')", second)
    await house.read_all()
    assert await absorbed(house) == {}
    assert third not in await absorbed(house)


async def unseen(house: House, body: str) -> UUID:
    """A complaint taken in by a replica that cannot see yet what another one is just keeping."""
    await house.run("DELETE FROM intake.fingerprints")
    return await house.told(body)


async def test_the_same_words_that_arrive_at_the_same_moment_in_two_replicas_end_in_one_incident(house: House) -> None:
    first, second = await unseen(house, DUST), await unseen(house, f"{DUST}谢谢！")
    await house.read_all()
    assert await absorbed(house) == {second: first}
    (move,) = await house.membership.moves("anhui", first)
    assert (move.made_by, move.reason) == ("huiying", "同时到达，文字相同")


async def test_what_is_not_the_same_words_or_came_later_or_elsewhere_stays_alone(house: House) -> None:
    await unseen(house, LETTER.format("阳光小区3栋"))
    await unseen(house, LETTER.format("阳光小区5栋"))
    await house.told(DUST, region="城南")
    await unseen(house, DUST_AGAIN)
    await house.run("DELETE FROM intake.join_keys")
    await house.told(DUST, region="城北")
    house.clock.move(minutes=2)
    await house.run("DELETE FROM intake.join_keys")
    await unseen(house, DUST)
    await house.read_all()
    assert await absorbed(house) == {}


async def test_two_replicas_that_look_at_the_same_time_join_once(house: House) -> None:
    await house.told(DUST)
    await house.read_all()
    await house.similar.set_join_above(WANG, 0.3)
    second = await house.told(DUST_AGAIN)
    await house.reading.read()
    other = house.another()
    await asyncio.gather(house.reading.compare(), other.reading.compare())
    assert set(await absorbed(house)) == {second}
    assert await house.run("SELECT count(*) FROM intake.moves") == 1
    assert await house.run("SELECT count(*) FROM intake.unread") == 0


async def test_it_never_joins_a_closed_one_one_elsewhere_or_one_that_somebody_moved(house: House) -> None:
    await house.similar.set_join_above(WANG, 0.3)
    closed = await house.told(DUST)
    await house.read_all()
    await house.close(closed)
    second = await house.told(DUST_AGAIN, region="城北")
    await house.read_all()
    assert await absorbed(house) == {}
    await house.told(NOISE + DUST_AGAIN[::-1] + DUST, region="城南")
    await house.read_all()
    assert await absorbed(house) == {}
    late = await house.told("锦绣花园旁工地夜里施工、渣土车扬尘严重，居民们都没法入睡。")
    await house.membership.merge("wang", "anhui", late, await house.told(PENSION), "办件人合并")
    await house.read_all()
    assert set((await absorbed(house)).values()) == {late}
    assert not {second, late} & set(await absorbed(house))


async def test_one_letter_about_two_places_is_not_joined_however_alike(house: House) -> None:
    await house.similar.set_join_above(WANG, 0.3)
    first = await house.told(LETTER.format("滨河家园三号楼"))
    second = await house.told(LETTER.format("桂花新村七号楼"))
    await house.read_all()
    assert await absorbed(house) == {}
    assert (await house.ids(second))[0] == first  # suggested it is: a person may know better


async def test_a_few_characters_join_nothing_however_alike(house: House) -> None:
    await house.similar.set_join_above(WANG, 0.3)
    await house.told("又停水了", title="停水")
    await house.told("停水了又", title="停水")
    await house.read_all()
    assert await absorbed(house) == {}


async def test_what_is_old_when_it_is_read_waits_for_a_person(house: House) -> None:
    await house.similar.set_join_above(WANG, 0.3)
    await house.told(DUST)
    await house.told(DUST_AGAIN)
    house.clock.move(days=4)
    await house.read_all()
    assert await absorbed(house) == {}


async def test_a_merge_that_fails_leaves_a_suggestion_and_a_crash_leaves_the_work(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await house.told(DUST)
    await house.read_all()
    await house.similar.set_join_above(WANG, 0.3)
    second = await house.told(DUST_AGAIN)
    await house.reading.read()

    async def crash(*_: Any) -> None:
        raise OSError("gone")

    merge = house.membership.merge
    monkeypatch.setattr(house.membership, "merge", crash)
    with pytest.raises(OSError, match="gone"):
        await house.reading.compare()
    assert await house.run("SELECT count(*) FROM intake.unread") == 1
    monkeypatch.setattr(house.membership, "merge", merge)
    await house.read_all()
    assert await absorbed(house) == {second: first}


class Edge:
    """The routes with their guard."""

    def __init__(self, house: House, folder: Path) -> None:
        secrets, clock = ensure_secrets(folder), SystemClock()
        guard = Guard(
            Verifier(KeySet(secrets.jwks_file), STAFF_AUDIENCE, clock),
            Verifier(KeySet(secrets.services_file), "intake", clock),
        )
        app = create_app(
            service="intake",
            title="intake",
            lifespan=None,
            routers=[similar_routes(house.similar)],
            readiness={},
            access=SIMILAR_ACCESS,
            guard=guard,
        )
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://intake")
        self._tokens = StaffTokens(secrets.staff_signing(), clock)

    async def call(
        self, method: str, path: str, body: Any = None, role: str = "office", of: str = "anhui"
    ) -> httpx.Response:
        """A call by a member of staff."""
        token = self._tokens.issue(Staff("wang", of, frozenset({role}), "王"))
        return await self._http.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})


async def test_the_routes_suggest_accept_and_refuse(house: House, tmp_path: Path) -> None:
    edge = Edge(house, tmp_path / "secrets")
    first, second, third = await house.told(DUST), await house.told(DUST_AGAIN), await house.told(NOISE)
    path = f"/v1/incidents/{second}/similar"
    found = (await edge.call("GET", f"{path}?limit=1", role="department")).json()
    assert [each["incident_id"] for each in found] == [str(first)]
    assert set(found[0]) == {"incident_id", "score", "why", "title", "state", "opened_at", "answers"}
    assert (await edge.call("GET", path, of="yichun")).status_code == 404
    assert (await edge.call("GET", f"{path}?limit=51")).status_code == 422
    assert (await edge.call("POST", f"{path}/{third}/refuse", {"reason": "另一处"}, "department")).status_code == 403
    assert (await edge.call("POST", f"{path}/{third}/refuse", {"reason": "另一处"})).status_code == 200
    assert str(third) not in (await edge.call("GET", path)).text
    assert (await edge.call("POST", f"{path}/{new_id()}/accept")).status_code == 404
    assert (await edge.call("POST", f"{path}/{first}/accept", {"reason": " "})).status_code == 422
    accepted = await edge.call("POST", f"{path}/{first}/accept")
    assert accepted.status_code == 200
    assert (accepted.json()["incident_id"], accepted.json()["absorbed"]) == (str(first), str(second))
    again = await edge.call("POST", f"{path}/{first}/accept")
    assert (again.status_code, str(first) in again.json()["detail"]) == (409, True)


async def test_an_administrator_sets_the_threshold_within_bounds(house: House, tmp_path: Path) -> None:
    edge, path = Edge(house, tmp_path / "secrets"), "/v1/joining/settings"
    assert (await edge.call("GET", path, role="admin")).json() == {"join_above": None}
    assert (await edge.call("PUT", path, {"join_above": 0.45}, "admin")).json() == {"join_above": 0.45}
    assert (await edge.call("GET", path, role="admin")).json() == {"join_above": 0.45}
    assert (await edge.call("PUT", path, {"join_above": 0.45})).status_code == 403
    for wrong in (
        {"join_above": 0.29},
        {"join_above": 1.01},
        {"join_above": "0.5"},
        {"join_above": True},
        {},
        {"a": 1},
    ):
        assert (await edge.call("PUT", path, wrong, "admin")).status_code == 422, wrong
    assert (await edge.call("PUT", path, {"join_above": None}, "admin", "nowhere")).status_code == 404
    assert (await edge.call("PUT", path, {"join_above": None}, "admin")).json() == {"join_above": None}
