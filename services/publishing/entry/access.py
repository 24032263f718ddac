"""Who may call what. Which post signs is not here: the rulebook's chain says so, answer by answer."""

from collections.abc import Mapping

from shared.auth import Access, staff

ACCESS: Mapping[str, Access] = {
    "GET /v1/responses": staff(),
    "POST /v1/responses": staff(),
    "GET /v1/responses/{response_id}": staff(),
    "PATCH /v1/responses/{response_id}": staff(),
    "GET /v1/responses/{response_id}/pack": staff(),
    "POST /v1/responses/{response_id}/submit": staff(),
    "POST /v1/responses/{response_id}/approve": staff(),
    "POST /v1/responses/{response_id}/return": staff(),
    "POST /v1/responses/{response_id}/withdraw": staff(),
    "POST /v1/responses/{response_id}/lease": staff("publisher"),
    "POST /v1/responses/{response_id}/releases": staff("publisher"),
}
