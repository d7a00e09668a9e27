"""The 12315 hotline of one city on days long past: who does what in the trade's words, and the dates that follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from resolvers.doors import clock
from resolvers.terms.roles import Role
from tests.client import Data
from tests.world import City, change, grant

SHANGHAI = ZoneInfo("Asia/Shanghai")
CASE = "case { id number version status round dueAt closedAt isUrgent priority tags }"
RETURN = f"{CASE} returnRequest {{ id status }}"
EXTENSION = f"{CASE} extension {{ id status oldDueAt newDueAt }}"
LOOK = """
query ($number: String!) { case(number: $number) {
  status round dueAt isOverdue leadOffice { code }
  deadlines { kind dueAt originalDueAt metAt breachedAt startAt }
  assignments { role status office { code } }
  rounds { number sentBackCount closedAt }
  timeline(first: 100) { nodes { kind occurredAt } } } }
"""
_END_OF_DAY = time(23, 59, 59, 999_000)


def shanghai(text: str) -> datetime:
    """`2019-09-27 15:20` as the clock on the wall there shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def told(instant: str) -> str:
    """The day of a limit in days, day and minute of any other instant, both of Shanghai."""
    local = datetime.fromisoformat(instant).astimezone(SHANGHAI)
    return f"{local:%Y-%m-%d}" if local.time() == _END_OF_DAY else f"{local:%Y-%m-%d %H:%M}"


def state(limit: Data) -> str:
    """未到期 running, 按期 kept, 超期 missed."""
    return "missed" if limit["breachedAt"] else "kept" if limit["metAt"] else "running"


