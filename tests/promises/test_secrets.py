"""What a citizen tells stands in no log line, no refusal, no error and no ledger entry (A5)."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import asyncpg
import pytest

from resolvers.doors import db
from resolvers.doors.postgres import Logins
from tests.client import Caller, Data, key
from tests.wires import opened
from tests.world import City

PLANTED = 200


class Secret:
    """One citizen nobody else is: a number from an unassigned range and a name of two rare characters."""

    def __init__(self, number: int) -> None:
        self.phone = f"140{77000000 + number * 137:08d}"
        self.name = f"司马{chr(0x4E10 + number)}{chr(0x6E10 + number)}"

    def shows_in(self, text: str) -> bool:
        decoded = text.encode().decode("unicode_escape", "replace") if "\\u" in text else text
        return any(word in text or word in decoded for word in (self.phone, self.name))


Way: TypeAlias = Callable[[City, Secret], Awaitable[str]]


def matter(secret: Secret, **more: object) -> Data:
    party = {"name": secret.name, "phone": secret.phone, "address": f"{secret.name}家"}
    told = {"title": f"{secret.name}来电", "description": f"电话 {secret.phone}", "place": {"text": secret.name}}
    return {"kind": "REPORT", "channel": "PHONE", "party": party, "idempotencyKey": key(), **told, **more}


async def receive(city: City, **given: object) -> str:
    document = "mutation ($i: ReceiveCaseInput!) { receiveCase(input: $i) { userErrors { code message path } } }"
    return (await city.as_("agent").post(document, i=given)).text


async def kept(city: City, secret: Secret) -> str:
    """A case taken in as it should be, and handled by a unit: what is answered there is nobody's name."""
    case = await city.receive(**{name: value for name, value in matter(secret).items() if name != "idempotencyKey"})
    case = await city.sign_for(await city.dispatch(case))
    shown = "query ($n: String!) { case(number: $n) { title description place complainant { name phone address } } }"
    return (await city.as_("clerk").post(shown, n=case["number"])).text


async def of_the_wrong_type(city: City, secret: Secret) -> str:
    return await receive(city, **matter(secret, party={"phone": int(secret.phone), "name": [secret.name]}))


async def as_an_unknown_word(city: City, secret: Secret) -> str:
    return await receive(city, **matter(secret, kind=secret.name, channel=secret.phone))


async def as_an_instant_a_key_and_a_code(city: City, secret: Secret) -> str:
    said = await receive(city, **matter(secret, receivedAt=secret.phone))
    said += await receive(city, **matter(secret, idempotencyKey=secret.name))
    said += await receive(city, **matter(secret, categoryCode=secret.phone))
    return said + await receive(city, **matter(secret, respondent={"name": secret.name, "uscc": secret.phone}))


async def too_long(city: City, secret: Secret) -> str:
    return await receive(city, **matter(secret, title=secret.name * 60, tags=[secret.phone * 9]))


async def in_the_document(city: City, secret: Secret) -> str:
    agent = city.as_("agent")
    said = ""
    for document in (
        f'{{ case(number: "{secret.name}{secret.phone}") {{ id }} }}',
        f'{{ cases(filter: {{text: "{secret.phone}"}}) {{ totalCount }} }}',
        f'{{ cases(after: "{secret.name}") {{ totalCount }} }}',
        f'{{ node(id: "{secret.phone}") {{ id }} }}',
        f'{{ cases(first: "{secret.phone}") {{ totalCount }} }}',
        f"{{ cases(orderBy: P{secret.phone}) {{ totalCount }} }}",
        f"{{ {secret.name} }}",
        f'{{ case(number: "{secret.phone} }} }}',
        f'mutation {{ receiveCase(input: {{title: "{secret.name}"}}) {{ userErrors {{ code }} }} }}',
    ):
        said += (await agent.post(document)).text
    return said


async def as_a_login(city: City, secret: Secret) -> str:
    document = "mutation ($i: SignInInput!) { signIn(input: $i) { token userErrors { code message } } }"
    return (await city.anonymous.post(document, i={"login": secret.phone, "password": secret.name})).text


