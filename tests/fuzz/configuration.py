"""How schemathesis is set for one round: all its checks, and the world's ids fed in where a route wants one."""

from collections.abc import Mapping, Sequence
from typing import Any

from schemathesis.config import SchemathesisConfig

LOCATED = {
    "path": (
        "incident_id",
        "report_id",
        "receipt",
        "task_id",
        "response_id",
        "hash",
        "key_id",
        "vendor_id",
        "vendor",
        "subject",
        "other",
        "move_id",
    ),
    "query": ("incident_id", "after", "owner", "channel"),
    "body": (
        "incident_id",
        "assignment_id",
        "level",
        "flag",
        "name",
        "channel",
        "organisation",
        "organisation_id",
        "content_sha256",
        "hash",
        "other",
        "region",
        "root_id",
    ),
}
"""Where an existing value is put, by its name. A login stands in bodies alone: an account that is disabled is lost to its round."""
SHARES = {"path": 0.8, "query": 0.5, "body": 0.4}
"""How often: in bodies less, because what a body says wrongly matters too."""


def configuration(
    known: Mapping[str, Sequence[Any]],
    headers: Mapping[str, str],
    *,
    seed: int,
    examples: int,
    phases: Sequence[str],
    seconds: int | None,
) -> SchemathesisConfig:
    """The settings of a round."""
    names = sorted({name for located in LOCATED.values() for name in located if known.get(name)})
    parameters = {
        f"{place}.{name}": {"dictionary": name, "probability": SHARES[place]}
        for place, located in LOCATED.items()
        for name in located
        if name in names
    }
    given: dict[str, Any] = {
        "seed": seed,
        "headers": dict(headers),
        "continue-on-failure": True,
        "request-timeout": 20,
        "dictionaries": {name: {"values": sorted(set(known[name]), key=str)} for name in names},
        "parameters": parameters,
        "generation": {
            "max-examples": examples,
            "with-security-parameters": False,
            "database": "none",
            "no-shrink": True,
        },
        "phases": {name: {"enabled": name in phases} for name in ("examples", "coverage", "fuzzing", "stateful")},
        "checks": {name: {"enabled": True} for name in CHECKS},
        # More would be more threads, and CPython 3.11 parses source (which hypothesis does) in one thread at a time only.
        "workers": 1,
        "suppress-health-check": ["all"],
    }
    if seconds is not None:
        given["max-time"] = seconds
    return SchemathesisConfig.from_dict(given)


CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
    "use_after_free",
    "ensure_resource_availability",
)
