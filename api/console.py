"""The console at `/console`: GraphiQL with ready tabs, every byte of it served from here, so that it works offline.

With sample data it offers the demo people and their tokens, to the machine that jiesu runs on and to nobody else.
"""

from __future__ import annotations

import json
import os
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from resolvers.terms.roles import Role

PAGE = Path(__file__).parent / "page"
TOKENS = "demo-tokens.json"
_GRAPHIQL = "graphene_django_graphiql_static"
_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'self';"
    " style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:;"  # the editors set styles
    " connect-src 'self' ws: wss:"  # not every browser counts a socket to the same host as 'self'
)
_REVALIDATE = {"Cache-Control": "no-cache"}
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


class Tab(NamedTuple):
    """A ready document, `tabs/<name>.graphql` with its variables beside it, for a demo person of this role.

    `in_unit`: somebody of a handling unit, not of the top office. Without a role nobody is signed in.
    """

    name: str
    role: Role | None
    in_unit: bool = False

    def told(self) -> dict[str, object]:
        variables = PAGE / "tabs" / f"{self.name}.json"
        return {
            "name": self.name,
            "role": self.role,
            "inUnit": self.in_unit,
            "query": (PAGE / "tabs" / f"{self.name}.graphql").read_text("utf-8"),
            "variables": variables.read_text("utf-8") if variables.exists() else "",
        }


TABS = (
    Tab("CasesInSight", Role.SUPERVISION_OFFICER),
    Tab("DueToday", Role.SUPERVISION_OFFICER),
    Tab("WaitingForMe", Role.SECTION_OFFICER),
    Tab("OverdueAndWhy", Role.SUPERVISION_OFFICER),
    Tab("ReceiveUrgentCase", Role.AGENT),
    Tab("UrgentCases", Role.DUTY_LEADER),
    Tab("SignOffInbox", Role.RESPONSIBLE_PERSON, in_unit=True),
    Tab("KpiReport", Role.ANALYST),
    Tab("CaseFile", Role.LEADER),
    Tab("SignIn", None),
)


class Console:
    """The page, what it is made of, and whom one may try jiesu out as. `data_dir` None: there is no sample data."""

    def __init__(self, data_dir: Path | None) -> None:
        self.tokens = data_dir / TOKENS if data_dir else None

    def routes(self) -> list[BaseRoute]:
        assets = _Assets(directory=PAGE, packages=[(_GRAPHIQL, f"static/{_GRAPHIQL}")])
        return [
            Route("/", _lead_here),
            Route("/console", _show),
            Route("/console/tabs", _tabs),
            Route("/console/people", self.people),
            Mount("/console/assets", assets),
        ]

    def people(self, request: Request) -> Response:
        """Demo people with their tokens, in the order of the file; nobody for a caller from elsewhere."""
        offered = _passes(self.tokens) if self.tokens and is_local(request) else []
        return JSONResponse(offered, headers={"Cache-Control": "no-store"})


def is_local(request: Request) -> bool:
    """Whether the caller sits at this machine and asked for it by a local name, with nothing in between.

    The name counts because a foreign page can make its own name lead here; a proxy makes everybody look local.
    """
    caller = _address(request.client.host) if request.client else None
    is_direct = not any(name in request.headers for name in _PASSED_ON)
    return is_direct and caller is not None and caller.is_loopback and _is_local_name(request.url.hostname or "")


def _is_local_name(name: str) -> bool:
    address = _address(name)
    return name == "localhost" or (address is not None and (address.is_loopback or address.is_unspecified))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _passes(path: Path) -> list[dict[str, str]]:
    """What the file says at this moment; nobody while there is none, or none of ours."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return [_pass(login, said) for login, said in found.items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _pass(login: str, said: dict[str, str]) -> dict[str, str]:
    duty = Role.of(said["role"]).label.partition(":")[0]
    return {"login": login, "role": said["role"], "duty": duty, "office": said["office"], "token": said["token"]}


def _lead_here(_request: Request) -> Response:
    return RedirectResponse("/console", 307)


def _show(_request: Request) -> Response:
    return FileResponse(PAGE / "index.html", headers={"Content-Security-Policy": _POLICY, **_REVALIDATE})


def _tabs(_request: Request) -> Response:
    return JSONResponse([tab.told() for tab in TABS], headers=_REVALIDATE)


class _Assets(StaticFiles):
    """Ours first, then the package's. Kept by the browser, and asked for again whether they are still the same."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(_REVALIDATE)
        return response
