"""The way of a post: pushed and signed, told again and joined, spread on until a threshold asks for a higher grade."""

from typing import Any

from tests.e2e.caller import Caller, Member, eventually, require
from tests.e2e.incidents import on_board
from tests.e2e.pushing import post, push
from tests.e2e.ways import Way
from tests.e2e.words import fresh_name, fresh_text


def walk_push(caller: Caller, way: Way) -> None:
    """The whole way."""
    text, name = fresh_text(), fresh_name()
    original = post(text, name=name, counts=way.low)
    carried_on = post(f"转发:{text}", root_id=name)
    kept = push(caller, way.organisation, [original, carried_on])
    require(kept == {"accepted": 2, "duplicates": 0, "rejected": []}, "both posts are accepted")
    onlooker = Member(caller, way.organisation, "auditor")
    incident = eventually(lambda: _incident_of(onlooker, original["url"]), "the post is an incident")
    require(len(_whole(onlooker, incident)["report_list"]) == 2, "the repost joined its original")
    caller.say(f"signed push kept; the repost joined its original, incident {incident}")
    again = push(caller, way.organisation, [post(f"{text}!"), original])
    require(
        again["accepted"] + again["duplicates"] == 2 and again["duplicates"] == 1, "the very same post is a duplicate"
    )
    eventually(lambda: len(_whole(onlooker, incident)["report_list"]) == 3, "the same words elsewhere join")
    caller.say("the same words from somebody else joined; the very same post with the same counts is a duplicate")
    _cross(caller, way, incident, original)


def _cross(caller: Caller, way: Way, incident: str, original: dict[str, Any]) -> None:
    """Graded low; then its spread crosses the threshold, and the higher grade is proposed, but not decided."""
    path = f"/v1/gradings/{incident}"
    approver, onlooker = Member(caller, way.organisation, way.approver), Member(caller, way.organisation, "auditor")
    on_board(onlooker, incident, "approve_grade")
    require(approver.post("grading", f"{path}/approve", {"level": way.lowest})["level"] == way.lowest, "graded low")
    grown = original | {"metrics": dict(zip(("reads", "comments", "reposts", "likes"), way.grown, strict=True))}
    require(push(caller, way.organisation, [grown])["accepted"] == 1, "the same post with other counts is kept")
    shown = eventually(lambda: _proposed(onlooker, path, way.higher), f"{way.higher} is proposed")
    require(shown["level"] == way.lowest and shown["waiting"], "the old grade stands until a person decides")
    evidence = [line for reason in shown["reasons"] for line in reason["evidence"]]
    crossed = [line for line in evidence if "≥" in line]
    require(crossed, "the reasons name the counts that crossed their threshold")
    on_board(onlooker, incident, "approve_grade#2")
    department = Member(caller, way.organisation, "department")
    department.post("grading", f"{path}/approve", {"level": way.higher}, expect=403)
    chief = Member(caller, way.organisation, shown["approvers"][0])
    decided = chief.post("grading", f"{path}/approve", {"level": way.higher})
    require(decided["level"] == way.higher, "the higher grade is approved")
    caller.say(f"spread grew to {way.grown[0]} reads: {way.higher} proposed, {crossed[0]}; approved by {chief.login}")


def _incident_of(member: Member, url: str) -> str | None:
    for line in member.get("intake", "/v1/incidents", limit="20"):
        if any(report["url"] == url for report in _whole(member, line["incident_id"])["report_list"]):
            return str(line["incident_id"])
    return None


def _whole(member: Member, incident: str) -> Any:
    return member.get("intake", f"/v1/incidents/{incident}")


def _proposed(member: Member, path: str, level: str) -> Any:
    shown = member.get("grading", path)
    return shown if shown["proposal"] == level and shown["waiting"] else None
