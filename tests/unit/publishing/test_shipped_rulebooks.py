"""What the shipped rulebooks say about releasing can be followed here: every level, every duty, every channel."""

import pytest

from services.grading.rulebook import CompiledRulebook, load_rulebook, shipped, slices
from services.publishing.domain.rules import ReleaseRules
from services.publishing.domain.slices import release_rules

SHIPPED = sorted(shipped())


def read(name: str) -> tuple[CompiledRulebook, ReleaseRules]:
    rulebook = load_rulebook(shipped()[name])
    return rulebook, release_rules(slices(rulebook)["publishing"], {})


@pytest.mark.parametrize("name", SHIPPED)
def test_every_level_and_duty_has_its_chain(name: str) -> None:
    rulebook, rules = read(name)
    levels = [level.id for level in rulebook.levels]
    chains = {level: rules.chain_for([], level) for level in [*levels, None]}
    assert chains[None].signatures == max(chain.signatures for chain in chains.values())
    for duty in rulebook.model.duties:
        if duty.chain is not None:
            assert rules.chain_for([duty.chain], None).name == duty.chain
    for chain in rules.chains.values():
        assert {role for step in chain.steps for role in step} <= {role.id for role in rulebook.roles.values()}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_platforms_keep_their_hosts_and_lengths(name: str) -> None:
    _, rules = read(name)
    assert rules.channels
    if "weibo" in rules.channels:
        assert rules.channel("weibo").max_length == 2000
    if "wechat" in rules.channels:
        assert "mp.weixin.qq.com" in rules.channel("wechat").hosts
