"""The console: everything it needs comes from jiesu itself, every ready tab works, and tokens stay on this machine."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values
from starlette.applications import Starlette
from starlette.middleware import Middleware

from api.console import PAGE, TABS, TOKENS, Console, Tab
from api.limits import SecurityHeaders
from fixtures import load, people
from fixtures.tokens import Passes
from resolvers.terms.roles import Role
from schema import schema
from schema.grammar.guards import mistakes
from tests.wires import opened

PASSES = {"yunxi-agent": {"role": "AGENT", "office": "990100", "token": "a-token"}}
OURS = sorted(path for path in PAGE.rglob("*") if path.is_file())
each_tab = pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / TOKENS).write_text(json.dumps(PASSES), "utf-8")
    return tmp_path


@asynccontextmanager
async def browser(
    data_dir: Path | None, *, at: str = "127.0.0.1", url: str = "http://127.0.0.1:8000"
) -> AsyncIterator[httpx.AsyncClient]:
    """A client at this address that has typed this URL."""
    app = Starlette(routes=Console(data_dir).routes(), middleware=[Middleware(SecurityHeaders)])
    transport = httpx.ASGITransport(app, client=(at, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url=url) as client:
        yield client


class Named(HTMLParser):
    """What a page loads, and what it runs in place."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = given.get("src") or (given.get("href") if tag == "link" else None)
        if address:
            self.loaded.append(address)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.inline += [name for name, _ in attrs if name.startswith("on") or name == "style"]


def page() -> Named:
    named = Named()
    named.feed((PAGE / "index.html").read_text("utf-8"))
    return named


# --- The page and what it is made of


async def test_the_root_leads_to_the_console() -> None:
    async with browser(None) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/console")


async def test_the_page_may_load_from_its_own_host_only() -> None:
    async with browser(None) as client:
        answer = await client.get("/console")
    policy = dict(part.split(maxsplit=1) for part in answer.headers["content-security-policy"].split("; "))
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert not re.search(r"https?:", answer.headers["content-security-policy"])


def test_the_page_runs_nothing_in_place() -> None:
    assert page().inline == []


async def test_every_asset_that_the_page_names_is_served_with_its_type() -> None:
    types = {".js": "javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    named = page().loaded
    imported = re.findall(r'from "\./([^"]+)"', (PAGE / "console.js").read_text("utf-8"))
    assert len(named) == 7
    assert imported
    async with browser(None) as client:
        for address in [*named, *(f"console/assets/{name}" for name in imported)]:
            answer = await client.get(f"/{address}")
            assert answer.status_code == 200, address
            assert types[Path(address).suffix] in answer.headers["content-type"], address


async def test_an_asset_is_sent_once_and_then_only_asked_after() -> None:
    async with browser(None) as client:
        first = await client.get("/console/assets/graphiql.min.js")
        again = await client.get("/console/assets/graphiql.min.js", headers={"If-None-Match": first.headers["etag"]})
    assert first.headers["cache-control"] == again.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_nothing_of_ours_names_another_host(path: Path) -> None:
    text = path.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"(?:https?|wss?)://|[\"'(]//", text)


async def test_the_style_from_the_package_loads_nothing_from_elsewhere() -> None:
    async with browser(None) as client:
        style = (await client.get("/console/assets/graphiql.min.css")).text
    assert "@import" not in style
    assert all(target.startswith(("data:", "#")) for target in re.findall(r"url\([\"']?([^\"')]{1,8})", style))


@pytest.mark.parametrize("path", ["..%2fconsole.py", "%2e%2e/console.py", "tabs/../../console.py", "none.js", ""])
async def test_what_is_no_asset_is_not_found(path: str) -> None:
    async with browser(None) as client:
        assert (await client.get(f"/console/assets/{path}")).status_code == 404


# --- Whom one may try jiesu out as


async def test_somebody_at_this_machine_is_offered_the_demo_people(folder: Path) -> None:
    async with browser(folder) as client:
        answer = await client.get("/console/people")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == [
        {"login": "yunxi-agent", "role": "AGENT", "duty": "受理员", "office": "990100", "token": "a-token"}
    ]


@pytest.mark.parametrize(
    ("at", "url"),
    [
        ("127.0.0.1", "http://localhost:8000"),
        ("127.0.0.9", "http://127.0.0.1:8000"),
        ("127.0.0.1", "http://0.0.0.0:8000"),
        ("::1", "http://[::1]:8000"),
        ("::ffff:127.0.0.1", "http://127.0.0.1:8000"),
    ],
)
async def test_this_machine_has_many_names(folder: Path, at: str, url: str) -> None:
    async with browser(folder, at=at, url=url) as client:
        assert len((await client.get("/console/people")).json()) == 1


@pytest.mark.parametrize(
    ("at", "url"),
    [
        ("192.168.1.7", "http://192.168.1.2:8000"),
        ("192.168.1.7", "http://localhost:8000"),
        ("::ffff:192.168.1.7", "http://127.0.0.1:8000"),
        ("fe80::1", "http://[::1]:8000"),
        ("127.0.0.1", "http://rebound.example:8000"),
        ("127.0.0.1", "http://localhost.rebound.example:8000"),
        ("", "http://127.0.0.1:8000"),
    ],
)
async def test_nobody_else_is_offered_anybody(folder: Path, at: str, url: str) -> None:
    async with browser(folder, at=at, url=url) as client:
        answer = await client.get("/console/people")
    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"])
async def test_nobody_is_offered_anybody_through_a_proxy(folder: Path, header: str) -> None:
    async with browser(folder) as client:
        assert (await client.get("/console/people", headers={header: "127.0.0.1"})).json() == []


