"""The part of a rulebook each consumer needs, as JSON-ready dicts (carried by `rulebook.activated`)."""

from typing import Any

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.written.duties import Condition
from services.grading.rulebook.written.model import Criterion, Rulebook
from shared.calendar import parse_budget


def slices(rulebook: CompiledRulebook) -> dict[str, dict[str, Any]]:
    """intake: words to look for, the windows of joining in hours, and the counts that criteria turn at; publishing: channels, chains;
    tasks: roles, routines.
    """
    model = rulebook.model
    roles = {role.id: {"name": role.name, "external": role.external} for role in rulebook.roles.values()}
    return {
        "intake": {
            "words": list(rulebook.words),
            "join_window_hours": parse_budget(model.joining.window).minutes // 60,
            "after_closing": model.joining.after_closing,
            "reopen_within_hours": _hours(model.joining.reopen_within),
            "thresholds": _thresholds(model),
            "zone": model.time.zone,
        },
        "publishing": {
            "channels": {key: channel.model_dump() for key, channel in model.release.channels.items()},
            "chains": {key: chain.as_dict() for key, chain in rulebook.chains.items()},
            "rules": [{"when": _condition(rule.when), "chain": rule.chain} for rule in model.release.rules],
            "roles": roles,
        },
        "tasks": {
            "roles": roles,
            "routines": [routine.model_dump(mode="json") for routine in model.routines],
            "closing": model.closing.model_dump(),
        },
    }


def _hours(window: str | None) -> int | None:
    return None if window is None else max(1, parse_budget(window).minutes // 60)


def _thresholds(model: Rulebook) -> list[dict[str, Any]]:
    """Each count that some criterion turns at, once, lowest first; the highest level that it counts towards names it."""
    rank = {level.id: number for number, level in enumerate(model.levels)}
    found: dict[tuple[str, int], Criterion] = {}
    for criterion in sorted(model.criteria, key=lambda each: rank[each.level]):
        found.update(dict.fromkeys(criterion.when.metrics.items(), criterion))
    return [
        {"metric": metric, "threshold": least, "level": criterion.level, "clause": criterion.clause or ""}
        for (metric, least), criterion in sorted(found.items(), key=lambda item: item[0])
    ]


def _condition(condition: Condition) -> dict[str, Any]:
    return condition.model_dump(exclude_defaults=True)


def answer_chain(rulebook: CompiledRulebook, level: str | None, flags: frozenset[str]) -> str:
    """The id of the approval chain an answer needs at this level (None: the strictest) with these flags."""
    asked = level or rulebook.strictest.id
    for rule in rulebook.release_rules:
        if rule[0].holds(asked, flags, frozenset()):
            return rule[1]
    raise LookupError(
        f"rulebook {rulebook.id} has no release rule for level {asked}: end `release.rules` with one for all"
    )
