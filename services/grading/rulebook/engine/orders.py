"""What the engine hands out: orders, the grade with its reasons, and the outcome of one advance."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

Phase = Literal["open", "calmed", "closed"]


@dataclass(slots=True)
class Also:
    """A further rule that bounds an order: of which rulebook, by which words, and when it would be due by that alone.

    Never changed once made (not `frozen`, which costs several times as much to make; a dataclass, because orjson writes these by itself).

    `anchor` is the moment its own time runs from, which need not be the order's. `decides`: the order is due by it, and
    the text below, which wants it later or not at all, is not what counts.
    """

    rulebook: str
    title: str
    clause: str
    phrase: str
    within: str | None
    due_at: datetime | None
    anchor: str = ""
    anchor_at: datetime | None = None
    decides: bool = False


class Order(NamedTuple):
    """One duty of one incident, with everything its desk needs. All moments are UTC instants.

    (A tuple: an advance makes and compares some twenty, and a dataclass costs three times as much at either.)

    `key` is stable within the incident: "<duty>", "<duty>#<n>" when recurring or a further decision on the grade,
    "<duty>@<fact id>" when owed for each occurrence of a moment. `due_at` None: the text sets no number.
    `source` is 'operator' when the rule or its deadline is the operator's; `anchor_source` when only the moment is.
    `suspended` is the reason (Chinese) for which its time stands still: `due_at` is then None, and nothing reminds or
    escalates. `target_at` is a goal that is no deadline. `also` names the layers above whose rules bound it.
    """

    key: str
    duty: str
    name: str
    kind: str
    desk: str
    owner: str
    owner_name: str
    to: tuple[str, ...]
    clause: str
    phrase: str
    source: str
    presumed: bool
    provisional: bool
    recurring: bool
    anchor: str
    anchor_at: datetime
    anchor_source: str
    within: str | None
    due_at: datetime | None
    remind_at: tuple[datetime, ...] = ()
    escalate: tuple[tuple[datetime, str], ...] = ()
    hand_in: tuple[str, ...] = ()
    marks: str | None = None
    chain: str | None = None
    extension: dict[str, str] | None = None
    extended_from: datetime | None = None
    jointly: tuple[str, ...] = ()
    anchor_assumed: bool = False
    moves: tuple[tuple[datetime, str], ...] = ()
    suspended: str | None = None
    target_at: datetime | None = None
    also: tuple[Also, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A criterion that matched: which, for what level, by which words of the text, on what evidence (Chinese)."""

    rule: str
    level: str
    clause: str
    phrase: str
    evidence: tuple[str, ...]
    source: str = "regulation"


@dataclass(frozen=True, slots=True)
class Grade:
    """Where grading stands. `level` is the approved level, else the proposed one, else None.

    `proposal` is what the criteria say at present even when another level is approved; `approver` lists the roles any
    of which may approve the level proposed (the highest, where none is).
    """

    level: str | None
    state: Literal["none", "proposed", "approved"]
    reasons: tuple[Reason, ...]
    approver: tuple[str, ...]
    proposal: str | None


@dataclass(frozen=True, slots=True)
class Advance:
    """What follows from the facts now, against what had been issued.

    `orders` are all in force and becomes the next `issued`; `done` tells which of them stand fulfilled, and since when
    (a `done` fact, or the moment that fulfils the duty). `flags` are those that are up.
    """

    grade: Grade
    phase: Phase
    issue: list[Order]
    change: list[Order]
    withdraw: list[tuple[str, str]]
    orders: dict[str, Order]
    done: dict[str, datetime] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Chain:
    """An approval chain: steps in order, all roles of a step must sign."""

    id: str
    name: str
    steps: tuple[tuple[str, ...], ...]
    step_names: tuple[str, ...]
    clause: str
    phrase: str
    source: str

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "name": self.name,
            "steps": [{"name": n, "roles": list(r)} for n, r in zip(self.step_names, self.steps, strict=True)],
            "clause": self.clause,
            "phrase": self.phrase,
            "source": self.source,
        }
