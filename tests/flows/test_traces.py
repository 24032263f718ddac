"""Traces, switched on: one from the request to the task, over the bus and over journals; and no word of what people wrote."""

from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.contracts.envelope import RawEvent
from shared.telemetry import spans
from shared.telemetry.tracing import OpenTelemetry
from tests.builders.office import Office

TITLE = "小区供暖不足"
BODY = "自上周起我家暖气片只是温的,室温十四度,物业三次推脱,请核实。"
CONTACT = {"name": "甲某某", "phone": "13800138000"}
CALLER = "4bf92f3577b34da6a3ce929d0e0e4736"
WORDS = {
    "db.system.name",
    "http.request.method",
    "http.response.status_code",
    "http.route",
    "messaging.consumer.group.name",
    "messaging.destination.name",
    "messaging.system",
}


@pytest.fixture
def finished() -> Iterator[InMemorySpanExporter]:
    """Tracing on, for everything in this process; answers what has ended."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    spans.install(OpenTelemetry(provider))
    yield exporter
    spans.install(None)
    provider.shutdown()


def of_trace(finished: InMemorySpanExporter, trace: str) -> list[ReadableSpan]:
    return [span for span in finished.get_finished_spans() if f"{span.context.trace_id:032x}" == trace]


def way_up(found: Sequence[ReadableSpan], name: str) -> list[str]:
    """The names from a span of this name up to where the trace began."""
    by_id = {span.context.span_id: span for span in found}
    span: ReadableSpan | None = next(span for span in found if span.name == name)
    names = []
    while span is not None:
        names.append(span.name)
        span = by_id.get(span.parent.span_id) if span.parent is not None else None
    return names


async def complain(office: Office) -> str:
    office.product.http.headers["traceparent"] = f"00-{CALLER}-00f067aa0ba902b7-01"
    kept = await office.complain("anhui", TITLE, BODY, contact=CONTACT)
    del office.product.http.headers["traceparent"]
    await office.product.drain()
    assert await office.tasks("anhui", kept["incident_id"])
    incident: str = kept["incident_id"]
    return incident


def _let_go(events: Sequence[RawEvent]) -> None:
    """What a deaf bus does with what it is offered."""
    assert events


async def test_one_trace_leads_from_the_complaint_to_the_task(finished: InMemorySpanExporter, office: Office) -> None:
    await complain(office)
    found = of_trace(finished, CALLER)
    assert way_up(found, "tasks handles procedure.advanced.v1") == [
        "tasks handles procedure.advanced.v1",
        "grading handles incident.reported.v1",
        "intake keeps a report",
        "POST /v1/complaints",
    ]
    assert {"send intake", "send grading"} <= {span.name for span in found}
    assert all(span.status.is_ok or span.status.is_unset for span in found)


async def test_the_same_where_the_bus_is_away_and_journals_are_pulled(
    finished: InMemorySpanExporter, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in office.product.apps:
        monkeypatch.setattr(office.product.running(name).bus, "offer", _let_go)
    await complain(office)
    found = of_trace(finished, CALLER)
    assert way_up(found, "tasks handles procedure.advanced.v1")[-1] == "POST /v1/complaints"
    assert not [span for span in found if span.name.startswith("send")]


async def test_spans_carry_no_words_of_people(finished: InMemorySpanExporter, office: Office) -> None:
    incident = await complain(office)
    await office.staff("anhui", "office", "GET", f"grading:/v1/gradings/{incident}")
    ended = finished.get_finished_spans()
    assert {key for span in ended for key in span.attributes or {}} <= WORDS
    assert not [span for span in ended if span.events]
    said = " ".join(f"{span.name} {span.status.description} {span.attributes}" for span in ended)
    for words in (TITLE, BODY, CONTACT["name"], CONTACT["phone"], incident):
        assert words not in said
