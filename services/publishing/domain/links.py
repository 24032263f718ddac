"""Is this the link of what was released on that channel?"""

from urllib.parse import SplitResult, urlsplit

from services.publishing.domain.rules import Channel

MAX_LENGTH = 2000


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises on a port that is no number
    except ValueError:
        return None
    return parts


def link_problem(url: str, channel: Channel) -> str | None:
    """Why `url` cannot stand as the public link, or None where it can.

    Only http and https, a real host, no credentials in it, nothing unprintable; and the channel's own host, or one
    below it, where the rulebook names hosts.
    """
    if len(url) > MAX_LENGTH or not url.isprintable() or any(sign.isspace() for sign in url) or "\\" in url:
        return "链接含有空白或不可见字符,或过长 / the link is too long or holds characters no link has"
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return "链接须以 http(s):// 开头并含主机名 / the link must be http(s) with a host name"
    host = parts.hostname.rstrip(".").lower()
    if channel.hosts and not any(host == known or host.endswith(f".{known}") for known in channel.hosts):
        return f"{channel.name}的链接须在 {'、'.join(channel.hosts)} / the link is not on the channel's host"
    return None
