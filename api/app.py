"""The application: which path leads where, and what runs as long as it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api import health
from api.bearer import Expired
from api.console import Console
from api.copies import Copies
from api.graphql import GraphQLEndpoint, common
from api.limits import SecurityHeaders
from api.lingering import Lingering
from api.photos import Photos
from api.short import ShortWay
from api.uploads import Uploads
from resolvers import clockwork, copy, login, photo, upload
from resolvers.doors import clock, db, once, pixels, reference, store
from resolvers.doors.feed import feed
from resolvers.doors.postgres import Logins
from resolvers.terms.actor import Actor, Unavailable
from resolvers.terms.bucket import Bucket
from schema import schema
from schema.grammar.faults import Fault, report, tell
from schema.grammar.guards import remember
from schema.plan.run import Plans

GRAPHQL = "/graphql"
_HOUR = 3_600
_PATIENCE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Serving:
    """What the application needs to know of where it runs."""

    logins: Logins
    data_dir: Path
    pool_size: int
    public_url: str | None
    allowed_origins: tuple[str, ...]
    plan_cache: int  # documents whose compiled plans are remembered; 0: every query is executed field by field
    sample: bool  # demo people exist: the console may offer their tokens
    bucket: Bucket | None = None  # where photos are kept for good; None: below `data_dir`
    makes_copies: bool = False  # of photos, as soon as they come; False: other processes see to it
    clockwork_seconds: int = 0  # between two rounds of the clockwork; 0: other processes see to it


async def identify(token: str) -> Actor | None:
    """Whose a token is; `Expired` when it has only run out, so that a client knows to come back with a fresh one."""
    actor = await login.identify(token)
    if actor is None and await login.has_expired(token):
        raise Expired
    return actor


class Front:
    """What most requests want lies on a short way; everything else goes by the routes."""

    def __init__(self, routes: ASGIApp, graphql: GraphQLEndpoint) -> None:
        self.routes = routes
        self.graphql = ShortWay(graphql.short, common, Lingering(SecurityHeaders(graphql)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_ours = scope["type"] == "http" and scope["path"] == GRAPHQL
        await (self.graphql if is_ours else self.routes)(scope, receive, send)


def build(serving: Serving) -> ASGIApp:
    """The application over a migrated database."""
    plans = Plans(schema, serving.plan_cache) if serving.plan_cache else None
    if plans:
        remember(serving.plan_cache)
    endpoint = GraphQLEndpoint(
        schema,
        identify=identify,
        allowed_origins=serving.allowed_origins,
        public_url=serving.public_url,
        plans=plans,
        recall=login.recall,
    )
    photos, documents = Photos(identify, photo.PHOTO), Photos(identify, photo.DOCUMENT)
    uploads = Uploads(identify, serving.public_url)
    console = Console(serving.data_dir if serving.sample and not serving.public_url else None)
    routes: list[BaseRoute] = [
        WebSocketRoute(GRAPHQL, endpoint),
        Route("/uploads", uploads.create, methods=["OPTIONS", "POST"]),
        Route("/uploads/{key}", uploads.at, methods=["OPTIONS", "HEAD", "PATCH", "DELETE", "PUT", "POST"]),
        Route("/photos/{key}/content", photos.put, methods=["PUT"]),
        Route("/photos/{key}", photos.get, methods=["GET"]),
        Route("/photos/{key}/{size:str}", Copies(identify).get, methods=["GET"]),
        Route("/documents/{key}/content", documents.put, methods=["PUT"]),
        Route("/documents/{key}", documents.get, methods=["GET"]),
        Route("/healthz", health.alive),
        Route("/metrics", health.Metrics(plans).told),
        Route("/readyz", health.Readiness(serving.logins.app).ready),
        *console.routes(),
    ]
    routed = Starlette(
        routes=routes,
        middleware=[Middleware(Lingering), Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: _told, Exception: _unexpected},
        lifespan=lambda _app: _life(serving),
    )
    return Front(routed, endpoint)


@asynccontextmanager
async def _life(serving: Serving) -> AsyncIterator[None]:
    store.open_store(serving.data_dir / "photos", serving.bucket)
    await db.start(serving.logins.app, pool_size=serving.pool_size)
    await _fill()
    await photo.adopt()
    running = [asyncio.create_task(feed.run(serving.logins.app)), asyncio.create_task(_tidy())]
    if serving.clockwork_seconds:
        running.append(asyncio.create_task(clockwork.run(serving.clockwork_seconds)))
    if serving.makes_copies:
        running.append(asyncio.create_task(copy.run()))
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await pixels.close()
        await db.stop()


async def _fill() -> None:
    """A database that is only busy is waited for; one that stays away ends the start."""
    for _ in range(_PATIENCE_SECONDS):
        with suppress(Unavailable):
            return await reference.fill()
        await asyncio.sleep(1)
    return await reference.fill()


async def _tidy() -> None:
    """Once an hour: forget old keys, remove what broken uploads left; once a day, what nothing points at."""
    for hour in count():
        # What fails now is tried again in an hour.
        with suppress(Exception):
            await once.purge(clock.now())
        with suppress(Exception):
            await upload.sweep(clock.now())
        if hour % 24 == 0:
            with suppress(Exception):
                await upload.sweep_objects(clock.now())
        await asyncio.sleep(_HOUR)


async def _told(_request: Request, error: Exception) -> Response:
    """An address or method that does not exist, in the one shape errors have."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    fault = Fault.METHOD_NOT_ALLOWED if status == 405 else Fault.NOT_FOUND  # noqa: PLR2004
    return JSONResponse({"errors": [tell(fault)]}, status, headers)


async def _unexpected(_request: Request, error: Exception) -> Response:
    told = tell(Fault.INTERNAL_SERVER_ERROR, incidentId=report(error))
    return JSONResponse({"errors": [told]}, 500)
