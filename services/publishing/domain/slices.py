"""Reading the rulebook's `publishing` slice; members that this version does not know are ignored."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.publishing.domain.rules import USUAL_CHANNELS, Chain, ChainRule, Channel, ReleaseRules


def _channel(channel_id: str, spec: Mapping[str, Any]) -> Channel:
    usual = USUAL_CHANNELS.get(channel_id, Channel(channel_id, channel_id))
    return Channel(
        id=channel_id,
        name=spec.get("name", usual.name),
        account=spec.get("account", usual.account),
        hosts=tuple(spec.get("hosts", usual.hosts)),
        max_length=spec.get("max_length", usual.max_length),
        title_required=spec.get("title_required", usual.title_required),
    )


def _roles(step: Any) -> tuple[str, ...]:
    if isinstance(step, str):
        return (step,)
    return tuple(step["roles"] if isinstance(step, Mapping) else step)


def _chain(name: str, spec: Any) -> Chain:
    steps = spec["steps"] if isinstance(spec, Mapping) else spec
    return Chain(name, tuple(_roles(step) for step in steps))


_LOOKS = {"levels", "flags", "any_flags", "without_flags"}


def _chain_rules(piece: Mapping[str, Any], chains: Mapping[str, Chain]) -> Sequence[ChainRule]:
    """Rules that look at the level and at flags. One that also looks at moments reaches us through the duty's chain."""
    found: list[ChainRule] = []
    for rule in piece.get("rules", ()):
        when = {name: frozenset(wanted) for name, wanted in (rule.get("when") or {}).items() if wanted}
        if set(when) <= _LOOKS:
            looks = [when.get(name, frozenset()) for name in ("levels", "flags", "any_flags", "without_flags")]
            found.append(ChainRule(rule["chain"], *looks))
    if not found and len(chains) == 1:
        found.append(ChainRule(next(iter(chains))))  # a rulebook with one chain means it for every answer
    return tuple(found)


def release_rules(piece: Mapping[str, Any], roles: Mapping[str, str]) -> ReleaseRules:
    """Read `{channels: {id: {name, hosts, account, max_length}}, chains: {id: {steps}}, rules: [{when, chain}]}`.

    A step is a role, a list of roles or `{roles}`. No channels means the usual three. `roles` are ids with their names.
    """
    chains = {name: _chain(name, spec) for name, spec in piece.get("chains", {}).items()}
    channels = {name: _channel(name, spec or {}) for name, spec in piece.get("channels", {}).items()}
    return ReleaseRules(
        channels=channels or dict(USUAL_CHANNELS),
        chains=chains,
        chain_rules=_chain_rules(piece, chains),
        roles=dict(roles),
    )
