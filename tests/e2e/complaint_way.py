"""The way of a complaint: in, graded, worked on, answered, followed up, calmed, closed; every refusal on the way tried too."""

from dataclasses import dataclass
from typing import Any

from tests.e2e.answer_way import answer
from tests.e2e.caller import Caller, Member, eventually, require
from tests.e2e.incidents import board, on_board, orders, seconds_between
from tests.e2e.ways import Way
from tests.e2e.words import fresh_name, fresh_text


@dataclass(frozen=True)
class Told:
    """A complaint that was kept."""

    caller: Caller
    way: Way
    incident: str
    receipt: str

    def citizen(self) -> Any:
        """What the citizen sees."""
        headers = self.caller.api_key(self.way.organisation)
        return self.caller.call("intake", "GET", f"/v1/complaints/{self.receipt}", headers=headers)

    def member(self, role: str, nth: int = 0) -> Member:
        """A member of the organisation's staff."""
        return Member(self.caller, self.way.organisation, role, nth)


def walk_complaint(caller: Caller, way: Way) -> None:
    """The whole way."""
    told = hand_in(caller, way)
    duties_from_discovery(told)
    grade(told)
    investigate(told)
    link = answer(told.caller, told.way, told.incident)
    answered(told, link)
    end(told)
    elsewhere(told)


def hand_in(caller: Caller, way: Way) -> Told:
    """In, and the receipt; the same key again gives the same answer, the same words again join."""
    headers = caller.api_key(way.organisation) | {"Idempotency-Key": fresh_name()}
    complaint = {
        "title": "请核实处理",
        "body": fresh_text(),
        "region": "示范区",
        "topic": "群众诉求",
        "contact": {"name": "示例群众", "phone": "0000-0000000"},
    }
    kept = caller.call("intake", "POST", "/v1/complaints", complaint, headers=headers, expect=201)
    told = Told(caller, way, kept["incident_id"], kept["receipt"])
    caller.say(f"complaint kept, receipt given, incident {told.incident}")
    again = caller.call("intake", "POST", "/v1/complaints", complaint, headers=headers, expect=201)
    require(again == kept, "the same Idempotency-Key with the same body gets the same answer")
    headers["Idempotency-Key"] = fresh_name()
    more = complaint | {"body": f"{complaint['body']}请尽快!"}
    joined = caller.call("intake", "POST", "/v1/complaints", more, headers=headers, expect=201)
    require(joined["incident_id"] == told.incident, "the same words told again join the incident")
    require(joined["receipt"] != told.receipt, "each complaint has a receipt of its own")
    seen = told.citizen()
    require(
        seen["state"] == "received" and told.incident not in str(seen), "the citizen sees the state, not the incident"
    )
    caller.say(
        f"sent again: replayed; told again in nearly the same words: joined; the citizen sees {seen['state_text']}"
    )
    return told


def duties_from_discovery(told: Told) -> None:
    """What runs from discovery is issued at once, with its deadline, before anybody has graded."""
    way, onlooker = told.way, told.member("auditor")
    tasks = on_board(onlooker, told.incident, *way.from_discovery)
    issued = orders(onlooker, told.incident)
    for key, budget in way.from_discovery.items():
        order = issued[key]
        require(order["start"]["moment"] == "discovered", f"{key} runs from discovery")
        if budget == "1 h":
            require(seconds_between(order["start"]["at"], order["due"]) == 3600, f"{key} is due one hour later")
        require(tasks[key]["state"] == "open", f"the task {key} is open")
    told.caller.say(f"issued from discovery: {', '.join(sorted(tasks))}")


def grade(told: Told) -> None:
    """Proposed with reasons; refused to the wrong post; approved by the right one, once."""
    way, path = told.way, f"/v1/gradings/{told.incident}"
    right, wrong = told.member(way.approver), told.member("department")
    proposed = right.get("grading", path)
    require(proposed["proposal"] == way.lowest and proposed["waiting"], f"the proposal is {way.lowest} and waits")
    require(
        all(reason["clause"] and reason["evidence"] for reason in proposed["reasons"]), "reasons carry their clause"
    )
    require(proposed["reasons"], "the proposal has reasons")
    waiting = right.get("grading", "/v1/gradings", state="proposed", limit="200")
    require(any(each["incident_id"] == told.incident for each in waiting), "it is among what waits for a grade")
    told.caller.say(f"grade proposed: {way.lowest}, because {', '.join(proposed['reasons'][0]['evidence'])}")
    approval = {"level": way.lowest, "version": proposed["version"]}
    wrong.post("grading", f"{path}/approve", approval, expect=403)
    right.post("grading", f"{path}/approve", {"level": "no-such-level"}, expect=422)
    stale = right.post("grading", f"{path}/approve", approval | {"version": proposed["version"] - 1}, expect=409)
    require(stale["version"] == proposed["version"], "a stale approval is told the present version")
    approved = right.post("grading", f"{path}/approve", approval)
    require(approved["state"] == "approved" and approved["level"] == way.lowest, "the grade is approved")
    right.post("grading", f"{path}/approve", {"level": way.lowest}, expect=409)
    told.caller.say(f"approved by {right.login}; refused to {wrong.login}, to an unknown level, stale, and twice")
    tasks = on_board(right, told.incident, *way.on_grading)
    eventually(lambda: not _presumed(right, told.incident), "nothing is presumed any more")
    eventually(lambda: board(right, told.incident)["approve_grade"]["state"] == "done", "approving ends that duty")
    eventually(lambda: told.citizen()["state"] == "handling", "the citizen sees that it is being handled")
    told.caller.say(f"assignments and deadlines now: {', '.join(sorted(tasks))}")


