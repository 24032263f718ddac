"""Which reports belong to which incident, as people move them: merges, splits, and their undoing. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.intake import Crossed, IncidentChanged, ReportKind, Spread
from shared.errors import ConflictError, InvalidError

Kind = Literal["merge", "split"]
BY_ITSELF = "huiying"
"""Who made a move that an organisation lets the product make above its threshold."""
LONGEST_CHAIN = 20
"""So many incidents may stand one in the other: whoever follows `merged_into` is done after as many steps."""
MOST_NAMED = 100
"""At most so many reports are named in an event; the move has them all."""


@dataclass(frozen=True, slots=True)
class Move:
    """A merge (`incident_id` survives, `other_id` was absorbed) or a split (`other_id` was taken out of `incident_id`).

    `report_ids` are those that moved. `undoes` is the move that this one takes back: undoing a merge is a split, undoing a split
    a merge; `undone_by` the one that took this back. `version` and `other_version` are the incidents' after the move, as far as
    it has just been made.
    """

    move_id: UUID
    organisation_id: str
    kind: Kind
    incident_id: UUID
    other_id: UUID
    report_ids: tuple[UUID, ...]
    made_by: str
    reason: str
    made_at: datetime
    undoes: UUID | None = None
    undone_by: UUID | None = None
    version: int | None = None
    other_version: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """An incident as it stands under its lock. `state` is what citizens are told."""

    incident_id: UUID
    organisation_id: str
    title: str
    region: str | None
    topic: str | None
    state: str
    merged_into: UUID | None
    version: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """What an incident's reports amount to; no report, no `occurred_at`."""

    reports: int = 0
    spread: Spread = field(default_factory=Spread)
    kinds: tuple[ReportKind, ...] = ()
    platforms: tuple[str, ...] = ()
    author_types: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    occurred_at: datetime | None = None

    def saying(self, words: Collection[str]) -> "Totals":
        """With these watch words."""
        return replace(self, words=tuple(sorted(set(words))))


def check_version(incident: Standing, version: int | None) -> None:
    """Raise `ConflictError` where the caller has seen another version than the present one."""
    if version is not None and version != incident.version:
        raise ConflictError(
            f"事件已变动，请重新查看 / Incident {incident.incident_id} is at version {incident.version}, not {version}: look again.",
            version=incident.version,
        )


def check_merge(survivor: Standing, other: Standing) -> None:
    """Raise `ConflictError` where one of them has no reports of its own any more, or a closed one would swallow an open one."""
    for incident in (survivor, other):
        check_alive(incident)
    if survivor.state == "closed" and other.state != "closed":
        raise ConflictError(
            f"已办结的事件不能并入未办结的事件，请反过来合并 / Incident {survivor.incident_id} is closed and {other.incident_id} is open: "
            "the open one must survive, merge them the other way round.",
            survivor=str(other.incident_id),
        )


def check_alive(incident: Standing) -> None:
    """Raise `ConflictError` where it has been absorbed, naming into which."""
    if incident.merged_into is not None:
        raise ConflictError(
            f"该事件已并入另一事件 / Incident {incident.incident_id} has been merged into {incident.merged_into}; act there, "
            "or undo that merge.",
            merged_into=str(incident.merged_into),
        )


def check_pair(survivor: UUID, other: UUID) -> None:
    """Raise `InvalidError` for an incident and itself."""
    if survivor == other:
        raise InvalidError(f"不能把事件并入它自己 / Incident {survivor} cannot be merged with itself; name another.")


def check_height(survivor: Standing, below: int) -> None:
    """Raise `ConflictError` where the chain of the absorbed one, `below` long, would become too long."""
    if below >= LONGEST_CHAIN:
        raise ConflictError(
            f"合并层数超过 {LONGEST_CHAIN} / {below} incidents stand one in another already; merge into {survivor.incident_id} "
            "what absorbed the others, or undo some merges first."
        )


def check_split(wanted: Sequence[UUID], present: Collection[UUID], reports: int, incident_id: UUID) -> None:
    """Raise `InvalidError` unless `wanted` are some, not all, of an incident's `reports`; `present` are those it has of them."""
    if not wanted:
        raise InvalidError("请选择要拆出的报告 / Name at least one report to split off.")
    if strange := sorted(set(wanted) - set(present)):
        raise InvalidError(
            f"有的报告不属于该事件 / Incident {incident_id} has no report {', '.join(map(str, strange[:5]))}"
            f"{f' and {len(strange) - 5} more' if len(strange) > 5 else ''}; leave them out.",
            report_ids=[str(each) for each in strange[:MOST_NAMED]],
        )
    if len(present) == reports:
        raise InvalidError(
            f"不能拆出全部报告 / These are all {reports} reports of incident {incident_id}: leave at least one in it."
        )


def check_standing(move: Move) -> None:
    """Raise `ConflictError` where a move has been undone already."""
    if move.undone_by is not None:
        raise ConflictError(
            f"该操作已被撤销 / Move {move.move_id} has been undone by {move.undone_by}; undo that one to have it again.",
            undone_by=str(move.undone_by),
        )


def in_the_way(move: Move, later: Move | None) -> ConflictError:
    """The refusal to undo a move while a later one of the same reports or incidents stands."""
    if later is None:
        return ConflictError(
            f"所涉报告已不在原处，不能撤销 / The reports of move {move.move_id} are no longer where it put them; it cannot be undone."
        )
    return ConflictError(
        f"之后的操作 {later.move_id} 仍然有效，请先撤销它 / Move {move.move_id} cannot be undone while the later {later.kind} "
        f"{later.move_id} of {later.made_at.isoformat(timespec='seconds')} ({later.incident_id}, {later.other_id}) stands: "
        "undo that one first.",
        move=str(later.move_id),
    )


def nothing_left(move: Move, split: Move | None) -> ConflictError:
    """The refusal to undo a merge that would leave its survivor without any report."""
    said = f"撤销后原事件将没有任何报告 / Undoing move {move.move_id} would leave incident {move.incident_id} without a report"
    if split is None:
        return ConflictError(f"{said}.")
    return ConflictError(f"{said}; undo the split {split.move_id} first.", move=str(split.move_id))


def last_in_effect(later: Sequence[Move]) -> Move | None:
    """Of the moves that carried one report on, in their order: the last that nothing took back, or that did again what was."""
    standing: list[Move] = []
    for move in later:
        if standing and move.undoes == standing[-1].move_id:
            standing.pop()
        else:
            standing.append(move)
    return standing[-1] if standing else None


def changed(
    change: Literal["merged", "absorbed", "split", "parted", "restored"],
    totals: Totals,
    move: Move,
    other: UUID,
    crossed: Sequence[Crossed] = (),
) -> IncidentChanged:
    """What to say of a move to those who follow one of its two incidents; its typed reason stays with the move."""
    gained = change in {"merged", "split", "restored"}
    return IncidentChanged(
        change=change,
        report_ids=list(move.report_ids[-MOST_NAMED:]) if gained else [],
        reports=totals.reports,
        spread=totals.spread,
        kinds=list(totals.kinds),
        platforms=list(totals.platforms),
        author_types=list(totals.author_types),
        words=list(totals.words),
        earliest_occurred_at=totals.occurred_at,
        other=other,
        by=move.made_by,
        act=move.move_id,
        undoes=move.undoes,
        crossed=list(crossed),
    )
