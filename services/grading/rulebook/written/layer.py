"""A layer: a rulebook above another, with who there owes its duties and which of its levels stand for which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.grading.rulebook.written.model import Rulebook

MAJOR: Final = "重大"
"""The word by which levels are matched where nobody says which stands for which: 重大, 特别重大, 重大敏感, …"""


@dataclass(frozen=True, slots=True)
class Layer:
    """`roles`: its role to the local role; `levels`: its level to the local levels. What isn't named is matched by default."""

    model: Rulebook
    roles: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """Which layer a duty belongs to."""

    id: str
    title: str


def roles_of(local: Rulebook, layer: Layer) -> dict[str, str]:
    """Each of the layer's roles to the one that stands for it: as named, else the same id, else whoever answers here.

    An external role that isn't here (the public, an authority above) stands for itself.
    """
    answering = answers(local)
    return {
        role: layer.roles.get(role) or (role if role in local.roles or layer.model.roles[role].external else answering)
        for role in layer.model.roles
    }


def answers(local: Rulebook) -> str:
    """The role that answers the public: the owner of the first duty to respond, else the first role inside."""
    for duty in local.duties:
        if duty.kind == "respond":
            return duty.owner
    return next((role for role, each in local.roles.items() if not each.external), next(iter(local.roles)))


def levels_of(local: Rulebook, layer: Layer) -> dict[str, tuple[str, ...]]:
    """Each of the layer's levels to those here: as named, else 重大 to 重大 and the rest to the layer's lowest."""
    named = {level for levels in layer.levels.values() for level in levels}
    found: dict[str, list[str]] = {level.id: list(layer.levels.get(level.id, ())) for level in layer.model.levels}
    major = [level.id for level in layer.model.levels if MAJOR in level.name and level.id not in layer.levels]
    lowest = layer.model.levels[0].id
    for level in local.levels:
        if level.id not in named:
            found[major[0] if major and MAJOR in level.name else lowest].append(level.id)
    return {level: tuple(here) for level, here in found.items()}
