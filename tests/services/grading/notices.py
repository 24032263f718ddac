"""A notice for 2027 as tests use it. It is made up: the State Council's own was not out when it was written."""

from typing import Any

OFF = {
    "元旦": ["2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03"],
    "春节": [f"2027-02-{day:02}" for day in range(5, 12)],
    "清明节": ["2027-04-03", "2027-04-04", "2027-04-05"],
    "劳动节": [f"2027-05-{day:02}" for day in range(1, 6)],
    "端午节": ["2027-06-09"],
    "中秋节": ["2027-09-15"],
    "国庆节": [f"2027-10-{day:02}" for day in range(1, 8)],
}
MADE_UP = {
    "元旦": ["2026-12-27"],
    "春节": ["2027-02-14"],
    "劳动节": ["2027-05-08"],
    "国庆节": ["2027-09-26", "2027-10-09"],
}


def notice_2027(**changes: Any) -> dict[str, Any]:
    """The body of a request to load it."""
    days = [{"date": day, "working": False, "reason": name} for name, listed in OFF.items() for day in listed]
    days += [
        {"date": day, "working": True, "reason": f"{name}调休上班"}
        for name, listed in MADE_UP.items()
        for day in listed
    ]
    return {"year": 2027, "days": days, "source": "测试用通知"} | changes
