"""Three rulebooks under the State Council's notices, for tests."""

from collections.abc import Mapping
from typing import Any

from services.grading.rulebook import (
    CompiledRulebook,
    Layer,
    compose,
    shipped_model,
)
from services.grading.rulebook.written.model import Rulebook
from tests.unit.rulebook.cases import (
    ANHUI,
    XUANCHENG,
    YICHUN,
    moment,
)

COUNCIL = "state-council-2016"
ABOVE = Layer(shipped_model(COUNCIL))
BOOKS = {book.id: (book, compose(book.model, [ABOVE])) for book in (ANHUI, XUANCHENG, YICHUN)}
A, X, Y = ANHUI.id, XUANCHENG.id, YICHUN.id
HOUR = 60
BEGUN = [moment("occurred", 0), moment("discovered", 30, role="office")]
FILED = moment("investigation_filed", 24 * HOUR)


def own(duty: str) -> str:
    return f"{COUNCIL}:{duty}"


def mapped(**names: Mapping[str, Any]) -> Layer:
    return Layer(ABOVE.model, **names)


def edited(book: CompiledRulebook, duty: str, *, levels: list[str] | None = None, **due: Any) -> Rulebook:
    """The model with one duty's levels or due changed; `within` None: silent."""
    raw = book.model.model_dump(by_alias=True)
    (found,) = (each for each in raw["duties"] if each["id"] == duty)
    if levels is not None:
        found["when"] = [{"levels": levels}]
    found["due"] |= {name: "silent" if value is None else value for name, value in due.items()}
    found["reminders"] = None
    return Rulebook.model_validate(raw)