async def test_without_sample_data_nobody_is_offered() -> None:
    async with browser(None) as client:
        assert (await client.get("/console/people")).json() == []


async def test_people_who_come_later_are_offered_then(tmp_path: Path) -> None:
    async with browser(tmp_path) as client:
        before = await client.get("/console/people")
        (tmp_path / TOKENS).write_text(json.dumps(PASSES), "utf-8")
        after = await client.get("/console/people")
    assert (len(before.json()), len(after.json())) == (0, 1)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": {"role": "AGENT"}}', '{"a": {"role": "KING"}}'])
async def test_a_file_that_is_none_of_ours_offers_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / TOKENS).write_text(text, "utf-8")
    async with browser(tmp_path) as client:
        assert (await client.get("/console/people")).json() == []


# --- The ready tabs


INSTANTS = {"today": 0, "tomorrow": 1, "later": 8}
MAY_BE_EMPTY = {"dueToday"}  # on a day of rest


def filled(tab: Tab) -> dict[str, Any]:
    """The variables with what the page puts in."""
    today = datetime.now(UTC) + timedelta(hours=8)
    values = {
        "uuid": uuid4(),
        "from": (today - timedelta(days=30)).date(),
        "through": today.date(),
        "login": "yunxi-agent",
        "after": "0",
        **{name: f"{(today + timedelta(days=days)).date()}T00:00:00+08:00" for name, days in INSTANTS.items()},
    }
    text = re.sub(r"\{\{(\w+)\}\}", lambda found: str(values[found[1]]), variables_of(tab))
    variables: dict[str, Any] = json.loads(text or "{}")
    return variables


def query_of(tab: Tab) -> str:
    return str(tab.told()["query"])


def variables_of(tab: Tab) -> str:
    return str(tab.told()["variables"])


@pytest.fixture(scope="module")
def public() -> GraphQLSchema:
    return build_schema(schema.as_str())


async def test_the_page_is_given_every_tab() -> None:
    async with browser(None) as client:
        told = (await client.get("/console/tabs")).json()
    assert [tab["name"] for tab in told] == [tab.name for tab in TABS]
    assert told[0]["role"] == "SUPERVISION_OFFICER"
    assert {path.stem for path in (PAGE / "tabs").iterdir()} == {tab.name for tab in TABS}


@each_tab
def test_a_ready_tab_holds_one_operation_of_its_name_that_fits_the_schema(tab: Tab, public: GraphQLSchema) -> None:
    document = parse(query_of(tab))
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    assert [node.name.value for node in operations if node.name] == [tab.name]
    assert validate(public, document) == []
    assert mistakes(schema._schema, query_of(tab)) == ()


@each_tab
def test_its_variables_fit_too(tab: Tab, public: GraphQLSchema) -> None:
    operation = next(node for node in parse(query_of(tab)).definitions if isinstance(node, OperationDefinitionNode))
    coerced = get_variable_values(public, operation.variable_definitions or (), filled(tab))
    assert not isinstance(coerced, list), coerced


@each_tab
def test_an_idempotency_key_is_left_to_the_click(tab: Tab) -> None:
    keys = re.findall(r'"idempotencyKey":\s*"([^"]*)"', variables_of(tab))
    assert set(keys) <= {"{{uuid}}"}
    assert len(keys) == ("idempotencyKey" in variables_of(tab) + query_of(tab))


def test_the_page_knows_the_password_of_the_demo_people() -> None:
    sign_in = next(tab for tab in TABS if tab.role is None)
    assert filled(sign_in)["input"]["password"] == people.PASSWORD


@pytest.fixture(scope="module")
async def passes(base_url: str, tmp_path_factory: pytest.TempPathFactory) -> Passes:
    """The demo city, loaded, with its people."""
    assert base_url
    kept = tmp_path_factory.mktemp("demo")
    await load.load(["yunxi"], data_dir=kept, anchor=datetime.now(UTC), progress=lambda *_: None)
    return await load.mint_tokens(kept, ["yunxi"])


def token_for(tab: Tab, passes: Passes) -> str | None:
    fitting = [held["token"] for held in passes.values() if held["role"] == tab.role]
    return fitting[tab.in_unit] if fitting else None


async def ask(url: str, tab: Tab, token: str | None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        body = (await client.post("/graphql", json={"query": query_of(tab), "variables": filled(tab)})).json()
    assert "errors" not in body, body
    return body["data"]


def shown(field: Any) -> Any:
    """What a root field has to show: the nodes of a page, the items of a list, the thing itself."""
    return field.get("nodes", field) if isinstance(field, dict) else field


@pytest.mark.parametrize("tab", [tab for tab in TABS if tab.role is not Role.DUTY_LEADER], ids=lambda tab: tab.name)
async def test_a_ready_tab_runs_at_one_click_as_its_demo_person(tab: Tab, base_url: str, passes: Passes) -> None:
    data = await ask(base_url, tab, token_for(tab, passes))
    empty = {name for name, field in data.items() if not shown(field)}
    assert empty <= MAY_BE_EMPTY, "there is something to see"
    assert not any(field.get("userErrors") for field in data.values() if isinstance(field, dict))


async def test_the_urgent_subscription_shows_a_case_at_one_click(base_url: str, passes: Passes) -> None:
    tab = next(tab for tab in TABS if tab.role is Role.DUTY_LEADER)
    async with opened(base_url.replace("http", "ws", 1) + "/graphql") as socket:
        await socket.init(token_for(tab, passes))
        await socket.subscribe(query_of(tab), variables=filled(tab))
        event = (await socket.receive())["payload"]["data"]["urgentCases"]
    assert event["case"]["priority"] in {"URGENT", "EMERGENCY"}
