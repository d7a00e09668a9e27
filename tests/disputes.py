"""Cases whose unit would not have them: the return was refused, and brought before the leader."""

from __future__ import annotations

from tests.client import Data
from tests.world import City, change

RETURN = "case { id number version status } returnRequest { id }"
DISPUTE = "case { id number version status } dispute { id }"
REASON = "注册地已迁往西县"


async def return_refused(city: City, case: Data, who: str = "clerk", decision: str = "REJECT") -> Data:
    """The case after its unit asked to return it and the centre decided; with its `returnRequest`."""
    given = {"reason": "不属本辖区", "legalBasis": "第37条", "suggestedOfficeCode": city.codes["stall"]}
    asked = await city.as_(who).done("requestReturn", RETURN, **change(case), **given)
    of_it = {"returnRequestId": asked["returnRequest"]["id"], "expectedVersion": asked["case"]["version"]}
    decided = {**of_it, "decision": decision, "reason": "由你单位办理"}
    done = await city.as_("dispatcher").done("decideReturn", RETURN, **decided)
    return {**done["case"], "returnRequest": done["returnRequest"]}


async def refused(city: City) -> Data:
    """In progress at `east`, which would not have it."""
    return await return_refused(city, await city.case_in("DISPATCHED"))


def disputing(case: Data, **given: object) -> Data:
    of_it = {"returnRequestId": case["returnRequest"]["id"], "expectedVersion": case["version"]}
    return {**of_it, "reason": REASON, **given}


async def raised(city: City, case: Data | None = None, who: str = "clerk") -> Data:
    """A case with its dispute before the leader."""
    known = case or await refused(city)
    done = await city.as_(who).done("disputeReturn", DISPUTE, **disputing(known, legalBasis="第13条"))
    return {**done["case"], "returnRequest": known["returnRequest"], "dispute": done["dispute"]}


def upholding(case: Data, **given: object) -> Data:
    of_it = {"disputeId": case["dispute"]["id"], "expectedVersion": case["version"]}
    return {**of_it, "decision": "REJECT", "reason": "实际经营地在本辖区", **given}


def designating(city: City, case: Data, office: str = "west", **given: object) -> Data:
    another = {"decision": "APPROVE", "reason": None, "designatedOfficeCode": city.codes[office]}
    return upholding(case, **{**another, **given})


async def decided(city: City, given: Data) -> Data:
    done = await city.as_("leader").done("decideDispute", DISPUTE, **given)
    found: Data = done["case"]
    return found
