"""What a check finds: of which kind, where, how much."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["lost", "doubled", "missed", "broken"]
"""Lost: acknowledged or decided, and not there. Doubled: there twice, or without cause. Missed: a clock that did not fire.
Broken: a guarantee of the journal."""


@dataclass(frozen=True, slots=True)
class Finding:
    """So many of a kind in one place, with an example."""

    kind: Kind
    where: str
    count: int
    example: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.count} in {self.where}, e.g. {self.example}"


def some(kind: Kind, where: str, found: Iterable[Any]) -> list[Finding]:
    """A finding where there is anything to be found."""
    every = list(found)
    return [Finding(kind, where, len(every), str(every[0]))] if every else []


def compare(where: str, expected: Collection[Any], present: Collection[Any]) -> list[Finding]:
    """What is expected and absent is lost; what is present more often than expected, or uninvited, is doubled."""
    there, due = set(present), set(expected)
    twice = [] if len(there) == len(present) else [f"{len(present) - len(there)} rows more than different ones"]
    return [*some("lost", where, due - there), *some("doubled", where, [*(there - due), *twice])]


def total(findings: Iterable[Finding], *kinds: Kind) -> int:
    """How many of these kinds."""
    return sum(finding.count for finding in findings if finding.kind in kinds)
