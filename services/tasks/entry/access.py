"""Who may call which route. The post that a task needs is the task's own owner, which the use cases check."""

from collections.abc import Mapping

from shared.auth import Access, staff

ACCESS: Mapping[str, Access] = {
    "GET /v1/tasks": staff(),
    "GET /v1/tasks/{task_id}": staff(),
    "POST /v1/tasks/{task_id}/claim": staff(),
    "POST /v1/tasks/{task_id}/designate": staff(),
    "POST /v1/tasks/{task_id}/return": staff(),
    "POST /v1/tasks/{task_id}/complete": staff(),
    "POST /v1/tasks/{task_id}/extension-requests": staff(),
    "POST /v1/tasks/{task_id}/extension-requests/{request_id}/grant": staff(),
    "POST /v1/tasks/{task_id}/extension-requests/{request_id}/refuse": staff(),
}
