"""Who may call intake's routes."""

from collections.abc import Mapping

from services.intake.entry.keys import KEYS_ACCESS
from services.intake.entry.membership import MEMBERSHIP_ACCESS
from services.intake.entry.similar import SIMILAR_ACCESS
from services.intake.entry.spread import SPREAD_ACCESS
from services.intake.entry.why import WHY_ACCESS
from shared.auth import PORTAL, VENDOR, Access, staff

ACCESS: Mapping[str, Access] = {
    "POST /v1/complaints": PORTAL,
    "GET /v1/complaints/{receipt}": PORTAL,
    "POST /v1/monitoring/{vendor}/events": VENDOR,
    "POST /v1/patrol-entries": staff(),
    "GET /v1/incidents": staff(),
    "GET /v1/incidents/{incident_id}": staff(),
    "POST /v1/reports/{report_id}/original": staff("office", "information_office", "news_section", "department"),
    **KEYS_ACCESS,
    **MEMBERSHIP_ACCESS,
    **SIMILAR_ACCESS,
    **WHY_ACCESS,
    **SPREAD_ACCESS,
}
