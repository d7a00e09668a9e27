"""The application behind its port, until it is told to stop; then what is under way is answered first."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable

import uvicorn

from api.app import Serving, build
from api.settings import Settings
from resolvers.doors.postgres import Logins
from resolvers.terms import limits

BACKLOG = 2_048
_GARBAGE = 20_000  # objects more than were freed before the youngest are looked through


def serve(settings: Settings, logins: Logins, doors: list[socket.socket], announce: Callable[[int], None]) -> None:
    """Sockets get 1012 at the end. `announce` is told the port as soon as it is open to all."""
    app = build(
        Serving(
            logins=logins,
            data_dir=settings.data_dir,
            pool_size=settings.pool_size,
            public_url=settings.public_url,
            allowed_origins=settings.allowed_origins,
            plan_cache=settings.plan_cache,
            sample=bool(settings.sample),
            makes_copies=True,
            clockwork_seconds=settings.clockwork_seconds,
            bucket=settings.bucket,
        )
    )
    config = uvicorn.Config(
        app,
        log_level="warning",  # at debug level it logs whole frames, tokens and citizens included
        ws="websockets-sansio",
        ws_max_size=limits.SOCKET_MESSAGE_BYTES,
        ws_max_queue=8,
        timeout_graceful_shutdown=limits.SHUTDOWN_SECONDS,
        server_header=False,
        limit_concurrency=2_000,
        backlog=BACKLOG,
    )
    _spare_the_collector()
    Announcing(config, announce).run(doors)


def _spare_the_collector() -> None:
    """What is loaded by now stays: looking through it for garbage, again and again, is a third of a slow request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE, 20, 50)


class Announcing(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[int], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce(self.servers[0].sockets[0].getsockname()[1])
