"""What keeps a text from being submitted."""

import pytest

from services.publishing.domain.checks import findings
from services.publishing.domain.rules import USUAL_CHANNELS, Channel
from services.publishing.domain.wording import Wording

WEIBO = USUAL_CHANNELS["weibo"]
GOOD = "经调查,反映的问题属实,已责令整改。依据国办发〔2016〕61号文件,结果将于3个工作日内公布。"


def whats(text: str, title: str | None = None, channel: Channel = WEIBO) -> list[str]:
    return [each.what for each in findings(Wording(channel.id, "", title, text), channel)]


def test_a_plain_answer_is_fit() -> None:
    assert whats(GOOD, "情况通报") == []
    assert whats("第一段\n\n第二段\t👍🏽 𠮷野家") == []


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_empty(text: str) -> None:
    assert any("empty" in what for what in whats(text))


@pytest.mark.parametrize(
    "text",
    [
        "现将〔〕有关情况通报",
        "现将〔单位名称〕有关情况通报",
        "【 】情况",
        "于XX月XX日",
        "XXX同志",
        "×××局",
        "ＸＸ县",
        "联系人____",
        "金额( )元",
        "{{name}}您好",
        "处理结果待补充",
    ],
)
def test_blanks(text: str) -> None:
    assert any("blank" in what for what in whats(GOOD + text))


@pytest.mark.parametrize(
    "text", ["尺码XXXL", "国办发〔2016〕61号", "3×4米", "张某某", "TAXXON", "某某公司(以下简称公司)"]
)
def test_not_blanks(text: str) -> None:
    assert whats(GOOD + text) == []


@pytest.mark.parametrize(
    "sign", ["\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\u00ad", "\x07", "\u3164", "\u2028"]
)
def test_hidden_characters_are_told_by_place(sign: str) -> None:
    found = findings(Wording("weibo", "", None, f"已核查{sign}完毕"), WEIBO)
    assert [(each.field, each.start, each.end) for each in found] == [("text", 3, 4)]
    assert f"U+{ord(sign):04X}" in found[0].what


def test_personal_data_is_told_by_place_without_its_value() -> None:
    found = findings(Wording("weibo", "", "致 13800000000", GOOD + "身份证110101199001010000"), WEIBO)
    assert [each.field for each in found] == ["title", "text"]
    assert all("13800000000" not in str(each.as_error()) and "1101" not in str(each.as_error()) for each in found)
    assert (found[1].start, found[1].end) == (len(GOOD) + 3, len(GOOD) + 21)


def test_length_is_the_channels_and_counts_the_title() -> None:
    assert whats("字" * 2000) == []
    assert any("too long" in what for what in whats("字" * 2001))
    assert any("too long" in what for what in whats("字" * 1998, "题"))
    assert whats("字" * 9000, channel=Channel("site", "政府网站")) == []


def test_a_channel_may_demand_a_title() -> None:
    channel = Channel("wechat", "微信公众号", title_required=True)
    assert any("title" in what for what in whats(GOOD, channel=channel))
    assert whats(GOOD, "情况通报", channel) == []
