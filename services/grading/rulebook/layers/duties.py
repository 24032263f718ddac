"""The duties of a layer as the rulebook below would write them: its roles, its levels, its reminders and escalation."""

from collections.abc import Iterable, Mapping
from typing import Final

from services.grading.rulebook.written.duties import Condition, Duty
from services.grading.rulebook.written.layer import Layer, levels_of, roles_of
from services.grading.rulebook.written.model import Role, Rulebook

PUBLIC: Final = "public"


def duty_id(layer: str, duty: str) -> str:
    """The id of a layer's duty below: its orders have it as their key."""
    return f"{layer}:{duty}"


def with_layers(local: Rulebook, layers: Iterable[Layer]) -> Rulebook:
    """The local model with the layers' flags, moments, duties, and those of their roles that nobody here stands for.

    Not a rulebook that could be written to a file: the ids of its further duties name their layer.
    """
    roles, flags, moments, duties = dict(local.roles), dict(local.flags), dict(local.moments), list(local.duties)
    for layer in layers:
        own = placed(local, layer)
        duties += own
        roles |= _further_roles(roles, layer, own)
        flags = layer.model.flags | flags
        moments = layer.model.moments | moments
    return local.model_copy(update={"roles": roles, "flags": flags, "moments": moments, "duties": duties})


def placed(local: Rulebook, layer: Layer) -> list[Duty]:
    """The layer's duties in local terms. Deciding on the grade stays with the local text, and so do approvals of answers."""
    roles, levels = roles_of(local, layer), levels_of(local, layer)
    found = []
    for duty in layer.model.duties:
        when = _conditions(duty.when, levels)
        if when and duty.kind != "approve_grade":
            found.append(_placed(layer.model.id, duty, roles, levels, when))
    return found


def _placed(
    layer: str, duty: Duty, roles: Mapping[str, str], levels: Mapping[str, tuple[str, ...]], when: list[Condition]
) -> Duty:
    owner = roles[duty.owner]
    jointly = [role for role in dict.fromkeys(roles[each] for each in duty.jointly) if role != owner]
    due = duty.due
    by_level = {here: within for level, within in due.by_level.items() for here in levels[level]}
    variants = [
        variant.model_copy(update={"when": condition})
        for variant in due.variants
        for condition in _conditions([variant.when], levels)
    ]
    extension = duty.extension and duty.extension.model_copy(update={"to": roles[duty.extension.to]})
    escalate = duty.escalate and [step.model_copy(update={"to": roles[step.to]}) for step in duty.escalate]
    return duty.model_copy(
        update={
            "id": duty_id(layer, duty.id),
            "owner": owner,
            "jointly": jointly,
            "to": list(dict.fromkeys(roles[role] for role in duty.to)),
            "found_by": [roles[role] for role in duty.found_by],
            "when": when,
            "due": due.model_copy(update={"by_level": by_level, "variants": variants}),
            "extension": extension,
            "escalate": escalate,
            "chain": None,
        }
    )


def _conditions(conditions: Iterable[Condition], levels: Mapping[str, tuple[str, ...]]) -> list[Condition]:
    """With the levels here; a condition on a level that nothing here stands for can never hold and is left out."""
    found = []
    for condition in conditions:
        if condition.levels is None:
            found.append(condition)
            continue
        here = [level for name in condition.levels for level in levels[name]]
        if here:
            found.append(condition.model_copy(update={"levels": here}))
    return found


def _further_roles(known: Mapping[str, Role], layer: Layer, duties: Iterable[Duty]) -> dict[str, Role]:
    used = {role for duty in duties for role in (duty.owner, *duty.jointly, *duty.to)}
    return {role: layer.model.roles[role] for role in layer.model.roles if role in used and role not in known}
