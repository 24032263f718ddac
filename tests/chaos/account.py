"""After the faults: wait for rest, then hold everything against everything. No code of the product decides here."""

import asyncio
import time
from datetime import UTC, datetime

import asyncpg
from rich.console import Console

from tests.bench.stillness import Connection, RestlessError, rest
from tests.chaos.accounts import check_accounts
from tests.chaos.clocks import check_clocks, past
from tests.chaos.findings import Finding
from tests.chaos.journals import check_journals
from tests.chaos.officials import Officials
from tests.chaos.orders import read_orders
from tests.chaos.outcome import Outcome
from tests.chaos.portal import Portal
from tests.chaos.projection import check_projection
from tests.chaos.stage import Stage, own_broker
from tests.chaos.topics import check_topics

QUIET_WITHIN = 180.0
REBUILT_WITHIN = 300.0
CLOCKS_WITHIN = 75.0
"""Seconds that clocks get to fire what is due: after a step of the wall clock they may pause for a minute."""
SAY_EVERY = 5.0


class Patience:
    """Says every few seconds who is behind."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said = time.monotonic()

    def watch(self, late: dict[str, int]) -> None:
        """As `rest` calls it."""
        if time.monotonic() - self._said > SAY_EVERY:
            self._said = time.monotonic()
            self._console.print(f"still behind: {late}")


async def at_rest(stage: Stage, within: float) -> None:
    """Wait for it. Raises `RestlessError`."""
    connection = await asyncpg.connect(stage.product.database_url)
    try:
        await rest(connection, within=within)
    finally:
        await connection.close()


async def account(stage: Stage, portal: Portal, officials: Officials, outcome: Outcome, console: Console) -> None:
    """Fill in what was found."""
    patience, began = Patience(console), time.monotonic()
    try:
        await stage.settled(QUIET_WITHIN)
        # Reading a journal through takes its time between two statements, which the server would take for idleness.
        patient = {"idle_in_transaction_session_timeout": "0"}
        connection = await asyncpg.connect(stage.product.database_url, server_settings=patient)
    except (TimeoutError, OSError, asyncpg.PostgresError) as error:
        outcome.findings.append(Finding("lost", "the processes", 1, f"not ready again in time: {error!r}"))
        return
    try:
        try:
            await rest(connection, within=QUIET_WITHIN, watch=patience.watch)
            await _clocks_fired(connection, stage)
            await rest(connection, within=QUIET_WITHIN, watch=patience.watch)
            outcome.figures["rest_seconds"] = round(time.monotonic() - began, 1)
            console.print(f"at rest {time.monotonic() - began:.1f} s later")
        except RestlessError as error:
            outcome.findings.append(Finding("lost", "the way", 1, str(error)))
        await _compare(connection, stage, portal, officials, outcome, console)
        await _bus(connection, stage, outcome, console)
        await _projection(connection, outcome, console, patience)
    finally:
        await connection.close()


async def _compare(
    connection: Connection, stage: Stage, portal: Portal, officials: Officials, outcome: Outcome, console: Console
) -> None:
    # One instant for all tables, though clocks go on.
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        orders = await read_orders(connection)
        clocks = await check_clocks(connection, orders, datetime.now(UTC) + stage.moved)
        outcome.timers_due = clocks.due
        outcome.findings += [
            *await check_journals(connection),
            *await check_accounts(connection, portal.told, officials, orders),
            *clocks.findings,
        ]
    console.print(f"{len(orders.decisions)} incidents, {len(orders.all)} tasks, {clocks.due} clock moments were due")


async def _bus(connection: Connection, stage: Stage, outcome: Outcome, console: Console) -> None:
    began = time.monotonic()
    carried = await check_topics(connection, stage.product.bootstrap, fresh=own_broker())
    outcome.findings += carried.findings
    outcome.figures["bus"] = {"messages": carried.messages, "repeated": carried.repeated, "late": carried.late}
    console.print(
        f"{carried.messages} messages on the bus, {carried.repeated} of them repeats, {carried.late} late "
        f"({time.monotonic() - began:.1f} s)"
    )


async def _projection(connection: Connection, outcome: Outcome, console: Console, patience: Patience) -> None:
    began = time.monotonic()
    try:
        outcome.findings += await check_projection(connection, within=REBUILT_WITHIN, watch=patience.watch)
    except RestlessError as error:
        outcome.findings.append(Finding("lost", "the rebuild of console", 1, str(error)))
    console.print(f"read model rebuilt from the journals and compared in {time.monotonic() - began:.1f} s")


async def _clocks_fired(connection: Connection, stage: Stage) -> None:
    """What is due has fired, or had its time for it: the account says what has not."""
    until = time.monotonic() + CLOCKS_WITHIN
    while await past(connection, datetime.now(UTC) + stage.moved) and time.monotonic() < until:
        await asyncio.sleep(0.5)
