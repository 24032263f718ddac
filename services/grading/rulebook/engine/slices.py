"""The part of a rulebook each consumer needs, as JSON-ready dicts (carried by `rulebook.activated`)."""

from typing import Any

from services.grading.rulebook.engine.compiled import CompiledRulebook
from services.grading.rulebook.written.duties import Condition
from shared.calendar import parse_budget


def slices(rulebook: CompiledRulebook) -> dict[str, dict[str, Any]]:
    """intake: words to look for and the join window in hours; publishing: channels, chains; tasks: roles, routines."""
    model = rulebook.model
    roles = {role.id: {"name": role.name, "external": role.external} for role in rulebook.roles.values()}
    return {
        "intake": {
            "words": list(rulebook.words),
            "join_window_hours": parse_budget(model.joining.window).minutes // 60,
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
