"""Masked text: what may be indexed, suggested, projected and shown in lists.

Works by pattern: phones, identity and bank card numbers, mail addresses, plates, and any other run of seven digits or more,
in whatever digits they are written (full width, Chinese, circled). It cannot know a name, an address or a story that points to
one person; the original stays sealed, and the README says so.
"""

import re
import unicodedata

TITLE_LIMIT = 80
"""Code points of a masked title, as `shared.contracts.intake.IncidentReported` allows."""

_D = r"[\d〇零一二三四五六七八九幺①-⑨⓪]"
_GAP = r"[ \t\u00a0\u3000\u200c\u200d\-－‐‑–—_·]{0,2}"
_ANY_GAP = r"[ \t\u00a0\u3000\u200c\u200d\-－‐‑–—_·.．,，、/]{1,3}"
_NARROW = r"[ \t\u00a0\u3000\-－‐‑–—_·]?"
_ONE, _THREE_UP = "[1１一幺①]", "[3-9３-９三四五六七八九③-⑨]"
_LOCAL = r"[A-Za-z0-9._%+\-]"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

_PRIVATE = re.compile(
    rf"(?P<mail>(?<!{_LOCAL}){_LOCAL}++[@＠][A-Za-z0-9\-]+(?:[.．][A-Za-z0-9\-]+)+)"
    rf"|(?P<identity>(?<!\d)(?:\d{{6}}(?:{_NARROW}\d){{11}}{_NARROW}[\dXxＸｘ×]|\d{{15}})(?!\d))"
    rf"|(?P<mobile>(?<!{_D}){_ONE}{_GAP}{_THREE_UP}(?:{_GAP}{_D}){{9}}(?!{_D})"
    rf"|{_ONE}{_THREE_UP}{_D}{_ANY_GAP}{_D}{{4}}{_ANY_GAP}{_D}{{4}})"
    rf"|(?P<card>(?<!\d)\d{{4}}(?:{_NARROW}\d{{4}}){{3}}(?:{_NARROW}\d{{1,3}})?(?!\d))"
    rf"|(?P<phone>(?<!\d)[0０]\d{{2,3}}[)）]?{_GAP}[2-9２-９]\d{{2,3}}{_NARROW}\d{{4}}(?!\d))"
    rf"|(?P<plate>[{_PROVINCES}][A-HJ-NP-Z]{_NARROW}[·•]?(?=[A-Z]{{0,4}}\d)[A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳])"
    rf"|(?P<number>{_D}{{7,}}+)"
)
_LABELS = {
    "mail": "[邮箱]",
    "identity": "[身份证号]",
    "mobile": "[手机号]",
    "card": "[银行卡号]",
    "phone": "[电话]",
    "plate": "[车牌号]",
    "number": "[号码]",
}
SUSPECT_FIRST = rf"[\dA-Za-z〇零一二三四五六七八九幺①-⑨⓪._%+\-{_PROVINCES}]"
SUSPECT_MORE = (
    r"[\dA-Za-z〇零一二三四五六七八九幺①-⑨⓪._%+\-@＠．,，、/)）Ｘｘ× \t\u00a0\u3000\u200c\u200d－‐‑–—·•挂学警港澳]"
)
# Stretches that may hold something private: found by their first character, so that plain text is passed over quickly.
_SUSPECT = re.compile(rf"{SUSPECT_FIRST}{SUSPECT_MORE}{{5,}}")
UNSEEN = (
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069"
    "\u20e3\ufe0e\ufe0f\ufeff\ud800-\udfff]"
)
"""Characters that show nothing and split a number in two, and those that PostgreSQL or JSON will not take."""
_UNSEEN = re.compile(UNSEEN)
_SPACES = re.compile(r"\s+")


def mask(text: str) -> str:
    """The text with what matches a pattern replaced by its kind in brackets, and without invisible and control characters."""
    return _SUSPECT.sub(_mask_stretch, _UNSEEN.sub("", text))


def masked_title(text: str) -> str:
    """A text as a title: masked, on one line, cut to 80 code points between what a reader sees as characters.

    Ends in `…` where it was cut. White space is collapsed first: a number broken over lines is a number again in a title.
    """
    return cut(mask(_SPACES.sub(" ", text)).strip())


def cut(line: str) -> str:
    """A masked line, as long as a title may be."""
    if len(line) <= TITLE_LIMIT:
        return line
    return line[: _boundary(line, TITLE_LIMIT - 1)].rstrip() + "…"


def shorten(masked: str) -> str:
    """Text that is masked already, as a title; only its beginning is looked at."""
    return masked_title(masked.lstrip()[: 4 * TITLE_LIMIT])


def _mask_stretch(found: re.Match[str]) -> str:
    return _PRIVATE.sub(_label, found.group())


def _label(found: re.Match[str]) -> str:
    return _LABELS[str(found.lastgroup)]


def _boundary(text: str, limit: int) -> int:
    """The last place at or before `limit` where a grapheme ends; `limit` itself where marks are piled up beyond reason."""
    for end in range(limit, limit // 2, -1):
        if not _continues(text, end):
            return end
    return limit


def _continues(text: str, place: int) -> bool:
    following, before = text[place], text[place - 1]
    if _is_regional(following) and _is_regional(before):
        start = place
        while start and _is_regional(text[start - 1]):
            start -= 1
        return (place - start) % 2 == 1
    return before == "\u200d" or _extends(following)


def _extends(character: str) -> bool:
    """Joiners, variation selectors, combining marks, skin tones and tag characters belong to what stands before them."""
    return (
        character == "\u200d"
        or unicodedata.category(character) in {"Mn", "Mc", "Me"}
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
