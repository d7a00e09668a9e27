"""Enterprises that settle complaints online, and recordings that wait to be called back."""

from __future__ import annotations

from datetime import datetime

from resolvers import odr
from resolvers.doors import db
from resolvers.models import Case
from tests.client import Data
from tests.world import City, change

USCC = "91110000600037341L"
RIVAL = "91330106MA27X3GG16"
SHOP: Data = {"name": "某大药房", "uscc": USCC, "address": "人民路2号"}
ROUTED = "case { id number version status dueAt } odrRouting { id }"


async def enrol(city: City, office: str, uscc: str = USCC) -> Data:
    """An enterprise with this office as its own."""
    given = {"name": "某大药房", "uscc": uscc, "officeCode": city.codes[office]}
    shape = "enterprise { id name uscc enrolledAt office { code } }"
    found: Data = (await city.as_("admin").done("enrolOdrEnterprise", shape, **given))["enterprise"]
    return found


async def route(city: City, case: Data) -> Data:
    payload = await city.as_("dispatcher").done("routeToOdr", ROUTED, **change(case), complainantConsents=True)
    return {**payload["case"], "routing": payload["odrRouting"]["id"]}


async def routed(city: City, office: str = "top", **matter: object) -> Data:
    """A complaint with the enterprise of an office, which is enrolled unless it is."""
    listed = await city.as_("dispatcher").ask("{ odrEnterprises(first: 100) { nodes { uscc } } }")
    if {"uscc": USCC} not in listed["odrEnterprises"]["nodes"]:
        await enrol(city, office)
    return await route(city, await city.receive(**{"respondent": SHOP, **matter}))


@db.atomic
async def expire(case: Data, at: datetime) -> None:
    """What a timer does when the enterprise's time is over."""
    locked = await Case.filter(number=case["number"]).select_for_update().get()
    await odr.expire_routing(locked, at)


async def recording(city: City, **given: object) -> Data:
    """A recorded appeal that waits to be called back."""
    return await city.receive(**{"channel": "VOICEMAIL", **given})


async def called(city: City, case: Data, who: str = "agent", *, reached: bool = True) -> Data:
    shape = "case { id number version status dueAt } voicemailCall { id }"
    payload = await city.as_(who).done("callVoicemail", shape, **change(case), reached=reached, remark="核对金额")
    found: Data = payload["case"]
    return found
