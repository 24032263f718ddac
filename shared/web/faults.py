"""What a validation error tells its caller: where and what, in Chinese and English, never the value that was sent."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z_-]{0,39}[0-9]{0,2}")

_CHINESE = {
    "missing": "缺少此项",
    "extra_forbidden": "没有这一项",
    "string_type": "应为文本",
    "string_too_short": "过短",
    "string_too_long": "过长",
    "string_pattern_mismatch": "格式不对",
    "string_unicode": "含有无效字符",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "bool_type": "应为真或假",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_attributes_type": "应为对象",
    "model_type": "应为对象",
    "too_long": "项数过多",
    "too_short": "项数过少",
    "uuid_parsing": "不是有效的标识",
    "uuid_type": "不是有效的标识",
    "datetime_type": "不是有效的时间",
    "datetime_parsing": "不是有效的时间",
    "datetime_from_date_parsing": "不是有效的时间",
    "literal_error": "不在可选值之内",
    "greater_than_equal": "过小",
    "less_than_equal": "过大",
    "url_parsing": "不是有效的网址",
}


def fault(where: str, what: str) -> dict[str, str]:
    """One entry of a problem's `errors`: the place, as in `body.contact.phone` or `query.limit`, and what is wrong."""
    return {"where": where, "what": what}


def readable(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Pydantic's errors (at most 50) as entries of a problem's `errors`."""
    return [fault(_place(error["loc"]), _words(error)) for error in errors[:50]]


def _words(error: Mapping[str, Any]) -> str:
    english = str(error["msg"]).removeprefix("Value error, ")
    chinese = _CHINESE.get(error["type"])
    return f"{chinese} / {english}" if chinese else english


def _place(location: Sequence[str | int]) -> str:
    return ".".join(str(part) if _tells_nothing(part) else "…" for part in location)


def _tells_nothing(part: str | int) -> bool:
    """Whether a step of the place is an index or a plain field name; a key made up by the client may be anything."""
    return isinstance(part, int) or _PLAIN_KEY.fullmatch(part) is not None
