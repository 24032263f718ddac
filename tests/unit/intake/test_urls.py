"""The same page by any of its addresses; different pages stay different."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.urls import normal_url


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://www.Example.gov.cn/a/1.html", "example.gov.cn/a/1.html"),
        ("HTTP://example.gov.cn:80/a/1.html#top", "example.gov.cn/a/1.html"),
        ("https://example.gov.cn./a/1.html/?utm_source=x&spm=1.2", "example.gov.cn/a/1.html"),
        ("https://example.gov.cn:8443/a?b=2&a=1&from=timeline", "example.gov.cn:8443/a?a=1&b=2"),
        ("https://example.cn/?id=3", "example.cn?id=3"),
        ("https://weibo.com/1642909335/z0JH2lOMb?from=page", "weibo.com/3501756485200075"),
        ("https://m.weibo.cn/status/3501756485200075", "weibo.com/3501756485200075"),
        ("https://m.weibo.cn/detail/3501756485200075?x=1#c", "weibo.com/3501756485200075"),
        ("https://www.weibo.com/1642909335/profile", "weibo.com/1642909335/profile"),
        ("https://weibo.com/1642909335/followers", "weibo.com/1642909335/followers"),
        (
            "https://mp.weixin.qq.com/s?__biz=MzA&mid=26&idx=1&sn=ab&chksm=cd&scene=27#wechat_redirect",
            "mp.weixin.qq.com/s?__biz=MzA&idx=1&mid=26&sn=ab",
        ),
    ],
)
def test_addresses_get_one_form(url: str, normal: str) -> None:
    assert normal_url(url) == normal


@pytest.mark.parametrize(
    "url",
    [
        "",
        "weibo.com/1/2",
        "ftp://a/b",
        "javascript:alert(1)",
        "https://",
        "https:///a",
        "https://[::1",
        "https://a:x/b",
        "https://weibo.com",
        "https://weibo.com/",
        "https://example.cn/?utm_source=1",
        "http://a:99999/b",
    ],
)
def test_what_names_no_page_has_no_form(url: str) -> None:
    assert normal_url(url) is None


def test_parameters_that_tell_pages_apart_stay() -> None:
    assert normal_url("https://bbs.example.cn/t?tid=1") != normal_url("https://bbs.example.cn/t?tid=2")
    assert normal_url("https://bbs.example.cn/t?t=1") != normal_url("https://bbs.example.cn/t?t=2")


@given(st.text(max_size=60))
def test_nothing_makes_it_fail(text: str) -> None:
    for url in (text, f"https://{text}", f"https://a.cn/{text}", f"https://weibo.com/1/{text}"):
        normal = normal_url(url)
        assert normal is None or normal


PARTS = [
    "www.",
    "weibo.com",
    "example.org",
    "EXAMPLE.org",
    "a",
    "a.b",
    "-x",
    "/",
    "//",
    "/A9b",
    "/..",
    "_",
    "~",
    "%20",
    "中",
    ":80",
    "@",
]


@given(
    st.sampled_from(["http://", "https://", "HTTP://", ""]), st.lists(st.sampled_from(PARTS), max_size=7).map("".join)
)
def test_a_plain_address_has_the_form_that_a_closer_look_gives_it(scheme: str, rest: str) -> None:
    """A fragment is nothing, but asks for the closer look."""
    assert normal_url(scheme + rest) == normal_url(f"{scheme}{rest}#")
