"""What a photo is shown by: GET of its copies, with the bearer token, for whoever sees the photo."""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from api.bearer import Identify
from api.transfer import whose
from resolvers import copy
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Unavailable
from schema.grammar.faults import RETRY_SECONDS, Fault, tell


class Copies:
    """The addresses of copies. `identify` says whose a token is."""

    def __init__(self, identify: Identify) -> None:
        self.identify = identify

    async def get(self, request: Request) -> Response:
        """One copy. Absent, forbidden and not made are the same answer."""
        try:
            actor = await whose(self.identify, request)
            if actor is None:
                return _fault(401, Fault.UNAUTHENTICATED, {"WWW-Authenticate": "Bearer"})
            return await _shown(actor, request)
        except Unavailable:
            return _fault(503, Fault.UNAVAILABLE, {"Retry-After": str(RETRY_SECONDS)})


async def _shown(actor: Actor, request: Request) -> Response:
    key, size = _key(request), request.path_params["size"]
    found = await copy.copy(actor, key, size) if key else None
    content = await copy.read(found) if found else None
    if key is None or found is None or content is None:
        return _fault(404, Fault.NOT_FOUND)
    headers = {
        "Cache-Control": f"private, max-age={limits.COPY_LIFE_SECONDS}",
        "Content-Disposition": f'inline; filename="{key}-{size}.jpg"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "ETag": f'"{found.tag}"',
        "Vary": "Authorization",
        "X-Content-Type-Options": "nosniff",
    }
    if f'"{found.tag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return StreamingResponse(content, media_type="image/jpeg", headers=headers)


def _key(request: Request) -> UUID | None:
    try:
        return UUID(request.path_params["key"])
    except ValueError:
        return None


def _fault(status: int, fault: Fault, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"errors": [tell(fault)]}, status, headers)
