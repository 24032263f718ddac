"""What a suggestion rests on, as words a person reads."""

import re
from collections.abc import Iterator

import numpy as np

from services.intake.domain import words
from services.intake.domain.likeness.grams import hashed
from services.intake.domain.likeness.weights import STEPS, Weights

LONGEST_RUN = 20
"""Characters shown of one run; a longer one ends with …"""
_TELLING = round(2.5 * STEPS)
"""A gram that one in twelve says tells nothing of the matter."""
_BREAKS = re.compile(r"[，。！？；：、（）“”‘’《》【】…—#＃\s]+|[,!?;:()](?![!-~])")
_EDGES = "的了着过是在和与及或也都就又还被把将对向从到为而且并等个我你您他她它们这那有没不"


def because(mine: str, other: str, weights: Weights, most: int = 6) -> list[str]:
    """The words or places that both masked texts have: cleaned runs of at least two characters, the heaviest first.

    None goes over punctuation, none is within another. Before the first generation the longest come first.
    """
    theirs = "\n".join(_phrases(other))
    runs = {run for phrase in _phrases(mine) for run in _shared(phrase, theirs)}
    told = sorted((-_told(run, weights), run) for run in runs)
    chosen: list[str] = []
    for negated, run in told:
        if len(chosen) < most and negated and not any(run in each or each in run for each in chosen):
            chosen.append(run)
    return [run if len(run) <= LONGEST_RUN else f"{run[: LONGEST_RUN - 1]}…" for run in chosen]


def _phrases(text: str) -> list[str]:
    cleaned = (words.clean(phrase) for phrase in _BREAKS.split(text[: 2 * words.LONGEST_CLEANED]))
    return [phrase for phrase in dict.fromkeys(cleaned) if len(phrase) > 1]


def _shared(phrase: str, theirs: str) -> Iterator[str]:
    """The longest runs of `phrase` that stand in `theirs`, without particles at their ends."""
    reached = 0
    for first in range(len(phrase) - 1):
        last = max(reached, first)
        while last < len(phrase) and phrase[first : last + 1] in theirs:
            last += 1
        if last > reached:
            reached = last
            run = phrase[first:last].strip(_EDGES)
            if len(run) > 1:
                yield run


def _told(run: str, weights: Weights) -> int:
    """How much a run tells: what its grams weigh above what anyone says."""
    grams = np.unique(hashed(run))
    if not weights.number:
        return len(grams)
    return int(np.maximum(weights.of(grams).astype(np.int64) - _TELLING, 0).sum())
