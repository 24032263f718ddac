"""Who may call grading's routes; which post decides on which level is the rulebook's, checked in the use case."""

from collections.abc import Mapping

from shared.auth import Access, staff

ACCESS: Mapping[str, Access] = {
    "GET /v1/gradings": staff(),
    "GET /v1/gradings/{incident_id}": staff(),
    "POST /v1/gradings/{incident_id}/approve": staff(),
    "GET /v1/incidents/{incident_id}/deadlines": staff(),
    "POST /v1/incidents/{incident_id}/flags": staff(),
    "POST /v1/incidents/{incident_id}/instructions": staff(),
    "POST /v1/incidents/{incident_id}/calm": staff(),
    "POST /v1/incidents/{incident_id}/close": staff(),
    "POST /v1/incidents/{incident_id}/reopen": staff(),
    "GET /v1/incidents/{incident_id}/acts": staff(),
    "POST /v1/incidents/{incident_id}/moments": staff(),
    "POST /v1/incidents/{incident_id}/suspend": staff(),
    "POST /v1/incidents/{incident_id}/resume": staff(),
    "POST /v1/incidents/{incident_id}/rulebook": staff(),
    "GET /v1/procedures/export": staff("admin", "auditor"),
    "GET /v1/rulebooks": staff(),
    "POST /v1/rulebooks": staff("admin"),
    "GET /v1/rulebooks/{hash}": staff(),
    "GET /v1/rulebooks/{hash}/original": staff(),
    "PUT /v1/rulebooks/{hash}/original": staff("admin"),
    "POST /v1/rulebooks/{hash}/activate": staff("admin"),
    "POST /v1/rulebooks/{hash}/impact": staff(),
    "GET /v1/calendar": staff(),
    "GET /v1/rounds": staff(),
    "POST /v1/calendar/notices": staff("platform_admin", "admin"),
    "POST /v1/calendar/days": staff("platform_admin", "admin"),
}
