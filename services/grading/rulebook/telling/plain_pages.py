"""An explanation as text for the terminal and as one HTML page; with the original, both sides of each article."""

from collections.abc import Iterator, Sequence
from html import escape

from services.grading.rulebook.telling.beside import Beside, Passage, Side
from services.grading.rulebook.telling.statements import Citation, Explanation, Section, Statement

_STYLE = """
body{font:16px/1.7 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;margin:2rem auto;
max-width:90rem;padding:0 1rem;color:#1c2733;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.15rem;border-bottom:1px solid #c6d0da;margin-top:2rem}
ul.about{list-style:none;padding:0;color:#43525f}p.rule{margin:.6rem 0 0}ul.notes{margin:.1rem 0 .6rem;color:#43525f}
.operator{background:#fff1cc;color:#6b4600;border-radius:.2rem;padding:0 .15rem}
.both{display:grid;grid-template-columns:1fr 1fr;gap:2rem}.original{background:#f5f7f9;padding:.2rem 1rem;border-radius:.3rem}
mark{background:#cde8d2;color:inherit}.missing{color:#a01414}@media(max-width:50rem){.both{display:block}}
"""


def as_text(explanation: Explanation) -> str:
    """Plain lines, a heading before each article."""
    lines = [explanation.title, *explanation.about]
    for section in explanation.sections:
        lines += ["", f"【{section.heading}】", *_section_lines(section)]
    return "\n".join(lines)


def beside_as_text(explanation: Explanation, beside: Beside) -> str:
    """For each article first the original with its phrases in 〖…〗, then the explanation; at the end what is missing."""
    lines = [explanation.title, *explanation.about]
    for side in beside.sides:
        lines += ["", f"【{side.section.heading}】"]
        lines += [f"  原文│ {line}" for passage in side.passages for line in _marked(passage, "〖", "〗")]
        lines += _section_lines(side.section)
    return "\n".join([*lines, "", *missing_lines(beside)])


def missing_lines(beside: Beside) -> list[str]:
    """The phrases that the original doesn't have, with their clauses; else that all are there."""
    missing = beside.missing
    if not missing:
        return [f"引用原文 {beside.cited} 处,全部与原文相符。"]
    head = f"引用原文 {beside.cited} 处,其中 {len(missing)} 处在原文中未逐字找到:"
    return [head, *(f"  {cite.clause}:“{cite.phrase}”" for cite in missing)]


def _section_lines(section: Section) -> Iterator[str]:
    for statement in section.statements:
        yield f"  {statement.text}"
        yield from (f"    · {note}" for note in statement.notes)


def _marked(passage: Passage, before: str, after: str) -> list[str]:
    text = "".join(f"{before}{piece}{after}" if hit else piece for piece, hit in _pieces(passage))
    return [line.strip() for line in text.splitlines() if line.strip()]


def _pieces(passage: Passage) -> Iterator[tuple[str, bool]]:
    """The text in pieces, marked or not; a phrase that runs over a line's end is put on one."""
    at = 0
    for start, end in passage.marks:
        yield passage.text[at:start], False
        yield passage.text[start:end].replace("\n", ""), True
        at = end
    yield passage.text[at:], False


def as_html(explanation: Explanation, beside: Beside | None = None) -> str:
    """One self-contained page; everything from the file or the original is escaped."""
    body = [f"<h1>{escape(explanation.title)}</h1>", _items(explanation.about, "about")]
    if beside is None:
        body += [_html_section(section) for section in explanation.sections]
    else:
        body += [_html_missing(beside), *(_html_side(side) for side in beside.sides)]
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(explanation.title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n<body>'
        + "\n".join(body)
        + "</body></html>\n"
    )


def _html_section(section: Section) -> str:
    return f"<section><h2>{escape(section.heading)}</h2>{_html_statements(section)}</section>"


def _html_statements(section: Section) -> str:
    return "\n".join(_html_statement(statement) for statement in section.statements)


def _html_statement(statement: Statement) -> str:
    return f'<p class="rule">{_shown(statement.text)}</p>{_items(statement.notes, "notes")}'


def _html_side(side: Side) -> str:
    original = "".join(_html_passage(passage) for passage in side.passages)
    original += "".join(_html_not_found(cite) for cite in side.missing)
    left = f'<div class="original">{original or "<p>(原文无对应条文)</p>"}</div>'
    return (
        f"<section><h2>{escape(side.section.heading)}</h2>"
        f'<div class="both">{left}<div>{_html_statements(side.section)}</div></div></section>'
    )


def _html_passage(passage: Passage) -> str:
    text = "".join(f"<mark>{escape(piece)}</mark>" if hit else escape(piece) for piece, hit in _pieces(passage))
    return "".join(f"<p>{line}</p>" for line in text.split("\n") if line.strip())


def _html_not_found(cite: Citation) -> str:
    return f'<p class="missing">未在原文中逐字找到:“{escape(cite.phrase)}”({escape(cite.clause)})</p>'


def _html_missing(beside: Beside) -> str:
    first, *rest = missing_lines(beside)
    return f"<p>{escape(first)}</p>{_items(rest, 'missing')}"


def _items(lines: Sequence[str], kind: str) -> str:
    if not lines:
        return ""
    return f'<ul class="{kind}">{"".join(f"<li>{_shown(line)}</li>" for line in lines)}</ul>'


def _shown(text: str) -> str:
    return escape(text).replace("〔本单位设定〕", '<span class="operator">〔本单位设定〕</span>')
