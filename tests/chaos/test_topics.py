"""What the bus holds against what the journal says: repeats and gaps may be, strangers and changed bytes may not."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from tests.chaos.topics import Carried, Message, Place, account, digest

SOURCE = f"/huiying/tasks/{uuid4()}"
AT = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)


def _world(count: int) -> tuple[list[Message], dict[Place, bytes]]:
    messages, events = list[Message](), dict[Place, bytes]()
    for seq in range(1, count + 1):
        event_id, subject, value = uuid4(), uuid4(), f'{{"n": {seq}}}'.encode()
        headers = {
            "ce_id": str(event_id),
            "ce_type": "task.changed.v1",
            "ce_organisationid": "anhui",
            "ce_subject": str(subject),
            "ce_time": AT.isoformat(),
            "ce_source": SOURCE,
            "ce_shard": "3",
            "ce_sequence": str(seq),
        }
        messages.append(Message("tasks", 0, str(subject).encode(), headers, value))
        events[3, seq] = digest(event_id, "task.changed.v1", "anhui", subject, AT, value)
    return messages, events


def _found(messages: list[Message], events: dict[Place, bytes]) -> tuple[Carried, list[str]]:
    carried = Carried()
    account(carried, messages, events, SOURCE)
    return carried, [str(finding) for finding in carried.findings]


def test_what_the_journal_says_may_come_twice_with_gaps_and_late() -> None:
    messages, events = _world(6)
    first, _, third, fourth, fifth, sixth = messages
    carried, found = _found([first, fourth, fourth, third, fifth, sixth], events)
    assert found == []
    assert (carried.repeated, carried.late) == (1, 1)


def test_a_changed_byte_is_found() -> None:
    messages, events = _world(3)
    messages[1] = replace(messages[1], value=messages[1].value.replace(b"2", b"7"))
    assert [each[:40] for each in _found(messages, events)[1]] == ["broken: 1 in topic tasks (not as the jou"]


def test_an_event_of_no_journal_is_found() -> None:
    messages, events = _world(3)
    del events[3, 3]
    messages[0] = replace(messages[0], headers={**messages[0].headers, "ce_source": f"/huiying/tasks/{uuid4()}"})
    assert [each[:40] for each in _found(messages, events)[1]] == ["doubled: 2 in topic tasks (no event of t"]


def test_a_wrong_key_and_a_shard_on_two_partitions_are_found() -> None:
    messages, events = _world(3)
    messages[0] = replace(messages[0], key=b"somebody else")
    messages[2] = replace(messages[2], partition=1)
    assert [each.partition("(")[2][:16] for each in _found(messages, events)[1]] == [
        "not one of ours)",
        "one shard on two",
    ]
