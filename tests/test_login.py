"""登录: a password becomes a token of twelve hours, and a token what its holder may do now."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from api import sockets
from resolvers import login as logins
from resolvers.doors import db
from resolvers.terms.roles import HOLDINGS, Role
from tests.client import Caller, Data
from tests.world import City, alter, grant

PASSWORD = "正确的 horse 密码"
SIGN_IN = """mutation ($login: String!, $password: String!) { signIn(input: {login: $login, password: $password}) {
  token expiresAt viewer { kind login roles permissions office { code } person { login name } }
  userErrors { code message path } } }"""
WHO = "{ viewer { kind login roles permissions office { code } person { name } } }"


async def with_password(city: City, who: str) -> str:
    """The login of somebody who can sign in with PASSWORD."""
    hashed = logins.HASHER.hash(PASSWORD)
    await alter("UPDATE persons SET password_hash = $1 WHERE id = $2", hashed, city.persons[who])
    return city.login(who)


async def sign_in(city: City, login: str, password: str = PASSWORD) -> httpx.Response:
    return await city.anonymous.post(SIGN_IN, login=login, password=password)


async def signed_in(city: City, login: str) -> tuple[Data, Caller]:
    payload: Data = (await sign_in(city, login)).json()["data"]["signIn"]
    assert payload["userErrors"] == []
    return payload, replace(city.anonymous, token=payload["token"])


async def refused(caller: Caller) -> bool:
    """Whether this caller's token opens nothing: 401, before anything runs."""
    response = await caller.post(WHO)
    if response.status_code == 200:
        return False
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert response.headers["www-authenticate"].startswith("Bearer")
    return True


async def test_a_password_becomes_a_token_of_twelve_hours(city: City) -> None:
    await grant(city, "leader", Role.DUTY_LEADER, "east")
    login, before = await with_password(city, "leader"), datetime.now(UTC)

    payload, caller = await signed_in(city, login)

    expires = datetime.fromisoformat(payload["expiresAt"])
    assert before + timedelta(hours=12) <= expires <= datetime.now(UTC) + timedelta(hours=12)
    assert payload["viewer"] == {
        "kind": "PERSON",
        "login": login,
        "roles": ["DUTY_LEADER", "LEADER"],
        "permissions": sorted(HOLDINGS[Role.LEADER] | HOLDINGS[Role.DUTY_LEADER]),
        "office": {"code": city.codes["top"]},
        "person": {"login": login, "name": "员工leader"},
    }
    assert (await caller.ask(WHO))["viewer"]["login"] == login


