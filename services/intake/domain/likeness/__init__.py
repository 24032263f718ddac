"""How alike two matters are, told in different words: TF-IDF over hashed character 2- and 3-grams, in whole numbers.

Pure, and the same on every machine and whatever the order: weights, vectors and scores are integers until the last division.
"""

from services.intake.domain.likeness.because import because
from services.intake.domain.likeness.grams import Grams, said
from services.intake.domain.likeness.index import Index, Near
from services.intake.domain.likeness.vector import Vector, vector
from services.intake.domain.likeness.weights import NO_WEIGHTS, Weights

__all__ = ["NO_WEIGHTS", "Grams", "Index", "Near", "Vector", "Weights", "because", "said", "vector"]
