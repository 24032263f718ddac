"""A file with a malformed part still has the rest looked at, so that its author is told all at once."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from services.grading.rulebook.reading.checks.names import undeclared
from services.grading.rulebook.written.findings import Finding
from services.grading.rulebook.written.model import Rulebook

_APART = frozenset({"duties", "criteria", "routines", "standing_rules"})
"""Lists whose items can be left out without making names unknown to others."""
_BESIDE = frozenset({"id", "title", "issuer", "number", "in_force", "version", "time", "joining", "stability"})
"""Parts that neither declare nor use names."""
_NEEDED = {"id": "x", "title": "x", "issuer": "x", "version": "x"}


def names_of_the_rest(data: Mapping[str, Any], error: ValidationError) -> list[Finding]:
    """What can be said of the names in the well-formed parts; nothing when the malformed ones declare names."""
    broken: dict[str, set[int]] = defaultdict(set)
    whole = {key for key in data if key not in Rulebook.model_fields}
    for detail in error.errors(include_url=False, include_input=False, include_context=False):
        match detail["loc"]:
            case (str() as part, int() as index, *_) if part in _APART:
                broken[part].add(index)
            case (str() as part, *_) if part in _BESIDE or part in whole:
                whole.add(part)
            case _:
                return []
    kept = {part: [i for i in range(len(data[part])) if i not in indexes] for part, indexes in broken.items()}
    rest = _NEEDED | {key: value for key, value in data.items() if key not in whole}
    try:
        model = Rulebook.model_validate(rest | {part: [data[part][i] for i in items] for part, items in kept.items()})
    except ValidationError:
        return []
    return [_moved(finding, kept) for finding in undeclared(model)]


def _moved(finding: Finding, kept: Mapping[str, list[int]]) -> Finding:
    """With the index that the part has in the file."""
    match finding.place:
        case (str() as part, int() as index, *rest) if part in kept:
            place = (part, kept[part][index], *rest)
            return Finding(place, finding.message, finding.suggestion, finding.warning)
    return finding
