"""The public keys that tokens are verified with: read from disk, so that a dead console blocks nobody."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import jwt
import orjson

Fetch = Callable[[], Awaitable[bytes]]
REREAD_SECONDS = 1.0
REFETCH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A public key and what it is for: `sig` for staff tokens, a service's name for that service's."""

    key: jwt.PyJWK
    use: str


class KeySet:
    """Keys by id. An unknown id makes it read `file` again (at most once a second), then `fetch` (at most every 10 s).

    What `fetch` brings is kept at `cache`, which is read like `file` from then on.
    """

    def __init__(self, file: Path, *, fetch: Fetch | None = None, cache: Path | None = None) -> None:
        self._files = [file] if cache is None else [cache, file]
        self._cache = cache
        self._fetch = fetch
        self._keys: dict[str, PublishedKey] = {}
        self._read_at = self._fetched_at = float("-inf")

    async def find(self, kid: str) -> PublishedKey | None:
        """The key of that id, or None where nobody publishes it."""
        found = self._keys.get(kid)
        if found is None and time.monotonic() - self._read_at > REREAD_SECONDS:
            self._read()
            found = self._keys.get(kid)
        if found is None and self._fetch is not None and time.monotonic() - self._fetched_at > REFETCH_SECONDS:
            self._fetched_at = time.monotonic()
            await self._refresh(self._fetch)
            found = self._keys.get(kid)
        return found

    def _read(self) -> None:
        self._read_at = time.monotonic()
        for file in self._files:
            if file.exists():
                self._take(file.read_bytes())

    async def _refresh(self, fetch: Fetch) -> None:
        try:
            content = await fetch()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return  # the keys on disk go on; the caller is refused and tries again
        self._take(content)
        if self._cache is not None:
            self._cache.write_bytes(content)

    def _take(self, content: bytes) -> None:
        for key in orjson.loads(content)["keys"]:
            self._keys[key["kid"]] = PublishedKey(jwt.PyJWK(key), key["use"])


def fetch_from(url: str) -> Fetch:
    """A `fetch` that reads a JSON Web Key Set over HTTP within one second."""

    async def fetch() -> bytes:
        timeout = aiohttp.ClientTimeout(total=1)
        async with aiohttp.ClientSession(timeout=timeout, raise_for_status=True) as session, session.get(url) as answer:
            return await answer.read()

    return fetch
