"""Statutory holidays of a year whose notice is not out.

The days of 《全国年节及纪念日放假办法》 (as amended 2024): 元旦 1, 春节 4 (除夕 to 初三), 清明 1, 劳动节 2, 端午 1,
中秋 1, 国庆 3.
Days off in lieu and make-up workdays are announced, never computed.
"""

from collections.abc import Iterator
from datetime import date, timedelta

_SOLAR = (
    ((1, 1), "元旦"),
    ((5, 1), "劳动节"),
    ((5, 2), "劳动节"),
    ((10, 1), "国庆节"),
    ((10, 2), "国庆节"),
    ((10, 3), "国庆节"),
)
# The lunar days as GB/T 33661-2017 fixes them: 正月初一, 端午, 中秋 (month, day).
_LUNAR = {
    2027: ((2, 6), (6, 9), (9, 15)),
    2028: ((1, 26), (5, 28), (10, 3)),
    2029: ((2, 13), (6, 16), (9, 22)),
    2030: ((2, 3), (6, 5), (9, 12)),
    2031: ((1, 23), (6, 24), (10, 1)),
    2032: ((2, 11), (6, 12), (9, 19)),
    2033: ((1, 31), (6, 1), (9, 8)),
    2034: ((2, 19), (6, 20), (9, 27)),
    2035: ((2, 8), (6, 10), (9, 16)),
    2036: ((1, 28), (5, 30), (10, 4)),
}
LAST_LUNAR_YEAR = max(_LUNAR)


def statutory_days(year: int) -> Iterator[tuple[date, str]]:
    """The fixed days off of a year with their names; the lunar ones only for years whose lunar dates are tabled."""
    for (month, day), name in _SOLAR:
        yield date(year, month, day), name
    yield _clear_brightness(year), "清明节"
    if year not in _LUNAR:
        return
    spring, dragon, moon = (date(year, month, day) for month, day in _LUNAR[year])
    for offset in range(-1, 3):
        yield spring + timedelta(days=offset), "春节"
    yield dragon, "端午节"
    yield moon, "中秋节"


def _clear_brightness(year: int) -> date:
    """清明, by the usual interpolation, right for 2000-2099."""
    within = year % 100
    return date(year, 4, int(within * 0.2422 + 4.81) - within // 4)
