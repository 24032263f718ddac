"""Is a text fit to be submitted? Each finding names the place and the kind, never the words themselves."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from services.publishing.domain.personal_data import personal_data
from services.publishing.domain.rules import Channel
from services.publishing.domain.wording import Wording


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: in `field`, from character `start` up to, not including, `end`."""

    field: str
    what: str
    start: int
    end: int

    def as_error(self) -> dict[str, object]:
        """As it stands in a problem document's `errors`."""
        return {"where": self.field, "what": self.what, "from": self.start, "to": self.end}


# Format characters are category Cf; these are letters by category and yet show nothing.
_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2028\u2029\u034f\u17b4\u17b5")
_ALLOWED_CONTROLS = frozenset("\n\t")

_BLANKS = re.compile(
    r"〔(?!\d{4}〕)[^〕\n]*〕"  # a bracket of a template; 〔2015〕 is the year of a document number
    r"|【\s*】|\[\s*\]|（\s*）|\(\s*\)|\{\{[^}]*\}\}"
    r"|[_＿]{2,}"
    r"|(?<![A-Za-z0-9.])[XxＸ×]{2,}(?![A-Za-z0-9])"
    r"|待填写?|待补充|此处填写|TODO|TBD"
)


def _invisible(sign: str) -> bool:
    if sign in _ALLOWED_CONTROLS:
        return False
    return sign in _INVISIBLE_LETTERS or unicodedata.category(sign) in {"Cf", "Cc", "Cs"}


def hidden_characters(field: str, text: str) -> Iterator[Finding]:
    """Zero-width, direction and control characters: what is read must be what was signed."""
    for place, sign in enumerate(text):
        if _invisible(sign):
            yield Finding(field, f"不可见字符 / invisible character U+{ord(sign):04X}", place, place + 1)


def private_numbers(field: str, text: str) -> Iterator[Finding]:
    """Mobile, identity and bank card numbers."""
    for kind, (start, end) in personal_data(text):
        yield Finding(field, f"{kind},请删除或遮盖 / remove or mask it", start, end)


def blanks(field: str, text: str) -> Iterator[Finding]:
    """Places of a template that nobody filled in."""
    for match in _BLANKS.finditer(text):
        yield Finding(field, "未填写的空白 / a blank not filled in", *match.span())


def findings(wording: Wording, channel: Channel) -> list[Finding]:
    """Everything that keeps these words from being submitted to this channel; empty when they are fit."""
    found: list[Finding] = []
    if not wording.text.strip():
        found.append(Finding("text", "内容为空 / the text is empty", 0, len(wording.text)))
    if channel.title_required and not wording.title:
        found.append(Finding("title", f"{channel.name}需要标题 / this channel needs a title", 0, 0))
    length = len(wording.composed)
    if channel.max_length is not None and length > channel.max_length:
        what = f"{channel.name}最多 {channel.max_length} 字,现有 {length} 字 / too long for the channel"
        found.append(Finding("text", what, channel.max_length, length))
    for field, text in (("title", wording.title or ""), ("text", wording.text)):
        found += hidden_characters(field, text)
        found += blanks(field, text)
        found += private_numbers(field, text)
    return found
