"""The release pack: everything the release desk needs beside its browser, as plain text to copy from."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from services.publishing.domain.answers import Answer
from services.publishing.domain.rules import ReleaseRules

_ZONE = ZoneInfo("Asia/Shanghai")
_RULE = "─" * 24


def shown(at: datetime) -> str:
    """A moment as the desk reads it: Beijing time, whole minutes."""
    return at.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M")


def _counted(answer: Answer, rules: ReleaseRules) -> str:
    length, most = len(answer.wording.composed), rules.channel(answer.wording.channel).max_length
    return f"{length} 字" if most is None else f"{length} / {most} 字"


def _signed(answer: Answer, rules: ReleaseRules) -> Sequence[str]:
    return [
        f"  {each.step + 1}. {rules.role_names([each.role])} ({each.by}) {shown(each.at)}" for each in answer.signatures
    ]


def release_pack(answer: Answer, rules: ReleaseRules, organisation: str, due_at: datetime | None, clause: str) -> str:
    """The pack of an approved answer. What lies between the two rules is exactly what is to be posted."""
    words = answer.wording
    lines = [
        f"回应发布包 {answer.id}",
        f"单位:{organisation}",
        f"渠道:{rules.channel(words.channel).name}" + (f" @{words.account}" if words.account else ""),
        f"字数:{_counted(answer, rules)}(含标题)",
        f"校验 sha256:{words.sha256}",
        f"时限:{shown(due_at)} 前({clause})" if due_at else "时限:无",
        "审批:",
        *_signed(answer, rules),
        "请原样发布以下内容,发布后登记链接与校验值。",
        _RULE,
        words.composed,
        _RULE,
    ]
    return "\n".join(lines) + "\n"
