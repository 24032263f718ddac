"""Runs schemathesis for one round and counts what came of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.engine import events, from_schema
from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext

from tests.fuzz.configuration import configuration
from tests.fuzz.exceptions import Allowed
from tests.fuzz.rounds import Round, credentials
from tests.fuzz.signing import VendorSignature
from tests.fuzz.world import World

TELL = 600


@dataclass(frozen=True, slots=True)
class Finding:
    """A failure with what leads to it."""

    round: str
    check: str
    route: str
    status: int
    title: str
    message: str
    curl: str
    answer: str

    @property
    def kind(self) -> tuple[str, str, int, str]:
        """What makes two findings one."""
        return self.check, self.route, self.status, self.title


@dataclass(slots=True)
class Account:
    """What was asked and answered, and what was found."""

    cases: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    routes: dict[str, Counter[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    allowed: Allowed = field(default_factory=lambda: Allowed(Counter()))

    @property
    def total(self) -> int:
        """Requests that were sent."""
        return sum(self.cases.values())

    @property
    def server_errors(self) -> int:
        """Answers of 5xx."""
        return sum(count for status, count in self.statuses.items() if status.startswith("5"))


def run_round(world: World, plan: Round, seed: int, account: Account) -> None:
    """Call the service as the round says, adding to the account."""
    headers = credentials(world, plan.role, plan.service)
    config = configuration(
        world.known,
        headers,
        seed=seed,
        examples=plan.examples or 1,
        phases=plan.phases,
        seconds=plan.seconds,
    )
    whole = schemathesis.openapi.from_url(world.api.product.url(plan.service) + "/openapi.json", config=config)
    schema = whole.include(path_regex=plan.paths) if plan.paths else whole

    @schema.hook
    def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
        """Drop what the table of exceptions allows."""
        return account.allowed.stands(failure, response)

    if plan.role == "vendor":
        schema.auth.set_from_requests(VendorSignature(world.vendor.secret))
    for event in from_schema(schema).execute():
        _count(event, plan, account)


def _count(event: events.EngineEvent, plan: Round, account: Account) -> None:
    if isinstance(event, events.ScenarioFinished):
        for case_id, interaction in event.recorder.interactions.items():
            status = str(interaction.response.status_code) if interaction.response else "none"
            route = f"{plan.service} {event.recorder.cases[case_id].value.operation.label}"
            account.cases[str(plan)] += 1
            account.phases[event.phase.value] += 1
            account.statuses[status] += 1
            account.routes.setdefault(route, Counter())[status] += 1
        account.findings += _found(event, plan)
    elif isinstance(event, events.NonFatalError):
        account.errors.append(f"{plan}: {event.label}: {event.value!r}"[:TELL])
    elif isinstance(event, events.FatalError):
        account.errors.append(f"{plan}: {event.exception!r}"[:TELL])


def _found(event: events.ScenarioFinished, plan: Round) -> Iterator[Finding]:
    recorder = event.recorder
    for case_id, checks in recorder.checks.items():
        response = recorder.interactions[case_id].response
        for check in checks:
            if check.failure_info is None:
                continue
            failure = check.failure_info.failure
            yield Finding(
                round=str(plan),
                check=check.name,
                route=recorder.cases[case_id].value.operation.label,
                status=response.status_code if response else 0,
                title=failure.title,
                message=failure.message[:TELL],
                curl=check.failure_info.code_sample[:2000],
                answer=response.text[:TELL] if response else "",
            )
