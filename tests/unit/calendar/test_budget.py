import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import Budget, BudgetError, Unit, parse_budget

UNITS = st.sampled_from([unit for unit in Unit if unit not in (Unit.SAME_DAY, Unit.AT_ONCE)])


@given(st.integers(1, 3000), UNITS)
def test_what_is_written_reads_back(amount: int, unit: Unit) -> None:
    budget = Budget(amount, unit)
    assert parse_budget(str(budget)) == budget


@pytest.mark.parametrize(
    "text",
    ["same day", "at once", "1 h", "30 min", "5 working days", "1 working day", "3 days",
     "1 half day", "3 half days", "1 business hour", "2 business hours"],
)  # fmt: skip
def test_the_texts_of_the_regulations_stay_as_they_are(text: str) -> None:
    assert str(parse_budget(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "1h",
        "0 h",
        "0 days",
        "-1 h",
        "1.5 h",
        "3651 days",
        "9999999 h",
        "1 hours",
        "5 weeks",
        "1 h ",
        "2 half",
        "1 halfday",
        "3 business",
        "32851 business hours",
    ],
)
def test_other_texts_are_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(BudgetError, match=r"duration|out of range"):
        parse_budget(text)


@pytest.mark.parametrize(
    ("whole", "half"),
    [("1 h", "30 min"), ("2 h", "1 h"), ("4 h", "2 h"), ("48 h", "24 h"), ("1 min", "1 min"), ("5 working days", "2 working days"),
     ("1 day", "1 day"), ("4 half days", "2 half days"),
     ("3 business hours", "1 business hour"), ("same day", "12 h"), ("at once", "at once")],
)  # fmt: skip
def test_half(whole: str, half: str) -> None:
    assert str(parse_budget(whole).half()) == half
