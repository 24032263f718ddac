"""What the commands take. `version` is optional everywhere: a command upon another version than the present is refused."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.tasks.entry.fields import Moment, Name, Reason, Version


class Command(BaseModel):
    """Any command."""

    model_config = ConfigDict(extra="forbid")
    version: Version = None


class Designation(Command):
    """Whom to give the task to, and why."""

    login: Name
    reason: Reason


class Return(Command):
    """Why the task goes back to the board."""

    reason: Reason


class HandIn(Command):
    """What the duty demands, by the names that the task lists in `hand_in`; `note` may be added."""

    hand_in: Annotated[dict[Name, str], Field(max_length=30, json_schema_extra={"additionalProperties": False})] = {}


Budget = Annotated[
    str, StringConstraints(pattern=r"^[1-9]\d{0,2} (min|h|days?|half days?|working days?|business hours?)$")
]
"""A budget in the rulebook's words: `30 min`, `2 h`, `3 days`, `3 half days`, `5 working days`, `2 business hours`."""


class ExtensionRequest(Command):
    """More time: until a moment, or within a budget counted from the present due moment; and why."""

    until: Moment | None = None
    within: Budget | None = None
    reason: Reason


class Grant(Command):
    """A word with the grant, if any."""

    reason: Reason | None = None


class Refusal(Command):
    """Why the request is refused."""

    reason: Reason
