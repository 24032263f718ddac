"""Staff's commands that come too late, from the wrong hand, or name what is not there; and two at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from tests.e2e.caller import Caller, Member, checked, require
from tests.e2e.incidents import on_board
from tests.e2e.ways import Way
from tests.e2e.words import fresh_name, fresh_text

RACES = 5


def bad_commands(caller: Caller, way: Way) -> None:
    """Every refusal is told with the present state."""
    incident = _incident(caller, way)
    _unknown(caller, way, incident)
    _stale(caller, way, incident)
    _races(caller, way)
    _tokens(caller)


def _incident(caller: Caller, way: Way) -> str:
    body = {"title": "请核实", "body": fresh_text()}
    kept = caller.call("intake", "POST", "/v1/complaints", body, headers=caller.api_key(way.organisation), expect=201)
    incident: str = kept["incident_id"]
    on_board(Member(caller, way.organisation, "auditor"), incident, "approve_grade")
    return incident


def _unknown(caller: Caller, way: Way, incident: str) -> None:
    approver, department = (Member(caller, way.organisation, role) for role in (way.approver, "department"))
    level = approver.post("grading", f"/v1/gradings/{incident}/approve", {"level": "IX"}, expect=422)
    require(way.lowest in str(level), "an unknown level is answered with those there are")
    flag = {"flag": "no_such_flag", "reason": "试"}
    told = department.post("grading", f"/v1/incidents/{incident}/flags", flag, expect=422)
    require("sensitive" in str(told), "an unknown flag is answered with those there are")
    nowhere = uuid4()
    approver.get("grading", f"/v1/gradings/{nowhere}", expect=404)
    approver.post("grading", f"/v1/gradings/{nowhere}/approve", {"level": way.lowest}, expect=404)
    department.post("tasks", f"/v1/tasks/{nowhere}/claim", expect=404)
    department.get("publishing", f"/v1/responses/{nowhere}", expect=404)
    department.get("intake", "/v1/incidents/not-an-id", expect=422)
    caller.say("an unknown level or flag: 422 with those there are; ids that are not there: 404")


def _stale(caller: Caller, way: Way, incident: str) -> None:
    approver, author = Member(caller, way.organisation, way.approver), Member(caller, way.organisation, "department")
    version = approver.get("grading", f"/v1/gradings/{incident}")["version"]
    flag = {"flag": "sensitive", "reason": "涉及敏感事项", "version": version}
    moved = author.post("grading", f"/v1/incidents/{incident}/flags", flag)
    told = author.post("grading", f"/v1/incidents/{incident}/flags", flag, expect=409)
    require(told["version"] == moved["version"] > version, "a stale flag is told the present version")
    draft = {"incident_id": incident, "channel": "weibo", "title": "答复", "text": "已收到,正在核实。"}
    made = author.post("publishing", "/v1/responses", draft, expect=201)
    path = f"/v1/responses/{made['id']}"
    author.patch("publishing", path, {"version": 1, "text": "已收到,正在办理。"})
    late = author.patch("publishing", path, {"version": 1, "text": "另一种说法。"}, expect=409)
    require(author.get("publishing", path)["text"] == "已收到,正在办理。", "nothing of the stale edit was kept")
    present = late["answer"]
    require((present["state"], present["version"]) == ("draft", 2), "a stale edit is told the present state")
    caller.say(f"a stale edit: 409, with the present state ({present['state']}, version 2); nothing of it was kept")


def _races(caller: Caller, way: Way) -> None:
    """Two claim at the same moment: one has it, the other is told who."""
    people = [Member(caller, way.organisation, "department", nth) for nth in (0, 1)]
    tokens = [caller.bearer(person.login) for person in people]
    with ThreadPoolExecutor(2) as pool:
        for _ in range(RACES):
            task = _open_task(caller, way, people[0])

            def claim(nth: int, path: str = f"/v1/tasks/{task}/claim") -> Any:
                return caller.raw("tasks", "POST", path, content=b"{}", headers=tokens[nth])

            answers = list(pool.map(claim, (0, 1)))
            statuses = sorted(answer.status_code for answer in answers)
            require(statuses == [200, 409], f"of two claiming at once one has it and one is told (got {statuses})")
            winner = next(nth for nth, answer in enumerate(answers) if answer.status_code == 200)
            loser = checked(answers[1 - winner], 409, "the later claim")
            require(people[winner].login in str(loser), "the later one is told who holds it")
    caller.say(f"two claiming at the same moment, {RACES} times: one has it, the other is told who")


def _open_task(caller: Caller, way: Way, department: Member) -> str:
    """A task of the department's post that stays claimed."""
    incident = _incident(caller, way)
    Member(caller, way.organisation, way.approver).post(
        "grading", f"/v1/gradings/{incident}/approve", {"level": way.lowest}
    )
    key = {"xuancheng-city": "report_with_proposal"}.get(way.organisation, way.investigation)
    task: str = on_board(department, incident, key)[key]["id"]
    return task


def _tokens(caller: Caller) -> None:
    for service in ("grading", "tasks", "publishing", "intake", "console"):
        path = {
            "grading": "/v1/gradings",
            "tasks": "/v1/tasks",
            "publishing": "/v1/responses",
            "intake": "/v1/incidents",
        }
        route = path.get(service, "/v1/overview")
        for headers in ({}, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic YTpi"}):
            caller.call(service, "GET", route, headers=headers, expect=401)
    wrong = {"login": f"{fresh_name()}@nowhere", "password": "wrong-password"}
    caller.call("console", "POST", "/v1/token", wrong, expect=401)
    caller.say("no token, a made-up token, another scheme, a wrong password: 401")
