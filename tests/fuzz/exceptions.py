"""What a check may not hold against the product, and why: one line a rule that no OpenAPI document can tell.

Only for `positive_data_acceptance`, only with status 422, only where the refusal says the very reason; how often each was met is
in the account. Every other failure of every check stands.
"""

import re
from collections import Counter
from dataclasses import dataclass

from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.openapi.checks import RejectedPositiveData


@dataclass(frozen=True, slots=True)
class Allowance:
    """A refusal of what the document allows. `route` and `said` are searched for; `said` in the problem document."""

    route: str
    said: str
    why: str


ALLOWANCES = (
    Allowance(
        r"",
        r"NUL character|characters that cannot be kept",
        "PostgreSQL keeps no NUL: refused in every text, at one place",
    ),
    Allowance(r"", r"at least 1 character", "blanks at the ends are taken off before the length is counted"),
    Allowance(r"/rulebooks", r"The text is empty", "blanks alone are no text"),
    Allowance(r"", r"between the years 2000 and 2200", "JSON Schema has no bounds for a date-time"),
    Allowance(r"^GET /v1/tasks$", r"not a cursor of this list", "a cursor is opaque: only one that was given is one"),
    Allowance(r"/designate$", r"No active account of this organisation", "which logins there are is state"),
    Allowance(
        r"/extension-requests$",
        r"until|within|extension|more time",
        "when and how much is the regulation's, task by task",
    ),
    Allowance(r"/complete$", r"does not meet the duty", "what must be handed in is the duty's, task by task"),
    Allowance(r"/calendar/days$", r"date", "JSON Schema has no bounds for a date"),
    Allowance(
        r"/calendar/notices$",
        r"can't be a year's notice",
        "its days must lie in its year, and each by itself make sense",
    ),
    Allowance(
        r"/approve$",
        r"has no level|give a reason",
        "levels are the rulebook's; another than the proposed needs a reason",
    ),
    Allowance(r"/flags$", r"has no flag|flag", "flags are the rulebook's"),
    Allowance(r"/moments$", r"moment|later than now|before", "moments are the rulebook's, and none lies ahead"),
    Allowance(r"/(suspend|resume)$", r"no such orders|No ground", "grounds are the rulebook's, orders the incident's"),
    Allowance(
        r"^POST /v1/rulebooks$", r"The rulebook has \d+ faults|layer", "its own JSON Schema tells what a rulebook is"
    ),
    Allowance(
        r"/rulebooks/\{hash\}/(activate|impact)$", r"nobody holds|layer", "posts and layers that there are, are state"
    ),
    Allowance(r"/rulebook$", r"rulebook", "one that is or was in force here"),
    Allowance(
        r"/v1/responses",
        r"no such channel|no such duty|personal data|channel",
        "channels are the rulebook's, duties the incident's",
    ),
    Allowance(r"/releases$", r"the link (is|must)", "what a link of a channel is, its hosts too, is the rulebook's"),
    Allowance(r"/submit$", r"errors", "what must be put right in a text is not its shape"),
    Allowance(
        r"^POST /v1/accounts$",
        r"Say which organisation|platform_admin",
        "who must name an organisation depends on who asks",
    ),
    Allowance(r"^POST /v1/organisations$", r"rulebook|layer", "which rulebooks there are is the product's shelf"),
    Allowance(r"^POST /v1/(complaints|patrol-entries)$", r"occurred_at", "JSON Schema has no bounds for a date-time"),
    Allowance(
        r"/merge$|/split$",
        r"merged with itself|to split off|has no report|These are all",
        "which reports an incident has, and which incident is another, is state",
    ),
    Allowance(r"^POST /v1/joining/try$", r"occurred_at", "JSON Schema has no bounds for a date-time"),
    Allowance(r"^POST /v1/monitoring", r"organisation", "whom a vendor may push for is state"),
)


@dataclass(slots=True)
class Allowed:
    """How often each allowance was met."""

    counts: Counter[str]

    def stands(self, failure: Failure, response: Response) -> bool:
        """Whether the failure is to be reported."""
        if not isinstance(failure, RejectedPositiveData) or response.status_code != 422:
            return True
        for each in ALLOWANCES:
            if re.search(each.route, failure.operation or "") and re.search(each.said, response.text):
                self.counts[f"{each.route or 'everywhere'}: {each.why}"] += 1
                return False
        return True
