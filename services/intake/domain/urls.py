"""One form for the addresses of one and the same page, so that the same post is known again."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

# Only names that never tell one page from another; `id`, `t`, `p`, `type`, `mid`, `sn` and their like do.
_TRACKING = re.compile(
    r"utm_.*|spm|scm|share_.*|share|sharer_.*|scene|chksm|nsukey|isappinstalled|wx_.*|weixin_.*|wfr|sudaref|referer|from"
    r"|luicode|lfid|featurecode|sourcetype|jumpfrom|fbclid|gclid|bd_vid|tt_from|vd_source|xhsshare|app_platform|appuid",
    re.IGNORECASE,
)
_WEIBO = frozenset({"weibo.com", "weibo.cn", "m.weibo.cn", "m.weibo.com"})
_WEIBO_POST = re.compile(
    r"/(?:status|detail|\d+)/(?:(?P<number>\d{15,17})|(?P<code>(?=[0-9A-Za-z]*[0-9A-Z])[0-9A-Za-z]{9}))/?"
)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BASE62 = {character: value for value, character in enumerate(_DIGITS)}
_PORTS = {"http": 80, "https": 443}
_PLAIN = re.compile(r"https?://(?:www\.)?+(?P<host>[a-z0-9\-]+(?:\.[a-z0-9\-]+)+)(?P<path>(?:/[\w\-.~]+)+)", re.ASCII)
"""An address that is its own normal form, but for what stands before it: nothing in it asks for a closer look."""


def normal_url(url: str) -> str | None:
    """Host and path as the same page always has them, without scheme, `www.`, tracking parameters and fragment.

    A Weibo post is `weibo.com/<its number>` from any of its addresses (by number or short code, desktop or mobile). None for
    what is not an http(s) address, and for a bare site, which is nobody's post.
    """
    plain = _PLAIN.fullmatch(url)
    if plain is not None and plain["host"] not in _WEIBO:
        return plain["host"] + plain["path"]
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host:
        return None
    host, path, query = host.removeprefix("www."), parts.path.rstrip("/"), _query(parts.query)
    if host in _WEIBO:
        return _weibo(path)
    if not path and not query:
        return None
    shown_port = "" if port in {None, _PORTS[parts.scheme]} else f":{port}"
    return f"{host}{shown_port}{path}{'?' if query else ''}{query}"


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode(sorted(pair for pair in pairs if not _TRACKING.fullmatch(pair[0])))


def _weibo(path: str) -> str | None:
    post = _WEIBO_POST.fullmatch(path)
    if post is None:
        return f"weibo.com{path}" if path else None
    return f"weibo.com/{post['number'] or _number_of(post['code'])}"


def _number_of(code: str) -> str:
    """The number of a Weibo post from its short code: groups of 4 from the end in base 62, each 7 decimal digits."""
    groups = []
    for end in range(len(code), 0, -4):
        value = 0
        for character in code[max(0, end - 4) : end]:
            value = value * 62 + _BASE62[character]
        groups.append(f"{value:07d}")
    return "".join(reversed(groups)).lstrip("0")
