"""What the rulebook says about releasing: channels and approval chains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.errors import ConflictError, InvalidError


@dataclass(frozen=True, slots=True)
class Channel:
    """A place where the organisation speaks. `max_length` counts characters as they stand there, title included."""

    id: str
    name: str
    account: str = ""
    hosts: tuple[str, ...] = ()
    max_length: int | None = None
    title_required: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Who must sign: steps one after another; inside a step every role, in any order."""

    name: str
    steps: tuple[tuple[str, ...], ...]

    @property
    def signatures(self) -> int:
        """How many it takes."""
        return sum(len(step) for step in self.steps)


USUAL_CHANNELS: Mapping[str, Channel] = {
    "weibo": Channel("weibo", "新浪微博", hosts=("weibo.com", "weibo.cn"), max_length=2000),
    "wechat": Channel("wechat", "微信公众号", hosts=("mp.weixin.qq.com",), max_length=20_000),
    "government_site": Channel("government_site", "政府网站", max_length=20_000),
}
"""What a slice need not repeat: facts of the platforms themselves. A slice overrides any of it."""


@dataclass(frozen=True, slots=True)
class ChainRule:
    """Which chain answers of these levels (none: any) need, while all of `flags`, any of `any_flags` and none of `without` are up."""

    chain: str
    levels: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    any_flags: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def holds(self, level: str, flags: frozenset[str]) -> bool:
        """Whether it speaks of such an incident."""
        return (
            (not self.levels or level in self.levels)
            and self.flags <= flags
            and (not self.any_flags or not self.any_flags.isdisjoint(flags))
            and self.without.isdisjoint(flags)
        )


@dataclass(frozen=True, slots=True)
class ReleaseRules:
    """The slice, read. Of `chain_rules` the first that holds decides."""

    channels: Mapping[str, Channel]
    chains: Mapping[str, Chain]
    chain_rules: Sequence[ChainRule] = ()
    roles: Mapping[str, str] = field(default_factory=dict)

    def channel(self, channel_id: str) -> Channel:
        """The channel; raises `InvalidError` naming those there are."""
        known = self.channels.get(channel_id)
        if known is None:
            names = "、".join(sorted(self.channels))
            raise InvalidError(
                f"没有这个发布渠道,可用:{names} / no such channel; the rulebook names: {names}.",
                errors=[{"where": "body.channel", "what": f"expected one of {names}"}],
            )
        return known

    def chain_for(self, duty_chains: Sequence[str], level: str | None, flags: frozenset[str] = frozenset()) -> Chain:
        """The approval chain of an answer: the duty's own, else that of the level and the flags.

        Where several could be meant (several duties, a level not yet proposed) the one with most signatures counts. Raises
        `ConflictError` where the rulebook names none: nothing goes out unsigned.
        """
        return self._heaviest(duty_chains) if duty_chains else self._heaviest(self._by_rules(level, flags))

    def chain_without_duty(self, duty_chains: Sequence[str], level: str | None, flags: frozenset[str]) -> Chain:
        """The chain of an answer that names no duty: no lighter than the incident's own duties want, nor than its level and flags do.

        Raises as `chain_for`.
        """
        return self._heaviest([*duty_chains, *self._by_rules(level, flags, needed=not duty_chains)])

    def _heaviest(self, possible: Sequence[str]) -> Chain:
        return max((self._chain(name) for name in sorted(possible)), key=lambda chain: chain.signatures)

    def _by_rules(self, level: str | None, flags: frozenset[str], *, needed: bool = True) -> Sequence[str]:
        """What the rules say of such an incident; before a level is proposed, whatever they may come to say."""
        if level is None and self.chain_rules:
            return [rule.chain for rule in self.chain_rules]
        for rule in self.chain_rules:
            if level is not None and rule.holds(level, flags):
                return [rule.chain]
        if not needed:
            return []
        raise ConflictError(
            f"办法没有为级别“{level or '未定'}”规定审批程序,请在规则中补充后再提交 / "
            "the rulebook names no approval chain for this answer; add one to it, then submit again."
        )

    def _chain(self, name: str) -> Chain:
        chain = self.chains.get(name)
        if chain is None or not chain.signatures:
            raise ConflictError(
                f"办法没有审批程序“{name}” / "
                f"the rulebook names no steps for the approval chain '{name}'; add them, then submit again."
            )
        return chain

    def role_names(self, roles: Sequence[str]) -> str:
        """Role ids as people read them."""
        return "、".join(self.roles.get(role, role) for role in roles)