async def test_neither_password_nor_token_is_kept(city: City) -> None:
    login = await with_password(city, "leader")

    payload, _ = await signed_in(city, login)

    (person,) = await db.query("SELECT * FROM persons WHERE login = $1", login)
    assert person["password_hash"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    digest = hashlib.sha256(payload["token"].encode()).digest()
    (kept,) = await db.query("SELECT * FROM tokens WHERE digest = $1", digest)
    assert kept["person_id"] == city.persons["leader"]
    assert payload["token"] not in str(kept)
    assert len(payload["token"]) >= 43  # 256 bits


async def test_every_signing_in_gives_a_token_of_its_own(city: City) -> None:
    login = await with_password(city, "clerk")

    (one, first), (other, second) = await signed_in(city, login), await signed_in(city, login)

    assert one["token"] != other["token"]
    for caller in (first, second, city.as_("clerk")):
        assert (await caller.ask(WHO))["viewer"]["login"] == login


async def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(city: City) -> None:
    known, inactive, _ = [await with_password(city, who) for who in ("leader", "clerk", "analyst")]
    await alter("UPDATE persons SET active = false WHERE id = $1", city.persons["clerk"])

    answers = [
        await sign_in(city, known, PASSWORD + " "),
        await sign_in(city, known, ""),
        await sign_in(city, known.upper(), PASSWORD),
        await sign_in(city, "nobody", PASSWORD),
        await sign_in(city, "", PASSWORD),
        await sign_in(city, inactive, PASSWORD),
        await sign_in(city, city.login("agent"), PASSWORD),  # who has no password
        await sign_in(city, city.login("integrator"), PASSWORD),  # an application
        await sign_in(city, f"{known}' OR '1'='1", PASSWORD),
    ]

    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    payload = answers[0].json()["data"]["signIn"]
    assert (payload["token"], payload["viewer"], payload["expiresAt"]) == (None, None, None)
    assert [error["code"] for error in payload["userErrors"]] == ["LOGIN_FAILED"]
    assert payload["userErrors"][0]["path"] == []


async def test_nor_does_the_time_it_takes_tell_them_apart(city: City) -> None:
    quickest = {await with_password(city, "leader"): 60.0, "nobody": 60.0}

    for _ in range(4):
        for login, so_far in quickest.items():
            begun = time.perf_counter()
            await sign_in(city, login, "wrong")
            quickest[login] = min(so_far, time.perf_counter() - begun)

    known, unknown = quickest.values()
    assert unknown > known / 2


async def test_an_expired_a_revoked_and_an_invented_token_open_nothing(city: City) -> None:
    login = await with_password(city, "leader")
    token = "UPDATE tokens SET {} WHERE digest = $1"
    callers = {}
    for change in ("expires_at = now()", "revoked_at = now()", "expires_at = now() + interval '1 minute'"):
        payload, callers[change] = await signed_in(city, login)
        await alter(token.format(change), logins.digest(payload["token"]))

    assert [await refused(caller) for caller in callers.values()] == [True, True, False]
    for text in ("invented", "a" * 43, f"{city.tokens['leader']}x"):
        assert await refused(replace(city.anonymous, token=text))
    assert await refused(city.anonymous)


@pytest.mark.parametrize(("change", "code"), [("revoked_at = now()", 4401), ("expires_at = now()", 4403)])
async def test_a_token_that_ends_closes_its_sockets(
    city: City, monkeypatch: pytest.MonkeyPatch, change: str, code: int
) -> None:
    monkeypatch.setattr(sockets, "RECHECK_SECONDS", 0.05)
    ended = f"UPDATE tokens SET {change} WHERE digest = $1"
    await city.receive()

    async with city.as_("leader").subscribe('subscription { caseEvents(after: "0") { kind } }') as stream:
        assert await stream.event() == {"kind": "RECEIVED"}
        await alter(ended, logins.digest(city.tokens["leader"]))
        await asyncio.wait_for(stream.socket.wait_closed(), 5)

    assert stream.socket.close_code == code


async def test_a_role_counts_from_its_first_instant_to_its_last(city: City) -> None:
    await grant(city, "clerk", Role.INSPECTOR, "west")
    role = "UPDATE role_grants SET valid_from = $1, valid_to = $2 WHERE person_id = $3 AND role = 'INSPECTOR'"
    now, hour = datetime.now(UTC), timedelta(hours=1)

    found = []
    for begins, ends in ((now - hour, now), (now + hour, None), (now - hour, now + hour), (now, None)):
        await alter(role, begins, ends, city.persons["clerk"])
        found.append((await city.as_("clerk").ask(WHO))["viewer"]["roles"])

    assert found == [["CLERK"], ["CLERK"], ["CLERK", "INSPECTOR"], ["CLERK", "INSPECTOR"]]


async def test_who_has_no_role_left_may_sign_in_and_then_do_nothing(city: City) -> None:
    login = await with_password(city, "leader")
    await alter("UPDATE role_grants SET valid_to = now() WHERE person_id = $1", city.persons["leader"])

    payload, caller = await signed_in(city, login)

    assert payload["viewer"] is None
    assert await refused(caller)
    assert await refused(city.as_("leader"))


async def test_an_inactive_person_or_application_is_nobody(city: City) -> None:
    await alter("UPDATE persons SET active = false WHERE id = $1", city.persons["leader"])
    await alter("UPDATE applications SET active = false WHERE login = $1", city.login("integrator"))

    assert await refused(city.as_("leader"))
    assert await refused(city.as_("integrator"))
    assert not await refused(city.as_("clerk"))


async def test_an_application_is_held_to_its_scopes(city: City) -> None:
    whole = (await city.as_("integrator").ask(WHO))["viewer"]
    scopes = json.dumps(["READ_CASES", "ACTIVATE_REGIME"])  # the second is no integrator's to begin with
    await alter("UPDATE applications SET scopes = $1::jsonb WHERE login = $2", scopes, city.login("integrator"))

    narrowed = (await city.as_("integrator").ask(WHO))["viewer"]

    assert (whole["kind"], whole["roles"], whole["person"]) == ("APPLICATION", ["INTEGRATOR"], None)
    assert whole["permissions"] == sorted(HOLDINGS[Role.INTEGRATOR])
    assert narrowed["permissions"] == ["READ_CASES"]
    given: Data = {"kind": "COMPLAINT", "channel": "WEB", "title": "涨价"}
    assert (await city.as_("integrator").refused("receiveCase", **given))["code"] == "NOT_PERMITTED"
