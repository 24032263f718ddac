"""Reading the rulebook's slice and finding the chain."""

import pytest

from services.publishing.domain.slices import release_rules
from shared.errors import ConflictError, InvalidError

SLICE = {
    "channels": {
        "weibo": {"name": "官方微博", "account": "示例发布"},
        "government_site": {"name": "门户网站", "hosts": ["www.example.gov.cn"], "host": None},
    },
    "chains": {
        "plain": {"name": "一般", "steps": [{"name": "审定", "roles": ["chief"]}], "clause": "第九条"},
        "joint": {
            "name": "会商",
            "steps": [{"name": "会商", "roles": ["office", "chief"]}, {"name": "审定", "roles": ["group"]}],
        },
    },
    "rules": [
        {"when": {"levels": ["major"], "flags": []}, "chain": "joint"},
        {"when": {"levels": None, "flags": ["high_attention"]}, "chain": "joint"},
        {"when": {}, "chain": "plain"},
    ],
    "of_a_later_version": 1,
}
RULES = release_rules(SLICE, {"chief": "主要领导"})


def test_channels_inherit_what_the_slice_leaves_out() -> None:
    weibo = RULES.channel("weibo")
    assert (weibo.name, weibo.account, weibo.max_length) == ("官方微博", "示例发布", 2000)
    assert "weibo.com" in weibo.hosts
    assert RULES.channel("government_site").hosts == ("www.example.gov.cn",)
    with pytest.raises(InvalidError) as refused:
        RULES.channel("wechat")
    assert "weibo" in refused.value.detail


@pytest.mark.parametrize(
    ("duties", "level", "chain"),
    [
        ([], "general", "plain"),
        ([], None, "joint"),
        ([], "major", "joint"),
        (["plain"], "major", "plain"),
        (["plain", "joint"], "general", "joint"),
    ],
)
def test_the_duty_decides_then_the_level(duties: list[str], level: str | None, chain: str) -> None:
    assert RULES.chain_for(duties, level).name == chain


@pytest.mark.parametrize(
    ("duties", "level", "flags", "chain"),
    [
        ([], "general", set(), "plain"),
        ([], "general", {"high_attention"}, "joint"),
        ([], "general", {"legacy_issue"}, "plain"),
        (["plain"], "general", {"high_attention"}, "joint"),
        (["plain"], "major", set(), "joint"),
        (["joint"], "general", set(), "joint"),
        (["plain"], None, set(), "joint"),
    ],
)
def test_without_a_duty_the_heaviest_of_duties_level_and_flags_counts(
    duties: list[str], level: str | None, flags: set[str], chain: str
) -> None:
    assert RULES.chain_without_duty(duties, level, frozenset(flags)).name == chain


def test_a_duty_named_decides_whatever_the_flags() -> None:
    assert RULES.chain_for(["plain"], "general", frozenset({"high_attention"})).name == "plain"


def test_steps_are_kept_in_order() -> None:
    assert RULES.chain_for(["joint"], None).steps == (("office", "chief"), ("group",))


@pytest.mark.parametrize(
    "piece",
    [
        {},
        {"chains": {}},
        {"chains": {"a": [["x"]], "b": [["y"]]}},
        {"chains": {"a": []}},
        {"chains": {"a": [["x"]]}, "rules": [{"when": {"levels": ["major"]}, "chain": "a"}]},
        {"chains": {"a": [["x"]]}, "rules": [{"when": {}, "chain": "missing"}]},
    ],
)
def test_no_chain_is_told(piece: dict[str, object]) -> None:
    with pytest.raises(ConflictError):
        release_rules(piece, {}).chain_for([], "general")


def test_an_unknown_chain_of_a_duty_is_told() -> None:
    with pytest.raises(ConflictError):
        RULES.chain_for(["missing"], "general")


def test_a_single_chain_is_for_every_answer() -> None:
    rules = release_rules({"chains": {"a": [["x", "y"], "z"]}}, {})
    assert rules.chain_for([], "general").steps == (("x", "y"), ("z",))
    assert set(rules.channels) == {"weibo", "wechat", "government_site"}
