"""What codes are called on a page: Chinese and English, and times as the office reads them."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

_ARTICLE = re.compile(r"Art\. ?(\d+)")
_ZONE = ZoneInfo("Asia/Shanghai")


class Words(NamedTuple):
    """One meaning in both languages."""

    chinese: str
    english: str


_WORDS: Mapping[str, Words] = {
    "complaint": Words("投诉", "complaint"),
    "post": Words("网帖", "post"),
    "patrol": Words("巡查", "patrol"),
    "open": Words("办理中", "open"),
    "claimed": Words("已认领", "claimed"),
    "calmed": Words("已平息", "calmed"),
    "closed": Words("已办结", "closed"),
    "merged": Words("已并案", "merged"),
    "received": Words("已收到", "received"),
    "draft": Words("起草", "draft"),
    "in_review": Words("审核中", "in review"),
    "approved": Words("已批准", "approved"),
    "released": Words("已发布", "released"),
    "withdrawn": Words("已撤回", "withdrawn"),
    "proposed": Words("待核定", "proposed"),
    "active": Words("正常", "active"),
    "suspended": Words("停用", "suspended"),
    "weibo": Words("微博", "Weibo"),
    "wechat": Words("微信", "WeChat"),
    "website": Words("官网", "website"),
}


def words(code: str | None) -> Words:
    """The words of a code; one that has none is shown as it is."""
    return _WORDS.get(code or "received", Words(code or "", ""))


def clock(moment: datetime | None) -> str:
    """A moment in the office's zone (Asia/Shanghai), to the minute."""
    return moment.astimezone(_ZONE).strftime("%m-%d %H:%M") if moment else "—"


def clause(reference: str | None) -> Words:
    """A clause as the office cites it: 'Art. 8(2)' is 第8条(2)."""
    if not reference:
        return Words("—", "")
    chinese = _ARTICLE.sub(r"第\1条", reference).replace("Plan ", "预案 ")
    return Words(chinese, reference if chinese != reference else "")


FILTERS: Mapping[str, Callable[..., Any]] = {"words": words, "clock": clock, "clause": clause}
