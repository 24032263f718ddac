"""The fault proxy does to connections what it says, and carries everything otherwise."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from deploy.local.ports import LOOPBACK, free_port
from tests.chaos.proxy import Mode, Proxy

BRIEF = 0.2
LARGE = bytes(range(256)) * 8192


@asynccontextmanager
async def _echo() -> AsyncIterator[Proxy]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    server = await asyncio.start_server(answer, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    proxy = Proxy(free_port(), lambda: port)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.close()
        server.close()


async def _connect(proxy: Proxy) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(LOOPBACK, proxy.port)


async def _ask(streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], data: bytes = b"question") -> bytes:
    reader, writer = streams
    writer.write(data)
    return await reader.readexactly(len(data))


async def test_everything_is_carried_both_ways_and_so_is_the_end() -> None:
    async with _echo() as proxy:
        reader, writer = await _connect(proxy)
        assert await _ask((reader, writer), LARGE) == LARGE
        writer.write_eof()
        writer.close()
        while proxy.links:
            await asyncio.sleep(0)


async def test_a_cut_resets_and_refuses_until_it_is_mended() -> None:
    async with _echo() as proxy:
        streams = await _connect(proxy)
        assert await _ask(streams) == b"question"
        await proxy.cut(Mode.REFUSE)
        with pytest.raises(ConnectionResetError):
            await _ask(streams)
        with pytest.raises(ConnectionRefusedError):
            await _connect(proxy)
        await proxy.mend()
        again = await _connect(proxy)
        assert await _ask(again) == b"question"
        again[1].close()


async def test_a_silent_cut_accepts_and_never_answers_and_resets_when_mended() -> None:
    async with _echo() as proxy:
        await proxy.cut(Mode.SWALLOW)
        streams = await _connect(proxy)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_ask(streams), BRIEF)
        await proxy.mend()
        with pytest.raises(ConnectionResetError):
            await _ask(streams)


async def test_a_half_open_connection_is_dumb_while_new_ones_are_carried() -> None:
    async with _echo() as proxy:
        old = await _connect(proxy)
        assert await _ask(old) == b"question"
        proxy.silence()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_ask(old), BRIEF)
        fresh = await _connect(proxy)
        assert await _ask(fresh) == b"question"
        await proxy.mend()
        with pytest.raises(ConnectionResetError):
            await _ask(old)
        assert await _ask(fresh) == b"question"
        fresh[1].close()


async def test_a_delay_slows_each_way_and_keeps_the_order() -> None:
    async with _echo() as proxy:
        streams = await _connect(proxy)
        proxy.delay = 0.05
        began = time.monotonic()
        assert await _ask(streams, LARGE) == LARGE
        assert time.monotonic() - began >= 0.1
        proxy.delay = 0.0
        assert await _ask(streams) == b"question"
        streams[1].close()