async def beside_the_document(city: City, secret: Secret) -> str:
    http, url = city.http, city.base_url
    answers = [
        await http.post(
            f"{url}/graphql", content=f'{{"query": "{secret.name}', headers={"Content-Type": "application/json"}
        ),
        await http.post(f"{url}/graphql", json=[secret.name, secret.phone]),
        await http.post(f"{url}/graphql", json={"query": "{ viewer { login } }", "operationName": secret.phone}),
        await http.get(f"{url}/graphql", params={"query": f'{{ case(number: "{secret.phone}") {{ id }} }}'}),
        await http.get(f"{url}/photos/{secret.phone}", headers=city.as_("agent").headers),
        await http.get(f"{url}/{secret.phone}"),
        await Caller(http, url, secret.phone).post("{ viewer { login } }"),
    ]
    return "".join(response.text + str(response.headers) for response in answers)


async def over_a_socket(city: City, secret: Secret) -> str:
    said = []
    async with opened(city.base_url.replace("http", "ws", 1) + "/graphql") as socket:
        await socket.init(city.tokens["agent"])
        said.append(await socket.ask(f'{{ case(number: "{secret.phone}") {{ nothing }} }}'))
        await socket.send(secret.phone, payload=secret.name)
        await socket.closed()
        closing = socket.raw.protocol.close_rcvd
        said.append(closing.reason if closing else "")
    return json.dumps(said, ensure_ascii=False)


async def where_the_database_fails(city: City, secret: Secret) -> str:
    """The trigger below lets no row of this title pass, and quotes the whole row."""
    return await receive(city, **matter(secret, title=f"不可保存{secret.name}"))


WAYS: list[Way] = [
    kept, of_the_wrong_type, as_an_unknown_word, as_an_instant_a_key_and_a_code, too_long,
    in_the_document, as_a_login, beside_the_document, over_a_socket, where_the_database_fails,
]  # fmt: skip


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """What everybody says from DEBUG up with the levels the command sets, but for the clients of this test."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    levels = {"": logging.DEBUG, **dict.fromkeys(("tortoise", "httpx", "httpcore", "websockets"), logging.WARNING)}
    before = {name: logging.getLogger(name).level for name in levels}
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger().addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(handler)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


@pytest.fixture
async def failing_database(database: Logins) -> AsyncIterator[None]:
    owner = await asyncpg.connect(**database.owner.credentials())
    await owner.execute(
        "CREATE FUNCTION quote_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'no: %', NEW USING ERRCODE = '22012', DETAIL = NEW.description, HINT = NEW.title; END $$;"
        "CREATE TRIGGER quote BEFORE INSERT ON cases FOR EACH ROW WHEN (NEW.title LIKE '不可保存%')"
        " EXECUTE FUNCTION quote_row()"
    )
    try:
        yield
    finally:
        await owner.execute("DROP TRIGGER quote ON cases; DROP FUNCTION quote_row()")
        await owner.close()


@pytest.mark.usefixtures("failing_database")
async def test_two_hundred_planted_citizens_stand_in_no_log_line_no_error_and_no_fact(city: City) -> None:
    secrets = [Secret(number) for number in range(PLANTED)]
    told = []
    with everything_logged() as lines:
        for number, secret in enumerate(secrets):
            way = WAYS[number % len(WAYS)]
            answer = await way(city, secret)
            assert answer
            told += [(way.__name__, secret.name, answer)] if secret.shows_in(answer) else []
    assert told == []

    assert any("incident" in line for line in lines), "the failures were logged"
    assert [line for line in lines for secret in secrets if secret.shows_in(line)] == []
    facts = await db.query("SELECT facts::text AS said FROM ledger WHERE jurisdiction_id = $1", city.jurisdiction_id)
    keys = await db.query("SELECT row_to_json(k)::text AS said FROM idempotency_keys k")
    assert len(facts) > PLANTED / len(WAYS)
    assert [row["said"] for row in (*facts, *keys) for secret in secrets if secret.shows_in(row["said"])] == []
