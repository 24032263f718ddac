"""What was read, and on which line each part of it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Place = tuple[str | int, ...]
"""The way from the root to a part: keys of mappings, indexes of lists."""


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data: dict, list, str, int, float, bool, None. `lines` holds, by id of a container, the line of each entry."""

    data: Any
    lines: Mapping[int, Mapping[str, int] | list[int]]
    first: int = 1

    def line(self, place: Place) -> int:
        """The line (from 1) of the deepest part of `place` that the text has.

        An index into what stands there as a single value is passed over: a model may read one value as a list of one.
        """
        node, line = self.data, self.first
        for part in place:
            if isinstance(part, int) and not isinstance(node, list):
                continue
            try:
                # The two are built together: a list has a list of lines, a mapping a mapping of them.
                line = self.lines[id(node)][part]  # type: ignore[index]  # part fits by the try
                node = node[part]
            except (KeyError, IndexError, TypeError):
                break
        return line
