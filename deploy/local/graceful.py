"""The web server of a service, and how it takes its leave.

SIGTERM: `/readyz` says at once that it is stopping; for the service's drain time it goes on listening, so that whoever sends it
requests can learn that; then it listens no more. Answers from then on close their connections, so that busy clients go to
another process by themselves; what is under way gets ten seconds. SIGINT is the same without the drain time.

What uvicorn would import only when it serves is imported here, so that forked services share its memory.
"""

import asyncio
import signal
import socket
from types import FrameType

import uvicorn
import uvicorn.lifespan.on
import uvicorn.loops.uvloop
import uvicorn.protocols.http.httptools_impl
from fastapi import FastAPI

UNDER_WAY_SECONDS = 10
LINGER_SECONDS = 0.5
"""How long open connections may bring one more request before they are closed where they are idle."""
_LOOK = 0.02


class Graceful(uvicorn.Server):
    """Serves `app`; sets `app.state.stopping`, reads `app.state.drain_seconds` (0 where it is not set)."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http="httptools",
                ws="none",
                proxy_headers=False,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=UNDER_WAY_SECONDS,
            )
        )
        self._app = app
        self._hurry = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to end: said to whoever asks from this moment on."""
        self._app.state.stopping = True
        self._hurry = self._hurry or sig == signal.SIGINT
        super().handle_exit(sig, frame)

    async def main_loop(self) -> None:
        """Serve until told to end, and for the drain time after."""
        await super().main_loop()
        last_word = (b"connection", b"close")
        self.config.encoded_headers.append(last_word)
        self.server_state.default_headers = [*self.server_state.default_headers, last_word]
        waited, drain = 0.0, float(getattr(self._app.state, "drain_seconds", 0.0))
        while waited < drain and not self._hurry:
            await asyncio.sleep(min(0.1, drain - waited))
            waited += 0.1

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen no more, let clients go, finish what is under way, then the loops of the service."""
        for server in self.servers:
            server.close()
        for _ in range(round(LINGER_SECONDS / _LOOK)):
            if not self.server_state.connections:
                break
            await asyncio.sleep(_LOOK)
        await super().shutdown(sockets)
