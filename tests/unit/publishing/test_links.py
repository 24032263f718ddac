"""Which links may stand as the public record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.publishing.domain.links import link_problem
from services.publishing.domain.rules import USUAL_CHANNELS, Channel

WEIBO, WECHAT, SITE = (USUAL_CHANNELS[name] for name in ("weibo", "wechat", "government_site"))


@pytest.mark.parametrize(
    ("url", "channel"),
    [
        ("https://weibo.com/123/abc", WEIBO),
        ("https://m.weibo.cn/status/1", WEIBO),
        ("HTTPS://WEIBO.COM/1", WEIBO),
        ("https://mp.weixin.qq.com/s/abc?x=1#y", WECHAT),
        ("http://www.example.gov.cn:8080/hd/1.html", SITE),
        ("https://例子.中国/回应", SITE),
    ],
)
def test_good(url: str, channel: Channel) -> None:
    assert link_problem(url, channel) is None


@pytest.mark.parametrize(
    "url",
    [
        "ftp://weibo.com/1",
        "javascript:alert(1)",
        "weibo.com/1",
        "//weibo.com/1",
        "https://",
        "https:///path",
        "https://weibo.com.evil.example/1",
        "https://evilweibo.com/1",
        "https://weibo.com@evil.example/1",
        "https://user:secret@weibo.com/1",
        "https://evil.example\\@weibo.com/",
        "https://weibo.com/a b",
        "https://weibo.com/\u200b",
        "https://weibo.com:port/",
        "https://[::1/",
        "https://weibo.com/" + "a" * 2000,
        "https://mp.weixin.qq.com/s/abc",
    ],
)
def test_bad(url: str) -> None:
    assert link_problem(url, WEIBO) is not None


@given(st.text(max_size=50))
def test_never_fails(url: str) -> None:
    link_problem(url, WEIBO)
    link_problem("https://" + url, WEIBO)
