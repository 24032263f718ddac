"""Who may call the directory's routes."""

from collections.abc import Mapping

from shared.auth import PUBLIC, Access, staff

ACCESS: Mapping[str, Access] = {
    "POST /v1/token": PUBLIC,
    "GET /v1/jwks": PUBLIC,
    "GET /v1/me": staff(),
    "POST /v1/organisations": staff("platform_admin"),
    "GET /v1/organisations": staff(),
    "POST /v1/accounts": staff("platform_admin", "admin"),
    "POST /v1/accounts/{login}/disable": staff("platform_admin", "admin"),
}
