"""What a fault is, and what a kind of fault must say of itself."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.chaos.stage import Say, Stage


class NotBackError(Exception):
    """Something did not come back by itself: a person would be needed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: of which kind, on what, for how many seconds (0: a blow), and the seconds until the next begins."""

    kind: str
    target: str
    lasts: float
    gap: float

    def __str__(self) -> str:
        return f"{self.kind} {self.target}" + (f" for {self.lasts:.1f} s" if self.lasts else "")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault.

    `share` of all faults of a run; `targets` of a stage, none where it is impossible there; `lasts` seconds at least and at
    most; `place` is what it keeps busy: no second fault comes to the same place meanwhile. `alone`: nothing else happens.
    `inflict` returns when it is over. Raises `NotBackError`.
    """

    name: str
    share: float
    lasts: tuple[float, float]
    targets: Callable[[Stage], Sequence[str]]
    inflict: Callable[[Stage, Fault, Say], Awaitable[None]]
    place: Callable[[str], str] = lambda target: target
    alone: bool = False
