"""Who may call which route. The post that a task needs is the task's own owner, which the use cases check."""

from collections.abc import Mapping

from shared.auth import Access, staff

ACCESS: Mapping[str, Access] = {
    "GET /v1/tasks": staff(),
}
