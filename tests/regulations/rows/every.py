"""The rows of every shipped rulebook, by its id."""

from tests.regulations.rows import anhui, state_council, xuancheng, yichun

BOOKS = {
    "anhui-medical-security-2021": anhui.BOOK,
    "state-council-2016": state_council.BOOK,
    "xuancheng-2015": xuancheng.BOOK,
    "yichun-market-regulation-2020": yichun.BOOK,
}
