"""Where each arrival of a batch goes: replayed, known already, into its incident, or into one of its own. Pure."""

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.intake.domain import joining
from services.intake.domain.counting import Counts
from services.intake.domain.joining import Alone, Candidate, Joined, Known, Newcomer
from services.intake.domain.reports import Arrival, Incident, opened
from services.intake.domain.telling_apart import written
from shared.contracts.intake import Spread
from shared.ids import new_id

MOST_IN_BAND = 48
"""The newest that share a band; only letters of a template are more."""
MOST_COMPARED = 48
"""Candidates whose grams are compared with one arrival's: those that share the most bands with it, which are the most alike."""
EventKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A report that the same source has sent before; `said` is the digest of the words that it was last sent with."""

    report_id: UUID
    incident_id: UUID
    spread: Spread
    said: bytes | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """What storage found for a batch. `bands` maps a band to the incidents whose leading reports share it, oldest first.

    Those are the ids of `candidates` too: the incidents that the reports led at first, whatever they were merged into.
    """

    known: Mapping[bytes, Known]
    candidates: Mapping[UUID, Candidate]
    bands: Mapping[int, Sequence[UUID]]
    earlier: Mapping[EventKey, Earlier]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one arrival, and why it joined (`new` where it opened its incident)."""

    report_id: UUID
    incident_id: UUID
    result: Literal["new", "joined", "respread", "duplicate", "edited"]
    why: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """A known report sent again with other words, at this moment; masked. What it was kept with stays."""

    report_id: UUID
    incident_id: UUID
    organisation_id: str
    edited_at: datetime
    masked_text: str


