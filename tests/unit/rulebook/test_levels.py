"""One duty with another time for each level: a lower grade never quietly gives more of it."""

import pytest

from services.grading.rulebook import Fact, load_rulebook
from tests.unit.rulebook.cases import graded, later, moment, run
from tests.unit.rulebook.test_load import SMALL

RULEBOOK = load_rulebook(
    SMALL.replace("due: {from: discovered, within: 1 h}", "due: {from: event, within: 4 h, by_level: {high: 2 h}}")
)
FOUND = moment("discovered")


@pytest.mark.parametrize(
    ("approvals", "hours"),
    [
        ([], 2),
        ([graded("low", 10)], 4),
        ([graded("high", 10)], 2),
        ([graded("low", 10), graded("high", 30)], 2),
        ([graded("high", 10), graded("low", 30)], 2),
    ],
)
def test_the_strictest_approved_time_stands(approvals: list[Fact], hours: int) -> None:
    order = run(RULEBOOK, [FOUND, *approvals]).orders["report"]
    assert order.due_at == later(hours * 60)
    assert (order.anchor, order.anchor_assumed, order.presumed) == ("event", True, not approvals)
