"""Counting posts, each once: told again, corrected, told late, told by two vendors. Pure; rows are read under the incident's lock.

One post is what one vendor calls by one id. Where a second vendor tells of the same address, both reports stay, but they are
one post: of each metric it counts the highest of their latest samples, whichever came first. Another id of the same vendor at
the same address is by its own word another post (a comment under it) and counts for itself.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.intake.domain.reports import Arrival
from services.intake.domain.spread import by_hours, highest, minus, plus
from shared.contracts.intake import Spread

NOTHING = Spread()
Place = tuple[UUID, datetime, str, str]
"""Incident, hour, platform, kind of author; an unknown one is the empty text."""


@dataclass(slots=True)  # not frozen, which would double what it costs to make one: never changed all the same
class Sample:
    """A report's counts as they stood at `at`; `post_id` is the report that leads its post, mostly itself."""

    report_id: UUID
    post_id: UUID
    incident_id: UUID
    organisation_id: str
    source: str
    platform: str | None
    author_type: str | None
    spread: Spread
    at: datetime


@dataclass(slots=True)
class Counts:
    """What a batch makes of counts: `latest` by report, `told` are samples to be kept, `hours` what was gained when."""

    latest: dict[UUID, Sample] = field(default_factory=dict)
    changed: set[UUID] = field(default_factory=set)
    told: list[Sample] = field(default_factory=list)
    hours: dict[Place, Spread] = field(default_factory=dict)
    owners: dict[UUID, str] = field(default_factory=dict)
    # By post and incident: where somebody has split the reports of one post, it is counted in both incidents.
    _posts: defaultdict[tuple[UUID, UUID], set[UUID]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, samples: Iterable[Sample]) -> "Counts":
        """What storage has found of the reports that a batch tells again, with everybody else's report of the same posts."""
        counts = cls()
        for sample in samples:
            counts._take(sample)
        return counts

    def first(self, arrival: Arrival, incident_id: UUID, leading: UUID | None) -> Spread:
        """A new report: what it adds to its incident. `leading` is the report that first told of the same address."""
        sample = _sample(arrival, arrival.report_id, incident_id)
        lead = self._another_vendors(sample, leading)
        if lead is None:
            self._take(sample)
            self._grow(sample, arrival.spread, arrival.occurred.at, arrival.occurred.at)
            return arrival.spread
        before = self._counted(lead)
        joined = replace(sample, post_id=lead.post_id)
        self._take(joined)
        gained = minus(self._counted(lead), before)
        self._grow(joined, gained, min(lead.at, joined.at), joined.at)
        return gained

    def again(self, report_id: UUID, arrival: Arrival) -> Spread | None:
        """A known report's new sample: what its incident gains by it (mostly nothing), or None where it says nothing new.

        A sample that was observed before the latest is kept and changes nothing. Metrics that it does not tell stay.
        """
        known = self.latest[report_id]
        # Where nobody says when it was counted, the order of arrival holds, whatever our own clock does.
        at = arrival.sampled_at if arrival.observed_at is not None else max(known.at, arrival.received_at)
        told = {metric: getattr(arrival.spread, metric) for metric in arrival.known}
        sample = replace(known, spread=known.spread.model_copy(update=told), at=at)
        if sample.spread == known.spread and (arrival.observed_at is None or at == known.at):
            return None
        if at < known.at:
            self.told.append(sample)
            return Spread()
        before = self._counted(known)
        self.told += [known, sample] if report_id not in self.changed else [sample]
        self.changed.add(report_id)
        self._take(sample)
        gained = minus(self._counted(known), before)
        self._grow(sample, gained, known.at, at)
        return gained

    def counted_in(self, report_id: UUID) -> UUID | None:
        """The report that leads its post, where it is not itself the one."""
        sample = self.latest.get(report_id)
        return sample.post_id if sample is not None and sample.post_id != report_id else None

    def _another_vendors(self, sample: Sample, leading: UUID | None) -> Sample | None:
        lead = self.latest.get(leading) if leading is not None else None
        if lead is None or lead.incident_id != sample.incident_id:
            return None
        sources = {self.latest[each].source for each in self._told_by(lead)}
        return None if sample.source in sources else lead

    def _take(self, sample: Sample) -> None:
        self.latest[sample.report_id] = sample
        self._told_by(sample).add(sample.report_id)

    def _told_by(self, sample: Sample) -> set[UUID]:
        return self._posts[(sample.post_id, sample.incident_id)]

    def _counted(self, sample: Sample) -> Spread:
        return highest(self.latest[each].spread for each in self._told_by(sample))

    def _grow(self, sample: Sample, gained: Spread, since: datetime, until: datetime) -> None:
        if gained == NOTHING:
            return
        self.owners[sample.incident_id] = sample.organisation_id
        platform, author_type = self._shown_as(sample)
        for hour, part in by_hours(gained, since, until):
            place = (sample.incident_id, hour, platform, author_type)
            before = self.hours.get(place)
            self.hours[place] = part if before is None else plus(before, part)

    def _shown_as(self, sample: Sample) -> tuple[str, str]:
        """Always the same for one post, whoever told last: what its earliest report that says so calls it."""
        told_by = self._told_by(sample)
        if len(told_by) == 1:
            return sample.platform or "", sample.author_type or ""
        reports = [self.latest[each] for each in sorted(told_by)]
        platform = next((each.platform for each in reports if each.platform), "")
        return platform, next((each.author_type for each in reports if each.author_type), "")


def _sample(arrival: Arrival, post_id: UUID, incident_id: UUID) -> Sample:
    return Sample(
        report_id=arrival.report_id,
        post_id=post_id,
        incident_id=incident_id,
        organisation_id=arrival.organisation_id,
        source=arrival.source,
        platform=arrival.platform,
        author_type=arrival.author_type,
        spread=arrival.spread,
        at=arrival.sampled_at,
    )
