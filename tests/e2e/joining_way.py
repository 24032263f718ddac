"""The way of two complaints about one matter: kept apart, suggested, merged by hand, their procedures one, and undone again."""

from typing import Any

from tests.e2e.caller import Caller, Member, eventually, require
from tests.e2e.incidents import on_board
from tests.e2e.ways import Way
from tests.e2e.words import fresh_name, fresh_text


def walk_joining(caller: Caller, way: Way) -> None:
    """The whole way."""
    member = Member(caller, way.organisation, "admin")
    said = fresh_text(40)
    first = _complain(caller, way, f"{said}{fresh_text(40)}")
    second = _complain(caller, way, f"{fresh_text(40)}{said}")
    require(first != second, "what is told in other words is kept apart")
    _why_apart(caller, member, first, second)
    for incident in (first, second):
        on_board(member, incident, *way.from_discovery)
    move = _merge(caller, member, first, second)
    _undo(caller, member, move, first, second)


def _complain(caller: Caller, way: Way, body: str) -> str:
    headers = caller.api_key(way.organisation) | {"Idempotency-Key": fresh_name()}
    complaint = {"title": fresh_text(10), "body": body}
    kept: str = caller.call("intake", "POST", "/v1/complaints", complaint, headers=headers, expect=201)["incident_id"]
    return kept


def _why_apart(caller: Caller, member: Member, first: str, second: str) -> None:
    report = member.get("intake", f"/v1/incidents/{second}")["report_list"][0]["report_id"]
    told = member.get("intake", f"/v1/reports/{report}/why")
    require(not told["joined"] and told["said"]["chinese"], "it is told why the report opened an incident of its own")

    def suggested() -> Any:
        found = member.get("intake", f"/v1/incidents/{second}/similar")
        return next((each for each in found if each["incident_id"] == first), None)

    near = eventually(suggested, "the other complaint is suggested")
    require(near["why"], "a suggestion says what it rests on")
    caller.say(f"two complaints in other words: kept apart, suggested to each other with {near['score']:.2f}")


def _merge(caller: Caller, member: Member, first: str, second: str) -> str:
    path = f"/v1/incidents/{first}/merge"
    member.post("intake", path, {"other": first, "reason": "同一事项"}, expect=422)
    move: str = member.post("intake", path, {"other": second, "reason": "同一事项"})["move_id"]
    refused = member.post("intake", path, {"other": second, "reason": "同一事项"}, expect=409)
    require(first in refused["detail"], "a second merge is told where the incident has gone")
    require(member.get("intake", f"/v1/incidents/{first}")["reports"] == 2, "the survivor counts both reports")
    _phase(member, second, "merged")
    caller.say("merged by hand: one incident of two reports, one procedure; merged twice and with itself: refused")
    return move


def _undo(caller: Caller, member: Member, move: str, first: str, second: str) -> None:
    member.post("intake", f"/v1/moves/{move}/undo", {"reason": "不是同一事项"})
    member.post("intake", f"/v1/moves/{move}/undo", {"reason": "不是同一事项"}, expect=409)
    require(member.get("intake", f"/v1/incidents/{second}")["reports"] == 1, "the report is back where it was")
    _phase(member, second, "open")
    near = member.get("intake", f"/v1/incidents/{second}/similar")
    require(first not in [each["incident_id"] for each in near], "what a person took apart is not suggested again")
    caller.say("undone: both run on by themselves and are not suggested again; undone twice: refused")


def _phase(member: Member, incident: str, phase: str) -> None:
    path = f"/v1/gradings/{incident}"
    eventually(lambda: member.get("grading", path)["phase"] == phase, f"the procedure of {incident} is {phase}")
