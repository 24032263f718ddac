"""A row of a regulation as read clause by clause: the reading that its shipped rulebook is held to.

`within` None: the text is silent. `default`: the operator's time where the text gives no number. An owner or receiver
the text does not name is left out here (None): the rulebook's choice is the operator's. `target`: a goal, no deadline.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

ALL: tuple[str, ...] = ()


class Row(NamedTuple):
    """One duty as the regulation has it."""

    id: str
    clause: str | None
    owner: str | None
    to: tuple[str, ...] | None
    start: str
    within: str | None
    levels: tuple[str, ...] = ALL
    flags: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    recurring: bool = False
    desk: str = "tasks"
    source: str = "regulation"
    anchor_source: str = "regulation"
    target: str | None = None


class Book(NamedTuple):
    """The rows of one regulation; `proposing` gives for a level what makes the criteria propose it.

    In it `reads`, `comments`, `kind`, `author_types`, `platforms`, `words` are evidence, `flags` are raised; a level
    that only a person sets has no entry.
    """

    duties: tuple[Row, ...]
    routines: tuple[Row, ...] = ()
    proposing: Mapping[str, Mapping[str, Any]] = {}
