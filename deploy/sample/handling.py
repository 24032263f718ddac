"""The sample's people at work on one incident, as far as its story goes. Each step looks first at what is done already."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from deploy.sample.client import RefusedError, SampleError
from deploy.sample.stories import Story
from deploy.sample.telling import Scene

PATIENCE = 60.0
"""Seconds until one service has heard what another said."""
CONTINUING = frozenset({"track", "follow_up"})
"""Duties that run on until the matter is calm; handed in last."""


@dataclass(slots=True)
class Case:
    """One incident in the hands of its organisation's people. `handed_in` are the orders' keys done here."""

    scene: Scene
    story: Story
    incident: str
    handed_in: set[str] = field(default_factory=set)

    def holder(self, role: str, *, other_than: str | None = None) -> str:
        """A login that holds the role. Raises `SampleError` where the sample has none."""
        for login in self.scene.organisation.holders(role):
            if login != other_than:
                return login
        raise SampleError(f"{self.scene.organisation.id} has no account for the role {role!r}; add one to its file.")

    @property
    def writer(self) -> str:
        """Who writes and flags where no duty says who."""
        return self.holder("department")

    async def get(self, service: Any, path: str, **params: str) -> Any:
        """What a staff route shows."""
        return (await self.scene.people.call(self.scene.member, service, "GET", path, params=params)).data

    async def post(self, login: str, service: Any, path: str, **body: Any) -> Any:
        """What a staff route answers to a command."""
        return (await self.scene.people.call(login, service, "POST", path, body)).data

    async def grading(self) -> Any:
        """The grade as it stands; waits until the procedure is there."""
        return await until(lambda: self._shown(f"/v1/gradings/{self.incident}"), f"{self.story.id} has a procedure")

    async def orders(self) -> list[dict[str, Any]]:
        """Every order in force."""
        found: list[dict[str, Any]] = (await self.get("grading", f"/v1/incidents/{self.incident}/deadlines"))[
            "deadlines"
        ]
        return found

    async def _shown(self, path: str) -> Any:
        try:
            return await self.get("grading", path)
        except RefusedError as refused:
            if refused.status == 404:
                return None
            raise

    async def flag(self) -> None:
        """Raise the story's flags, before anybody has decided on the grade."""
        if (await self.grading())["state"] == "approved":
            return
        for name in self.story.flags:
            reason = f"来件内容涉及:{self.story.title}"
            await self.post(self.writer, "grading", f"/v1/incidents/{self.incident}/flags", flag=name, reason=reason)

    async def rise(self) -> None:
        """Wait until the grown spread has led to the proposal that the story tells of."""

        async def proposed() -> bool:
            return bool((await self.grading())["proposal"] == self.story.rises_to)

        await until(proposed, f"{self.story.id} is proposed as {self.story.rises_to}")

    async def grade(self) -> None:
        """Approve what is proposed; the strictest's approver decides where nothing is."""
        shown = await self.grading()
        if shown["waiting"]:
            approver = self.holder(shown["approvers"][0])
            await self.post(approver, "grading", f"/v1/gradings/{self.incident}/approve", level=shown["proposal"])

    async def work(self, *, continuing: bool = False) -> None:
        """Claim and hand in whatever is owed at tasks, and what that leads to; with `continuing`, what runs on as well."""
        while owed := [order for order in await self._settled() if order["key"] not in self.handed_in]:
            before = len(self.handed_in)
            for order in owed:
                await self._hand_in(order, continuing)
            if len(self.handed_in) == before:
                return

    async def _settled(self) -> list[dict[str, Any]]:
        """What is owed at tasks once grading has heard of everything handed in."""

        async def heard() -> list[dict[str, Any]] | None:
            orders = await self.orders()
            waiting = [order for order in orders if not order["done"]]
            if any(order["key"] in self.handed_in for order in waiting):
                return None
            return [order for order in waiting if order["desk"] == "tasks"]

        found = await until(heard, f"what was handed in for {self.story.id} is known", empty=True)
        return list(found)

    async def _hand_in(self, order: dict[str, Any], continuing: bool) -> None:
        task_id = order["assignment_id"]

        async def shown() -> Any:
            try:
                return await self.get("tasks", f"/v1/tasks/{task_id}")
            except RefusedError as refused:
                if refused.status == 404:
                    return None
                raise

        task = await until(shown, f"the task {order['key']} of {self.story.id} is on its board")
        if task["kind"] == "approve_grade" or task["recurring"] or (task["kind"] in CONTINUING and not continuing):
            return
        if task["state"] in {"open", "claimed"}:
            holder = task["holder"] or self.holder(task["owner"])
            if task["state"] == "open":
                await self.post(holder, "tasks", f"/v1/tasks/{task_id}/claim")
            if task["kind"] != "claim":
                papers = dict.fromkeys(task["hand_in"], self.story.findings)
                await self.post(holder, "tasks", f"/v1/tasks/{task_id}/complete", hand_in=papers)
        self.handed_in.add(order["key"])

    async def end(self) -> None:
        """Follow up, declare it calm, close it, and hand in what closing asks for."""
        await until(self._followed, f"the follow-up of {self.story.id} is ordered")
        await self.work(continuing=True)
        rules = {"calmed": ("calm", "诉求已解决,未见新的反映"), "closed": ("close", "处置完成,资料已归档")}
        for phase, (verb, reason) in rules.items():
            if (await self.grading())["phase"] not in {phase, "closed"}:
                await self._turn(verb, reason)
        await self.work(continuing=True)

    async def _followed(self) -> bool:
        return any(order["duty"] == "follow_up" for order in await self.orders())

    async def _turn(self, verb: str, reason: str) -> None:
        """By whichever of the organisation's people the rulebook lets do this."""
        for account in self.scene.organisation.accounts:
            login = self.scene.organisation.login(account)
            try:
                await self.post(login, "grading", f"/v1/incidents/{self.incident}/{verb}", reason=reason)
            except RefusedError as refused:
                if refused.status != 403:
                    raise
            else:
                return
        raise SampleError(f"Nobody at {self.scene.organisation.id} may {verb} an incident.")


async def until(look: Callable[[], Awaitable[Any]], what: str, *, empty: bool = False) -> Any:
    """What `look` finds, asked again while it finds nothing (with `empty`: None). Raises `SampleError` after `PATIENCE`."""
    deadline, pause = time.monotonic() + PATIENCE, 0.03
    while True:
        found = await look()
        if found or (empty and found is not None):
            return found
        if time.monotonic() > deadline:
            raise SampleError(f"After {PATIENCE:.0f} s it is not so that {what}; see the logs under var/log.")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.5)