@dataclass(slots=True)
class Plan:
    """What a batch amounts to; `incidents` are those opened or to be changed, by id; `leads` the reports that keys name.

    `passed_on` are the incidents, closed for good, whose keys are the newcomers' from now on; `edits` by report.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    kept: list[tuple[Arrival, Outcome]] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    incidents: dict[UUID, Incident] = field(default_factory=dict)
    keys: dict[bytes, UUID] = field(default_factory=dict)
    leads: dict[bytes, UUID] = field(default_factory=dict)
    passed_on: set[UUID] = field(default_factory=set)
    edits: dict[UUID, Edit] = field(default_factory=dict)


class Batch:
    """Decides arrivals one after another, each seeing those before it: two alike in one batch make one incident.

    First `unread` tells whose words are wanted and `read` takes them, then `place`, then `decide`; all over the same arrivals.
    """

    def __init__(self, recognised: Recognised) -> None:
        self._known = dict(recognised.known)
        self._candidates = dict(recognised.candidates)
        self._bands = {band: list(ids) for band, ids in recognised.bands.items()}
        self._earlier = dict(recognised.earlier)
        self._fresh: set[object] = set()
        self._first: list[Joined | Earlier | Alone] = []
        self._ranks: dict[UUID, list[tuple[float, UUID]]] = {}

    def unread(self, arrivals: Iterable[Arrival]) -> dict[UUID, UUID | None]:
        """The candidates so like some arrival that only their words can tell, each with its leading report, where known."""
        wanted: dict[UUID, UUID | None] = {}
        for arrival in arrivals:
            if arrival.bands and not self._certain(arrival):
                found = ((id_, self._candidates[id_]) for _, id_ in self._ranked(arrival))
                wanted |= {id_: candidate.leading for id_, candidate in found if candidate.text is None}
        return wanted

    def read(self, texts: Mapping[UUID, str]) -> None:
        """The words of candidates, as written, by the same ids."""
        for id_, text in texts.items():
            self._candidates[id_] = replace(self._candidates[id_], text=text)

    def place(self, arrivals: Sequence[Arrival]) -> list[Joined | Earlier | Alone]:
        """First pass, without the incidents' totals: which existing incident, which earlier report, or a new one."""
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

    def _certain(self, arrival: Arrival) -> bool:
        if arrival.event_key in self._earlier:
            return True
        return any(not found.closed for found, _ in joining.by_key(_newcomer(arrival), self._known, arrival.window))

    def _look(self, arrival: Arrival) -> Joined | Earlier | Alone:
        if arrival.event_key and arrival.event_key in self._earlier:
            return self._earlier[arrival.event_key]
        ranked = [] if self._certain(arrival) else self._ranked(arrival)
        read = [(score, self._candidates[id_]) for score, id_ in ranked]
        return joining.decide(_newcomer(arrival), self._known, read, arrival.window)

    def _ranked(self, arrival: Arrival) -> list[tuple[float, UUID]]:
        """The candidates to be read closely, by the ids they are found under; reckoned again when the batch has brought more."""
        if arrival.report_id not in self._ranks or not self._fresh.isdisjoint(arrival.bands):
            shared = Counter(each for band in arrival.bands for each in self._bands.get(band, [])[-MOST_IN_BAND:])
            likely = heapq.nlargest(MOST_COMPARED, shared, key=lambda id_: (shared[id_], id_))
            found = [self._candidates[id_] for id_ in likely if id_ in self._candidates]
            ranked = joining.rank(_newcomer(arrival), found, arrival.window)
            self._ranks[arrival.report_id] = [(score, each.led or each.incident_id) for score, each in ranked]
        return self._ranks[arrival.report_id]

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
        edited = self._note_edit(plan, arrival, earlier)
        if gained is None:
            result: Literal["edited", "duplicate"] = "edited" if edited else "duplicate"
            return Outcome(earlier.report_id, earlier.incident_id, result, "event")
        if gained != Spread():
            incident = plan.incidents.get(earlier.incident_id) or incidents[earlier.incident_id]
            plan.incidents[earlier.incident_id] = incident
            incident.resample(gained, arrival)
        return Outcome(earlier.report_id, earlier.incident_id, "respread", "event")

    def _note_edit(self, plan: Plan, arrival: Arrival, earlier: Earlier) -> bool:
        """Whether a known report comes with other words than last time; those are kept beside what it was kept with."""
        said = digest(arrival.masked_text)
        if earlier.said in {None, said}:
            return False
        plan.edits[earlier.report_id] = Edit(
            earlier.report_id, earlier.incident_id, arrival.organisation_id, arrival.received_at, arrival.masked_text
        )
        assert arrival.event_key is not None
        self._earlier[arrival.event_key] = replace(earlier, said=said)
        self._fresh.add(arrival.event_key)
        return True

    def _keep(self, plan: Plan, arrival: Arrival, found: Joined | Alone, incidents: Mapping[UUID, Incident]) -> Outcome:
        if isinstance(found, Alone):
            incident = opened(new_id(), arrival)
            incident.follows = found.follows
            _count(plan, arrival, incident.incident_id, None)
            plan.incidents[incident.incident_id] = incident
            outcome = Outcome(arrival.report_id, incident.incident_id, "new", "new")
            self._remember_leading(arrival, incident)
        else:
            incident = plan.incidents.get(found.incident_id) or incidents[found.incident_id]
            plan.incidents[found.incident_id] = incident
            incident.reopened |= found.reopens and incident.state == "closed"
            incident.add(arrival, _count(plan, arrival, found.incident_id, self._led(arrival)))
            outcome = Outcome(arrival.report_id, found.incident_id, "joined", found.why, found.score)
        plan.kept.append((arrival, outcome))
        self._take_keys(plan, arrival, incident)
        if arrival.event_key:
            self._fresh.add(arrival.event_key)
            self._earlier[arrival.event_key] = Earlier(
                arrival.report_id, incident.incident_id, arrival.spread, digest(arrival.masked_text)
            )
        return outcome

    def _take_keys(self, plan: Plan, arrival: Arrival, incident: Incident) -> None:
        """Keys that nobody has, or only a closed incident other than this one, are this incident's from now on."""
        for key in arrival.keys.all():
            known = self._known.get(key)
            if known is not None and (not known.closed or known.incident_id == incident.incident_id):
                continue
            if known is not None:
                plan.passed_on.add(known.owner or known.incident_id)
            lead = arrival.report_id if key == arrival.keys.url else None
            self._known[key] = Known(incident.incident_id, incident.opened_at, lead, incident.region)
            plan.keys[key] = incident.incident_id
            if lead is not None:
                plan.leads[key] = lead
            self._fresh.add(key)

    def _remember_leading(self, arrival: Arrival, incident: Incident) -> None:
        self._candidates[incident.incident_id] = Candidate(
            incident.incident_id,
            incident.opened_at,
            arrival.grams,
            region=incident.region,
            led=incident.incident_id,
            leading=arrival.report_id,
            text=_written(arrival),
        )
        self._fresh.update(arrival.bands)
        for band in arrival.bands:
            self._bands.setdefault(band, []).append(incident.incident_id)


def digest(masked_text: str) -> bytes:
    """By which it is told whether a report is sent again with the same words; storage computes the same."""
    return hashlib.sha256(masked_text.encode()).digest()


def _newcomer(arrival: Arrival) -> Newcomer:
    return Newcomer(arrival.keys, arrival.grams, arrival.received_at, _written(arrival), arrival.region)


def _written(arrival: Arrival) -> str:
    return written(arrival.kind, arrival.title, arrival.masked_text)


def _count(plan: Plan, arrival: Arrival, incident_id: UUID, leading: UUID | None) -> Spread:
    """What a new report adds to its incident; one that nobody can tell again has no counts."""
    return plan.counts.first(arrival, incident_id, leading) if arrival.external_id is not None else arrival.spread


def _says_nothing_new(earlier: Earlier, arrival: Arrival) -> bool:
    return all(getattr(earlier.spread, metric) == getattr(arrival.spread, metric) for metric in arrival.known)
