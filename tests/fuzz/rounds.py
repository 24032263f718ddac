"""Who calls which service in a run, with what credentials, in which phases."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.product import SERVICES
from tests.bench.setup import roles_of
from tests.fuzz.api import Member
from tests.fuzz.world import POSTS_OF, World, make_key

EVERY_PHASE = ("examples", "coverage", "fuzzing", "stateful")
ORGANISATION_ADMIN, PLATFORM_ADMIN = "admin", "platform_admin"
INTERNAL, COMPLAINTS, PUSHES, PUBLIC = "^/internal/", "^/v1/complaints", "^/v1/monitoring", "^/v1/"
JOINING = "^/v1/(incidents/|reports/|moves/|joining/)"
COMPANIONS = {"console": "tasks"}
"""Which service speaks to one that cannot speak to itself."""


@dataclass(frozen=True, slots=True)
class Round:
    """One service as one role. `examples`: how many a route in the fuzzing phase; `seconds`: how long at most.

    `paths`: those addresses only, as a regular expression; elsewhere the role would only be told 401."""

    service: str
    role: str
    phases: Sequence[str]
    examples: int
    seconds: int
    paths: str = ""

    def __str__(self) -> str:
        """As it is told in the account."""
        return f"{self.service} as {self.role}"


def credentials(world: World, role: str, service: str) -> dict[str, str]:
    """The headers of a role, made anew: an earlier round may have revoked a key or closed an account. A vendor signs each call."""
    if role in {"anonymous", "vendor"}:
        return {}
    if role == "portal":
        return {"X-API-Key": make_key(world.api, world.admin, world.organisation)[1]}
    if role == "service":
        return world.api.service(COMPANIONS.get(service, "console"), service)
    return world.api.staff(_member(world, role))


def _member(world: World, role: str) -> Member:
    if role == PLATFORM_ADMIN:
        return world.admin
    return world.everyone if role == "all posts" else world.posts[role]


def long_run() -> list[Round]:
    """Every role at every service it may have business with; the one that may do most for longest."""
    rounds = [Round(service, "all posts", EVERY_PHASE, 40, 80, PUBLIC) for service in SERVICES]
    rounds += [Round(service, PLATFORM_ADMIN, EVERY_PHASE, 20, 40) for service in ("console", "intake", "grading")]
    rounds += [Round(service, "service", EVERY_PHASE, 30, 20, INTERNAL) for service in SERVICES]
    rounds += [Round(service, "anonymous", ("coverage",), 0, 15) for service in SERVICES]
    rounds += [
        Round("intake", "portal", EVERY_PHASE, 200, 40, COMPLAINTS),
        Round("intake", "vendor", EVERY_PHASE, 200, 40, PUSHES),
    ]
    posts = [*roles_of(POSTS_OF), "auditor", "publisher"]
    for number, role in enumerate(posts):
        # Each post at two services, all posts at all of them: what a post may do is decided in one place a service.
        for service in (SERVICES[number % len(SERVICES)], SERVICES[(number + 2) % len(SERVICES)]):
            rounds.append(Round(service, role, ("coverage", "fuzzing"), 10, 15))
    return rounds


def short_run() -> list[Round]:
    """What a test can afford."""
    return [
        Round("tasks", "all posts", ("fuzzing", "stateful"), 6, 8, PUBLIC),
        Round("publishing", "all posts", ("fuzzing",), 6, 7, PUBLIC),
        Round("grading", "all posts", ("fuzzing",), 4, 8, PUBLIC),
        Round("intake", "portal", ("fuzzing",), 20, 4, COMPLAINTS),
        Round("intake", "all posts", ("fuzzing",), 6, 6, JOINING),
        Round("intake", "vendor", ("fuzzing",), 20, 4, PUSHES),
        Round("console", PLATFORM_ADMIN, ("fuzzing",), 4, 4),
        Round("grading", "anonymous", ("coverage",), 0, 4),
        Round("tasks", "service", ("fuzzing",), 6, 3, INTERNAL),
    ]
