"""What a suggestion rests on, as words a person reads."""

from difflib import SequenceMatcher

from services.intake.domain import words
from services.intake.domain.likeness.grams import hashed
from services.intake.domain.likeness.weights import Weights


def because(mine: str, other: str, weights: Weights, most: int = 6) -> list[str]:
    """The words or places that both masked texts have, as runs of at least two characters, the heaviest first."""
    one, two = words.clean(mine), words.clean(other)
    blocks = SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks()
    runs = {one[each.a : each.a + each.size] for each in blocks if each.size > 1}
    return sorted(runs, key=lambda run: (-int(weights.of(hashed(run)).sum()), run))[:most]
