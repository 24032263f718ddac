"""A rulebook back in plain Chinese, article by article, to be read beside the original text."""

from collections.abc import Iterator

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.telling.plain_duties import duty_statement
from services.grading.rulebook.telling.plain_rules import (
    chain_statement,
    channel_statements,
    closing_statement,
    criterion_statement,
    layer_statements,
    level_statement,
    names_statements,
    release_statement,
    routine_statement,
    settings_statements,
    standing_statement,
    suspension_statements,
)
from services.grading.rulebook.telling.plain_words import OPERATOR
from services.grading.rulebook.telling.statements import Explanation, Section, Statement, by_article


def plain_chinese(book: CompiledRulebook) -> Explanation:
    """The whole regulation: articles in the order of their clauses, then what the operator set."""
    rules = list(_rules(book))
    own = tuple(rule for rule in rules if rule.clause is None)
    settings = (
        Section("原文没有、由本单位设定的规则", None, own),
        Section(
            "答复、平息与完结、中止",
            None,
            (
                release_statement(book),
                closing_statement(book),
                *(each for each in suspension_statements(book) if each.clause is None),
            ),
        ),
        Section("上位规定", None, tuple(layer_statements(book))),
        Section("时间、提醒与合并", None, tuple(settings_statements(book))),
        Section("名称", None, tuple(names_statements(book))),
    )
    return Explanation(
        book.title,
        tuple(_about(book)),
        by_article(rules),
        tuple(section for section in settings if section.statements),
    )


def _about(book: CompiledRulebook) -> Iterator[str]:
    model = book.model
    yield f"制定机关:{model.issuer}"
    if model.number:
        yield f"文号:{model.number}"
    yield f"施行日期:{model.in_force:%Y年%-m月%-d日}" if model.in_force else "施行日期:原文未载明"
    yield f"规则文件:{model.id},版本 {model.version},指纹 {book.hash[:12]}"
    yield f"{OPERATOR}标出的内容不出自原文;括号内引号中为原文用语。"


def _rules(book: CompiledRulebook) -> Iterator[Statement]:
    model = book.model
    yield from (level_statement(book, level) for level in model.levels)
    yield from (criterion_statement(book, criterion) for criterion in model.criteria)
    yield from (duty_statement(book, duty) for duty in model.duties)
    yield from (routine_statement(book, routine) for routine in model.routines)
    yield from (chain_statement(book, key, chain) for key, chain in model.approval_chains.items())
    yield from channel_statements(book)
    yield from (each for each in suspension_statements(book) if each.clause is not None)
    yield from (standing_statement(rule) for rule in model.standing_rules)
