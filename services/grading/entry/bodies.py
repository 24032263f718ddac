"""What grading's commands take. `version` is optional everywhere: a command upon another version than the present is refused."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.web.fields import Moment, Truth, Version

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
"""Why; typed by a person. Kept at grading and shown to the organisation's staff, told to no other service."""
Key = Annotated[str, Field(min_length=1, max_length=200)]
LayerName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", examples=["state-council-2016"])]
RulebookHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Command(BaseModel):
    """Any command on a procedure."""

    model_config = ConfigDict(extra="forbid")
    version: Version | None = None


class Approval(Command):
    """The level to approve; a reason is needed where it is not the proposed one."""

    level: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Reason | None = None


class FlagChange(Command):
    """Raise or lower one of the rulebook's flags."""

    flag: Annotated[str, Field(min_length=1, max_length=64)]
    on: Truth = True
    reason: Reason


class Instruction(Command):
    """A leader's instruction (批示): what is to be done."""

    text: Reason


class Turn(Command):
    """Declaring a matter calm, closed or reopened."""

    reason: Reason


class MomentReport(Command):
    """A moment that somebody reports, or proves to have been at another time than is known. `at` with its offset from UTC."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    at: Moment
    reason: Reason


class Suspension(Command):
    """Stop time on one of the rulebook's grounds. `orders`: the keys of those that stand still; absent: all that run."""

    reason: Annotated[str, Field(min_length=1, max_length=64, examples=["force_majeure"])]
    text: Reason
    orders: Annotated[list[Key], Field(min_length=1, max_length=200)] | None = None


class Resumption(Command):
    """Let time run again, for these orders or for all that stand still."""

    text: Reason
    orders: Annotated[list[Key], Field(min_length=1, max_length=200)] | None = None


class Move(Command):
    """Under which rulebook the incident is to go on, and why."""

    hash: RulebookHash
    reason: Reason


class Upload(BaseModel):
    """A rulebook's YAML, with the layers it is to stand on once it is activated."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(min_length=1)]
    layers: Annotated[list[LayerName], Field(max_length=5)] = []


class Activation(BaseModel):
    """Why, and over which layers; absent: those it was loaded with, else those in force."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason
    layers: Annotated[list[LayerName], Field(max_length=5)] | None = None


class ImpactQuery(BaseModel):
    """Which incidents to look at; absent: those that run. `layers` as in an activation."""

    model_config = ConfigDict(extra="forbid")
    incidents: Annotated[list[UUID], Field(min_length=1, max_length=200)] | None = None
    layers: Annotated[list[LayerName], Field(max_length=5)] | None = None
