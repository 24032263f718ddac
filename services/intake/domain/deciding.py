"""Where each arrival of a batch goes: replayed, known already, into its incident, or into one of its own. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from services.intake.domain import joining
from services.intake.domain.joining import Candidate, Joined, Known
from services.intake.domain.reports import Arrival, Incident, opened
from shared.contracts.intake import Spread
from shared.ids import new_id

EventKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A report that the same source has sent before."""

    report_id: UUID
    incident_id: UUID
    spread: Spread


@dataclass(frozen=True, slots=True)
class Recognised:
    """What storage found for a batch. `bands` maps a band to the incidents that share it."""

    known: Mapping[bytes, Known]
    candidates: Mapping[UUID, Candidate]
    bands: Mapping[int, Sequence[UUID]]
    earlier: Mapping[EventKey, Earlier]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one arrival, and why it joined (`new` where it opened its incident)."""

    report_id: UUID
    incident_id: UUID
    result: Literal["new", "joined", "respread", "duplicate"]
    why: str
    score: float | None = None


@dataclass(slots=True)
class Plan:
    """What a batch amounts to; `incidents` are those opened or to be changed, by id."""

    outcomes: list[Outcome] = field(default_factory=list)
    kept: list[tuple[Arrival, Outcome]] = field(default_factory=list)
    resampled: dict[UUID, Spread] = field(default_factory=dict)
    incidents: dict[UUID, Incident] = field(default_factory=dict)
    keys: dict[bytes, UUID] = field(default_factory=dict)


class Batch:
    """Decides arrivals one after another, each seeing those before it: two alike in one batch make one incident."""

    def __init__(self, recognised: Recognised) -> None:
        self._known = dict(recognised.known)
        self._candidates = dict(recognised.candidates)
        self._bands = {band: list(ids) for band, ids in recognised.bands.items()}
        self._earlier = dict(recognised.earlier)
        self._fresh: set[object] = set()
        self._first: list[Joined | Earlier | None] = []

    def place(self, arrivals: Sequence[Arrival]) -> list[Joined | Earlier | None]:
        """First pass, without the incidents' totals: which existing incident, which earlier report, or None for a new one."""
        self._first = [self._look(arrival) for arrival in arrivals]
        return self._first

    def _touched(self, arrival: Arrival) -> bool:
        """Whether anything that this batch has brought so far may be what the arrival belongs to."""
        marks = (*arrival.keys.all(), *arrival.bands, arrival.event_key)
        return not self._fresh.isdisjoint(marks)

    def _look(self, arrival: Arrival) -> Joined | Earlier | None:
        if arrival.event_key and arrival.event_key in self._earlier:
            return self._earlier[arrival.event_key]
        found = joining.decide(
            joining.Newcomer(arrival.keys, arrival.grams, arrival.received_at),
            self._known,
            self._alike(arrival),
            arrival.window,
        )
        return found if isinstance(found, Joined) else None

    def _alike(self, arrival: Arrival) -> list[Candidate]:
        ids = {each for band in arrival.bands for each in self._bands.get(band, ())}
        return [self._candidates[each] for each in ids if each in self._candidates]

    def decide(self, arrivals: Sequence[Arrival], incidents: Mapping[UUID, Incident]) -> Plan:
        """Second pass over the same arrivals, with the locked totals of the incidents that the first pass named."""
        plan = Plan()
        for arrival, first in zip(arrivals, self._first, strict=True):
            found = self._look(arrival) if self._touched(arrival) else first
            if isinstance(found, Earlier):
                outcome = self._again(plan, arrival, found, incidents)
            else:
                outcome = self._keep(plan, arrival, found, incidents)
            plan.outcomes.append(outcome)
        return plan

    def _again(self, plan: Plan, arrival: Arrival, earlier: Earlier, incidents: Mapping[UUID, Incident]) -> Outcome:
        if earlier.spread == arrival.spread:
            return Outcome(earlier.report_id, earlier.incident_id, "duplicate", "event")
        incident = plan.incidents.get(earlier.incident_id) or incidents[earlier.incident_id]
        plan.incidents[earlier.incident_id] = incident
        incident.resample(earlier.spread, arrival.spread)
        plan.resampled[earlier.report_id] = arrival.spread
        assert arrival.event_key is not None
        self._earlier[arrival.event_key] = Earlier(earlier.report_id, earlier.incident_id, arrival.spread)
        self._fresh.add(arrival.event_key)
        return Outcome(earlier.report_id, earlier.incident_id, "respread", "event")

    def _keep(self, plan: Plan, arrival: Arrival, found: Joined | None, incidents: Mapping[UUID, Incident]) -> Outcome:
        if found is None:
            incident = opened(new_id(), arrival)
            plan.incidents[incident.incident_id] = incident
            outcome = Outcome(arrival.report_id, incident.incident_id, "new", "new")
            self._remember_leading(arrival, incident)
        else:
            incident = plan.incidents.get(found.incident_id) or incidents[found.incident_id]
            plan.incidents[found.incident_id] = incident
            incident.add(arrival)
            outcome = Outcome(arrival.report_id, found.incident_id, "joined", found.why, found.score)
        plan.kept.append((arrival, outcome))
        for key in arrival.keys.all():
            if key not in self._known:
                self._known[key] = Known(incident.incident_id, incident.opened_at)
                plan.keys[key] = incident.incident_id
                self._fresh.add(key)
        if arrival.event_key:
            self._fresh.add(arrival.event_key)
            self._earlier[arrival.event_key] = Earlier(arrival.report_id, incident.incident_id, arrival.spread)
        return outcome

    def _remember_leading(self, arrival: Arrival, incident: Incident) -> None:
        self._candidates[incident.incident_id] = Candidate(incident.incident_id, incident.opened_at, arrival.grams)
        self._fresh.update(arrival.bands)
        for band in arrival.bands:
            self._bands.setdefault(band, []).append(incident.incident_id)