@dataclass
class Hotline:
    """`west` is the unit the case is sent to by mistake, `east` the competent one. Each step returns the case after it."""

    city: City

    async def staffed(self) -> Hotline:
        """One inspector of `east` stands in for its responsible person, one callback officer reviews records too."""
        await grant(self.city, "inspector", Role.RESPONSIBLE_PERSON, "east")
        await grant(self.city, "caller", Role.CALLBACK_REVIEWER)
        return self

    def at(self, text: str) -> None:
        """The clock on the wall shows this; the next steps happen then."""
        clock.set_to(shanghai(text))

    # --- what the dates are

    async def look(self, case: Data) -> Data:
        found: Data = (await self.city.as_("leader").ask(LOOK, number=case["number"]))["case"]
        return found

    async def limits(self, case: Data) -> dict[str, Data]:
        """Every clock of the case by its name, in the order they started; the second of a kind is `SIGN_FOR 2`."""
        found: dict[str, Data] = {}
        for limit in sorted((await self.look(case))["deadlines"], key=lambda each: str(each["startAt"])):
            number = sum(name.split()[0] == limit["kind"] for name in found) + 1
            found[limit["kind"] if number == 1 else f"{limit['kind']} {number}"] = limit
        return found

    async def due(self, case: Data) -> dict[str, str]:
        """What still runs, and until when."""
        limits = await self.limits(case)
        return {name: told(limit["dueAt"]) for name, limit in limits.items() if limit["metAt"] is None}

    async def kept(self, case: Data) -> dict[str, str]:
        return {name: state(limit) for name, limit in (await self.limits(case)).items()}

    # --- 接诉 to 派单

    async def mobilises(self, mode: str = "STATUTORY") -> None:
        """启动应急机制: every case with its tag is urgent from now on."""
        regime = {"name": "新冠疫情防控应急处置", "tag": "新冠疫情", "basis": "重大突发公共卫生事件一级响应"}
        await self.city.as_("leader").done("activateRegime", "regime { id }", **regime, calendarMode=mode)

    async def takes_the_call(self, **given: object) -> Data:
        """接诉、登记."""
        matter: Data = {
            "kind": "COMPLAINT",
            "channel": "PHONE",
            "title": "健身房拒退预付卡",
            "description": "健身房换了老板, 余额一千二百元不退。",
            "party": {"name": "欧阳晓岚", "phone": "14012349876", "address": "株洲市某区某路7号"},
            "respondent": {"name": "某健身房"},
        }
        payload = await self.city.as_("agent").done("receiveCase", CASE, **{**matter, **given})
        case: Data = payload["case"]
        assert (case["status"], case["round"]) == ("RECORDED", 1)
        return case

    async def dispatches_to(self, unit: str, case: Data) -> Data:
        """派单."""
        code = self.city.codes[unit]
        case = await self._step("dispatcher", "dispatchCase", case, "DISPATCHED", leadOfficeCode=code)
        assert (await self.look(case))["leadOffice"] == {"code": code}
        return case

    # --- 退单

    async def asks_to_return(self, unit: str, case: Data, competent: str) -> tuple[Data, str]:
        """申请退单: the case, and the request to be decided."""
        clerk, given = self._clerk(unit), {"reason": "经营地址不在本辖区", "legalBasis": "第20号令第12条"}
        suggested = self.city.codes[competent]
        payload = await self.city.as_(clerk).done(
            "requestReturn", RETURN, **change(case), **given, suggestedOfficeCode=suggested
        )
        assert payload["case"]["status"] == "RETURN_REQUESTED"
        return payload["case"], payload["returnRequest"]["id"]

    async def may_not_return(self, unit: str, case: Data) -> Data:
        """申请退单, refused; why."""
        given = {"reason": "经营地址不在本辖区", "suggestedOfficeCode": self.city.codes["stall"]}
        return await self.city.as_(self._clerk(unit)).refused("requestReturn", **change(case), **given)

    async def takes_back(self, case: Data, request: str) -> Data:
        """同意退单: nobody leads the case any more."""
        case = await self._decides_return(case, request, decision="APPROVE")
        assert case["status"] == "PENDING_DISPATCH"
        return case

    async def leaves_it_there(self, case: Data, request: str) -> Data:
        """不同意退单: adjudicated, the unit handles it."""
        case = await self._decides_return(case, request, decision="REJECT", reason="经营地址在你单位辖区")
        assert case["status"] == "IN_PROGRESS"
        return case

    async def _decides_return(self, case: Data, request: str, **given: str) -> Data:
        wanted = {"returnRequestId": request, "expectedVersion": case["version"]}
        found: Data = (await self.city.as_("dispatcher").done("decideReturn", RETURN, **wanted, **given))["case"]
        return found

    # --- 办理

    async def signs_for(self, case: Data) -> Data:
        """签收."""
        return await self._step("clerk", "signForCase", case, "IN_PROGRESS")

    async def inspects(self, case: Data) -> None:
        """现场检查: never alone."""
        visit: Data = {
            "caseId": case["id"],
            "capturedAt": clock.now().isoformat(),
            "findings": "会员合同与收据已核实。",
        }
        inspector, second = self.city.login("inspector"), self.city.login("inspector2")
        alone = await self.city.as_("inspector").refused(
            "addInspectionNote", "inspectionNote { id }", **visit, inspectors=[inspector]
        )
        assert (alone["code"], alone["path"]) == ("INSPECTORS_REQUIRED", ["inspectors"])
        shape = "inspectionNote { inspectors { login } lateArrival clockSkewed }"
        payload = await self.city.as_("inspector").done(
            "addInspectionNote", shape, **visit, inspectors=[inspector, second]
        )
        assert payload["inspectionNote"] == {
            "inspectors": [{"login": inspector}, {"login": second}],
            "lateArrival": False,
            "clockSkewed": False,
        }

    async def asks_for_more_time(self, case: Data, working_days: int) -> tuple[Data, str]:
        """申请延期: the case, and the request to be decided. Until then nothing can be submitted."""
        reason = {"workingDays": working_days, "reason": "等待银行流水"}
        payload = await self.city.as_("clerk").done("requestExtension", EXTENSION, **change(case), **reason)
        case = payload["case"]
        early = await self.city.as_("clerk").refused("submitResult", **change(case), **self._result())
        assert early["code"] == "APPROVAL_PENDING"
        return case, payload["extension"]["id"]

    async def grants_more_time(self, case: Data, request: str) -> Data:
        """批准延期: by the 12315 section, never by whoever asked."""
        wanted = {"extensionId": request, "expectedVersion": case["version"], "decision": "APPROVE"}
        assert (await self.city.as_("clerk").refused("decideExtension", **wanted))["code"] == "NOT_PERMITTED"
        payload = await self.city.as_("section").done("decideExtension", EXTENSION, **wanted)
        assert payload["extension"]["oldDueAt"] == case["dueAt"]
        assert payload["extension"]["newDueAt"] == payload["case"]["dueAt"]
        found: Data = payload["case"]
        return found

    async def submits(self, case: Data) -> Data:
        """提交结果: one that names no handler is refused (ZZ-10)."""
        nobody = await self.city.as_("clerk").refused("submitResult", **change(case), **self._result(handlers=[]))
        assert (nobody["code"], nobody["path"]) == ("SIGN_OFF_FIELDS_MISSING", ["handlers"])
        return await self._step("clerk", "submitResult", case, "PENDING_SIGN_OFF", **self._result())

    async def sends_back(self, case: Data) -> Data:
        """退回重新处理: with a reason."""
        silent = await self.city.as_("responsible").refused("signOff", **change(case), decision="REJECT")
        assert (silent["code"], silent["path"]) == ("REASON_REQUIRED", ["reason"])
        why = {"decision": "REJECT", "reason": "未写明退款时间"}
        return await self._step("responsible", "signOff", case, "IN_PROGRESS", **why)

    async def signs(self, case: Data) -> Data:
        """签字: by the responsible person; whoever handled it may not stand in."""
        own = await self.city.as_("inspector").refused("signOff", **change(case), decision="APPROVE")
        assert own["code"] == "SELF_APPROVAL_FORBIDDEN"
        return await self._step("responsible", "signOff", case, "CLOSED_AWAITING_CALLBACK", decision="APPROVE")

    def _result(self, **given: object) -> Data:
        reply = "商家已退还余额1200元。"
        result = {"department": "消费者权益保护科", "outcome": "MEDIATED", "reply": reply, "recoveredLoss": "1200.00"}
        return {**result, "handlers": [self.city.login("inspector"), self.city.login("inspector2")], **given}

    # --- 回访

    async def calls_back(self, case: Data, level: str) -> Data:
        """回访: never by the unit itself."""
        own = await self.city.as_("east_caller").refused("recordCallback", **change(case), level=level)
        assert own["code"] == "CALLBACK_BY_HANDLING_UNIT"
        shape = f"{CASE} callback {{ id }}"
        payload = await self.city.as_("caller").done("recordCallback", shape, **change(case), level=level)
        assert payload["case"]["status"] == "CALLBACK_REVIEW"
        return {**payload["case"], "callback": payload["callback"]["id"]}

    async def reviews(self, case: Data) -> Data:
        """签字审阅: by somebody else than the caller (ZZ-13)."""
        wanted = {"callbackId": case["callback"], "expectedVersion": case["version"]}
        own = await self.city.as_("caller").refused("reviewCallback", **wanted)
        assert own["code"] == "SELF_APPROVAL_FORBIDDEN"
        found: Data = (await self.city.as_("reviewer").done("reviewCallback", CASE, **wanted))["case"]
        return found

    # ---

    def _clerk(self, unit: str) -> str:
        return {"west": "west_clerk", "east": "clerk"}[unit]

    async def _step(self, who: str, mutation: str, case: Data, to: str, **given: object) -> Data:
        found: Data = (await self.city.as_(who).done(mutation, CASE, **change(case), **given))["case"]
        assert (found["status"], found["version"]) == (to, case["version"] + 1)
        return found
