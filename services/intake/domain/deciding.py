"""Where each arrival of a batch goes: replayed, known already, into its incident, or into one of its own. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from services.intake.domain import joining
from services.intake.domain.counting import Counts
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
    """What a batch amounts to; `incidents` are those opened or to be changed, by id; `leads` the reports that keys name."""

    outcomes: list[Outcome] = field(default_factory=list)
    kept: list[tuple[Arrival, Outcome]] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    incidents: dict[UUID, Incident] = field(default_factory=dict)
    keys: dict[bytes, UUID] = field(default_factory=dict)
    leads: dict[bytes, UUID] = field(default_factory=dict)


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

    def recounted(self, arrivals: Sequence[Arrival]) -> set[UUID]:
        """After the first pass: the known reports whose counts must be read once their incidents are locked."""
        found: set[UUID] = set()
        for arrival, first in zip(arrivals, self._first, strict=True):
            if isinstance(first, Earlier):
                if arrival.observed_at is not None or not _says_nothing_new(first, arrival):
                    found.add(first.report_id)
            elif arrival.external_id is not None and (told := self._led(arrival)) is not None:
                found.add(told)
        return found

    def _led(self, arrival: Arrival) -> UUID | None:
        known = self._known.get(arrival.keys.url) if arrival.keys.url is not None else None
        return known.report_id if known is not None else None

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

    def decide(
        self, arrivals: Sequence[Arrival], incidents: Mapping[UUID, Incident], counts: Counts | None = None
    ) -> Plan:
        """Second pass over the same arrivals, with what is locked: totals of the incidents, `counts` of the reports recounted."""
        plan = Plan(counts=counts or Counts())
        for arrival, first in zip(arrivals, self._first, strict=True):
            found = self._look(arrival) if self._touched(arrival) else first
            if isinstance(found, Earlier):
                outcome = self._again(plan, arrival, found, incidents)
            else:
                outcome = self._keep(plan, arrival, found, incidents)
            plan.outcomes.append(outcome)
        return plan

    def _again(self, plan: Plan, arrival: Arrival, earlier: Earlier, incidents: Mapping[UUID, Incident]) -> Outcome:
        known = earlier.report_id in plan.counts.latest
        gained = plan.counts.again(earlier.report_id, arrival) if known else None
        if gained is None:
            return Outcome(earlier.report_id, earlier.incident_id, "duplicate", "event")
        if gained != Spread():
            incident = plan.incidents.get(earlier.incident_id) or incidents[earlier.incident_id]
            plan.incidents[earlier.incident_id] = incident
            incident.resample(gained, arrival)
        return Outcome(earlier.report_id, earlier.incident_id, "respread", "event")

    def _keep(self, plan: Plan, arrival: Arrival, found: Joined | None, incidents: Mapping[UUID, Incident]) -> Outcome:
        if found is None:
            incident = opened(new_id(), arrival)
            _count(plan, arrival, incident.incident_id, None)
            plan.incidents[incident.incident_id] = incident
            outcome = Outcome(arrival.report_id, incident.incident_id, "new", "new")
            self._remember_leading(arrival, incident)
        else:
            incident = plan.incidents.get(found.incident_id) or incidents[found.incident_id]
            plan.incidents[found.incident_id] = incident
            incident.add(arrival, _count(plan, arrival, found.incident_id, self._led(arrival)))
            outcome = Outcome(arrival.report_id, found.incident_id, "joined", found.why, found.score)
        plan.kept.append((arrival, outcome))
        for key in arrival.keys.all():
            if key not in self._known:
                lead = arrival.report_id if key == arrival.keys.url else None
                self._known[key] = Known(incident.incident_id, incident.opened_at, lead)
                plan.keys[key] = incident.incident_id
                if lead is not None:
                    plan.leads[key] = lead
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


def _count(plan: Plan, arrival: Arrival, incident_id: UUID, leading: UUID | None) -> Spread:
    """What a new report adds to its incident; one that nobody can tell again has no counts."""
    return plan.counts.first(arrival, incident_id, leading) if arrival.external_id is not None else arrival.spread


def _says_nothing_new(earlier: Earlier, arrival: Arrival) -> bool:
    return all(getattr(earlier.spread, metric) == getattr(arrival.spread, metric) for metric in arrival.known)