def _presumed(member: Member, incident: str) -> bool:
    return any(task["presumed"] for task in board(member, incident).values() if task["state"] == "open")


def investigate(told: Told) -> None:
    """Claimed by one, not by another; handed in with what it demands; and the next duty is there."""
    way, department, colleague = told.way, told.member("department"), told.member("department", 1)
    outsider = told.member("publisher")
    if way.claimed_first:
        first = on_board(department, told.incident, way.claimed_first)[way.claimed_first]["id"]
        claimed = department.post("tasks", f"/v1/tasks/{first}/claim")
        require(claimed["state"] == "done", "a duty to claim is fulfilled by claiming")
        late = colleague.post("tasks", f"/v1/tasks/{first}/claim", expect=409)
        require(department.login in str(late), "the second claimant is told who was first")
        told.caller.say(f"认领 by {department.login}; {colleague.login} is told who was first")
    task = on_board(department, told.incident, way.investigation)[way.investigation]["id"]
    path = f"/v1/tasks/{task}"
    outsider.post("tasks", f"{path}/claim", expect=403)
    department.post("tasks", f"{path}/claim")
    second = colleague.post("tasks", f"{path}/claim", expect=409)
    require(department.login in str(second), "the second claimant is told who holds it")
    colleague.post("tasks", f"{path}/complete", {"hand_in": {}}, expect=403)
    demanded = department.get("tasks", path)["hand_in"]
    department.post("tasks", f"{path}/complete", {"hand_in": {}}, expect=422)
    papers = dict.fromkeys(demanded, "经现场核实,情况属实,已责成整改。")
    handed = department.post("tasks", f"{path}/complete", {"hand_in": papers})
    require(handed["state"] == "done", "the investigation is handed in")
    again = department.post("tasks", f"{path}/complete", {"hand_in": papers})
    require(again["version"] == handed["version"], "the same handed in again changes nothing")
    department.post("tasks", f"{path}/complete", {"hand_in": papers | {"note": "另有说明"}}, expect=409)
    told.caller.say(f"investigation claimed ({colleague.login} told who, {outsider.login} refused) and handed in, once")
    tasks = on_board(department, told.incident, way.after_investigation)
    clause = tasks[way.after_investigation]["clause"]
    told.caller.say(f"next duty, ordered by the investigation: {way.after_investigation} ({clause})")


def answered(told: Told, link: str) -> None:
    """The citizen reads the answer; it is to be followed up, and is."""
    seen = eventually(lambda: _answered(told), "the citizen sees the answer")
    require(seen["answers"][0]["url"] == link, "the citizen sees the answer's link")
    require("0000-0000000" not in str(seen), "the citizen's view holds no contact data")
    told.caller.say(f"the citizen sees: {seen['state_text']}, {seen['answers'][0]['text'][:20]}… {link}")
    hand_in_all(told)
    require(board(told.member("auditor"), told.incident)["follow_up"]["state"] == "done", "it was followed up")
    told.caller.say("everything still owed is handed in, the follow-up too")


def _answered(told: Told) -> Any:
    seen = told.citizen()
    return seen if seen["state"] == "answered" and seen["answers"] else None


def hand_in_all(told: Told) -> None:
    """Hand in what is open at tasks, and what that leads to, until nothing is.

    To go on releasing as work progresses, which has no due moment, ends with the calm alone.
    """
    onlooker = told.member("auditor")
    on_board(onlooker, told.incident, "follow_up")

    def nothing_open() -> bool:
        still = [task for task in board(onlooker, told.incident).values() if task["state"] in {"open", "claimed"}]
        for task in still:
            if task["desk"] == "tasks":
                holder, path = told.member(task["owner"]), f"/v1/tasks/{task['id']}"
                papers = dict.fromkeys(holder.get("tasks", path)["hand_in"], "已办妥,附材料。")
                holder.post("tasks", f"{path}/complete", {"hand_in": papers})
        return not [task for task in still if task["desk"] == "tasks" or task["due_at"]]

    eventually(nothing_open, "nothing is owed any more")


def end(told: Told) -> None:
    """Calmed and closed by the right post only."""
    closer, wrong = told.member(told.way.closer), told.member("publisher")
    path, why = f"/v1/incidents/{told.incident}", {"reason": "诉求已解决,未见新的反映"}
    wrong.post("grading", f"{path}/calm", why, expect=403)
    require(closer.post("grading", f"{path}/calm", why)["phase"] == "calmed", "it is calm")
    wrong.post("grading", f"{path}/close", why, expect=403)
    require(closer.post("grading", f"{path}/close", why)["phase"] == "closed", "it is closed")
    eventually(lambda: told.citizen()["state"] == "closed", "the citizen sees that it is closed")
    told.caller.say(f"calmed and closed by {closer.login}, refused to {wrong.login}; the citizen sees 已办结")


def elsewhere(told: Told) -> None:
    """Nothing of it exists for another organisation."""
    other = next(p for p in told.caller.dev["staff"] if p["organisation"] != told.way.organisation)
    stranger = Member(told.caller, other["organisation"], other["roles"][0])
    stranger.get("intake", f"/v1/incidents/{told.incident}", expect=404)
    stranger.get("grading", f"/v1/gradings/{told.incident}", expect=404)
    require(not board(stranger, told.incident), "another organisation sees no task of it")
    foreign = told.caller.api_key(other["organisation"])
    told.caller.call("intake", "GET", f"/v1/complaints/{told.receipt}", headers=foreign, expect=404)
    told.caller.say(f"for {other['organisation']} none of it exists: 404")
