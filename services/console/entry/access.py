"""Who may call the console's own routes. Pages are open here because they ask for the session's cookie themselves."""

from collections.abc import Mapping

from shared.auth import PUBLIC, Access, staff

ACCESS: Mapping[str, Access] = {
    "GET /v1/overview": staff(),
    "GET /": PUBLIC,
    "GET /login": PUBLIC,
    "POST /login": PUBLIC,
    "POST /logout": PUBLIC,
    "GET /fragments/overview": PUBLIC,
    "GET /joining": PUBLIC,
    "POST /joining": PUBLIC,
    "GET /static/{name}": PUBLIC,
}
