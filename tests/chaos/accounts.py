"""What clients were told against what every service keeps. SQL and JSON of our own; no code of the product."""

from collections.abc import Mapping
from hashlib import sha256
from uuid import UUID

from tests.bench.stillness import Connection
from tests.chaos.findings import Finding, compare, some
from tests.chaos.officials import Officials
from tests.chaos.orders import Orders
from tests.chaos.portal import Told


async def check_accounts(
    connection: Connection, told: Mapping[str, Told], officials: Officials, orders: Orders
) -> list[Finding]:
    """From the portal's answers to the tasks on the boards, each link once."""
    return [
        *await _acts(connection, officials),
        *await _reports(connection, told),
        *await _incidents(connection),
        *await _procedures(connection, orders),
        *await _tasks(connection, orders),
        *await _console(connection, orders),
    ]


async def _reports(connection: Connection, told: Mapping[str, Told]) -> list[Finding]:
    """Every acknowledged complaint is kept as it was acknowledged, and nothing is kept that nobody sent."""
    rows = await connection.fetch("SELECT report_id, incident_id, receipt_hash FROM intake.reports")
    kept = [(row["report_id"], row["incident_id"], row["receipt_hash"]) for row in rows]
    answers = [
        (UUID(each.id), UUID(each.incident_id), sha256(each.receipt.encode()).digest()) for each in told.values()
    ]
    keys = [
        row["key"] for row in await connection.fetch("SELECT key FROM intake.idempotency WHERE route = 'complaints'")
    ]
    return [
        *some("doubled", "answers (two keys, one report)", [answers] if len(set(answers)) < len(answers) else []),
        *compare("intake.reports against the answers", answers, kept),
        *compare("intake.idempotency against the keys", told.keys(), keys),
    ]


async def _acts(connection: Connection, officials: Officials) -> list[Finding]:
    """What officials were told is done is done, told once, and known to grading."""
    graded = await _ids(connection, "SELECT incident_id FROM grading.procedures WHERE grade_state = 'approved'")
    done = await _ids(
        connection,
        "SELECT (data::jsonb->>'assignment_id')::uuid FROM tasks.journal "
        "WHERE type = 'task.changed.v1' AND data::jsonb->>'change' = 'done'",
    )
    tasks = await _ids(connection, "SELECT id FROM tasks.tasks WHERE state = 'done'")
    return [
        *some("lost", "grading.procedures (approved, and not graded)", officials.approved - set(graded)),
        *some("lost", "tasks.tasks (handed in, and not done)", officials.handed_in - set(tasks)),
        *some("lost", "tasks.journal (handed in, and not told)", officials.handed_in - set(done)),
        *some("doubled", "tasks.journal (handed in twice)", [len(done)] if len(set(done)) < len(done) else []),
    ]


async def _incidents(connection: Connection) -> list[Finding]:
    wrong = await connection.fetch(
        "SELECT incident_id, i.reports, count(r.report_id) AS n FROM intake.incidents i "
        "LEFT JOIN intake.reports r USING (incident_id) GROUP BY 1, 2 HAVING i.reports <> count(r.report_id)"
    )
    opened = await _ids(connection, "SELECT subject FROM intake.journal WHERE type = 'incident.reported.v1'")
    incidents = await _ids(connection, "SELECT incident_id FROM intake.incidents")
    return [
        *some("lost", "intake.incidents (count of reports)", [dict(row) for row in wrong]),
        *compare("intake.journal (one opening an incident)", incidents, opened),
    ]


async def _procedures(connection: Connection, orders: Orders) -> list[Finding]:
    incidents = await _ids(connection, "SELECT incident_id FROM intake.incidents")
    rows = await connection.fetch("SELECT incident_id, version FROM grading.procedures")
    told = [
        f"{row['incident_id']}: version {row['version']}, told {orders.decisions.get(row['incident_id'])}"
        for row in rows
        if orders.decisions.get(row["incident_id"]) != list(range(1, row["version"] + 1))
    ]
    bare = set(incidents) - {order.incident_id for order in orders.all.values()}
    return [
        *compare("grading.procedures", incidents, [row["incident_id"] for row in rows]),
        *some("broken", "grading.journal (decisions 1 to version, each once)", told),
        *some("lost", "grading.journal (an incident without an order)", bare),
    ]


async def _tasks(connection: Connection, orders: Orders) -> list[Finding]:
    """Each order that grading issued is one task, of the right incident, in the right state, due at the right moment."""
    rows = await connection.fetch("SELECT id, incident_id, state, due_at FROM tasks.tasks")
    differing = []
    for row in rows:
        order = orders.all.get(row["id"])
        if order is None:
            continue
        ended = {"withdrawn": "withdrawn", "discharged": "done"}.get(order.state)
        states = {ended} if ended else {"open", "claimed", "done"}
        if row["incident_id"] != order.incident_id or row["due_at"] != order.due_at or row["state"] not in states:
            differing.append(f"{dict(row)} is not {order}")
    duties = await _ids(connection, "SELECT assignment_id FROM publishing.duties")
    return [
        *compare("tasks.tasks against grading's orders", orders.all.keys(), [row["id"] for row in rows]),
        *some("lost", "tasks.tasks (not as ordered)", differing),
        *compare("publishing.duties against grading's orders", orders.at("publishing"), duties),
        *await _same_versions(
            connection, "tasks", "SELECT series, version FROM grading.series UNION ALL " + _PROCEDURES
        ),
        *await _same_versions(connection, "publishing", _PROCEDURES),
    ]


_PROCEDURES = "SELECT incident_id, version FROM grading.procedures"


async def _same_versions(connection: Connection, desk: str, told: str) -> list[Finding]:
    rows = await connection.fetch(
        f"SELECT incident_id, p.version, d.version AS here FROM ({told}) p (incident_id, version) FULL JOIN {desk}.incidents d "
        "USING (incident_id) WHERE p.version IS DISTINCT FROM d.version"
    )
    return some("lost", f"{desk}.incidents (version)", [dict(row) for row in rows])


async def _console(connection: Connection, orders: Orders) -> list[Finding]:
    shown = await _ids(connection, "SELECT assignment_id FROM console.assignments WHERE name IS NOT NULL")
    rows = await connection.fetch(
        "SELECT incident_id, i.reports, c.reports AS shown FROM intake.incidents i FULL JOIN console.incidents c "
        "USING (incident_id) WHERE i.reports IS DISTINCT FROM c.reports"
    )
    return [
        *compare("console.assignments against grading's orders", orders.all.keys(), shown),
        *some("lost", "console.incidents (not as intake has them)", [dict(row) for row in rows]),
    ]


async def _ids(connection: Connection, query: str) -> list[UUID]:
    return [row[0] for row in await connection.fetch(query)]
