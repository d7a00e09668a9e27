"""A city in which everything has happened, and the questions that ask for every field of everything in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_leaf_type

import schema
from resolvers.copy import Examiner
from resolvers.doors import db, pixels
from resolvers.terms.limits import NODES_MAXIMUM
from resolvers.terms.roles import Role
from schema.grammar import ids
from tests import articles, disputes, settling
from tests.client import Caller, Data
from tests.pictures import get, submit_report
from tests.promises.expected import FIELDS, KINDS
from tests.promises.staff import MATTERS, PEOPLE, PLACES, called_back, hire, in_progress, named
from tests.world import City, change, grant

CORE = schema.schema._schema
ROOT_FIELDS = 10
# Where the objects of a case lie.
OF_CASE = {
    "Approval": "approvals", "Assignment": "assignments", "Callback": "callbacks", "CaseEvent": "ledger",
    "Deadline": "deadlines", "ExtensionRequest": "extension_requests", "HandlingResult": "handling_results",
    "InspectionNote": "inspection_notes", "Party": "parties", "NonAcceptance": "non_acceptances", "Respondent": "respondents",
    "Notice": "notices", "Reopening": "reopenings", "Termination": "terminations", "Voiding": "voidings",
    "TransferOut": "transfers_out", "FilingReport": "filing_reports", "Pause": "pauses", "Reminder": "reminders",
    "OdrRouting": "odr_routings", "VoicemailCall": "voicemail_calls",
    "Recusal": "recusals",
    "ReturnRequest": "return_requests", "Dispute": "disputes", "Round": "rounds",
    "SignOff": "sign_offs", "SupervisionOrder": "supervision_orders",
    "Instruction": "instructions", "Meeting": "meetings", "SupervisionSuggestion": "supervision_suggestions",
    "Patrol": "patrols", "Rectification": "rectifications", "Task": "tasks",
}  # fmt: skip
OF_NOTE = {  # and those of a visit
    "Photo": "photos", "CheckItem": "check_items", "Sample": "samples", "RapidTest": "rapid_tests",
    "Measure": "measures", "LabTest": "lab_tests",
}  # fmt: skip
ANYWHERE = {
    "Category": "categories",
    "CheckList": "check_lists",
    "DeadlinePolicy": "(SELECT * FROM deadline_policies ORDER BY priority) x",
}


def node_types() -> dict[str, GraphQLObjectType]:
    node = CORE.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    return {kind.name: kind for kind in CORE.get_possible_types(node)}


@dataclass(frozen=True)
class Thing:
    """An object: its type, its global id, its row, and the case it hangs on: one of `KINDS`, or `waiting`,
    or `centre`, or `settled`, or `split`, or none."""

    kind: str
    id: str
    case: str
    row: Data = field(compare=False, hash=False)


@dataclass(frozen=True)
class Played:
    city: City
    other: City
    things: dict[str, Thing]

    def ids(self, kind: str) -> list[str]:
        return [thing.id for thing in self.things.values() if thing.kind == kind]


@dataclass(frozen=True)
class Somebody:
    """A role at a place. `own`: the very person who took the cases in, or who declared the photos."""

    role: str
    place: str
    login: str
    own: bool = False

    @property
    def post(self) -> str:
        return f"{self.role}@{self.place}"


def everybody() -> Iterator[Somebody]:
    for place in PLACES:
        yield from (Somebody(role.value, place, named(role, place)) for role in PEOPLE)
    yield Somebody("AGENT", "top", "agent", own=True)
    yield Somebody("INSPECTOR", "east", "inspector", own=True)
    yield Somebody("INTEGRATOR", "top", "integrator")
    yield Somebody("INTEGRATOR", "east", named(Role.INTEGRATOR, "east"))


async def play(city: City, other: City) -> Played:
    await hire(city)
    await hire(other)
    numbers = {"waiting": await _waiting(city), "settled": await settled_online(city)}
    numbers["centre"] = await closed_at_the_centre(city) + await come_to_the_centre(city)
    whole, part = await _split(city)
    numbers |= {"centre": [*numbers["centre"], whole], "split": [part]}
    for kind in KINDS:
        case = await called_back(city, await in_progress(city, MATTERS[kind]))
        numbers[kind] = [case["number"]]
    regime = {"name": "疫情防控", "tag": "新冠疫情", "basis": "一级响应"}
    await city.as_("leader").done("activateRegime", "regime { id }", **regime)
    flood = {"name": "防汛", "tag": "防汛", "basis": "市局通知"}
    ended = (await city.as_("leader").done("activateRegime", "regime { id }", **flood))["regime"]
    await city.as_("leader").done("endRegime", "regime { id }", regimeId=ended["id"], reason="响应终止")
    await articles.approved(city)
    await articles.written(city)
    await _read_originals(city)
    await Examiner().catch_up()
    await pixels.close()
    return Played(city, other, {thing.id: thing for thing in await _things(city, numbers)})


async def _waiting(city: City) -> list[str]:
    """Cases with a decision of each kind still to be taken."""
    case = await city.case_in("IN_PROGRESS")
    await city.as_("clerk").done("requestExtension", **change(case), workingDays=1, reason="待检测结果")
    unfit = await city.case_in("IN_PROGRESS")
    given = {"reason": "不属本辖区", "legalBasis": "第37条", "suggestedOfficeCode": city.codes["west"]}
    await city.as_("clerk").done("requestReturn", **change(unfit), **given)
    reported, _ = await submit_report(city, await city.case_in("IN_PROGRESS"))
    others = [unfit, reported, await city.case_in("PENDING_SIGN_OFF"), *await _called_with_its_follower(city)]
    others += [await disputes.raised(city), await _designated(city)]
    return [each["number"] for each in (case, *others)]


async def _designated(city: City) -> Data:
    """The bureau's own unit would not have it; `east` is to handle it."""
    refused = await disputes.return_refused(city, await city.dispatch(await city.receive(), "top"), "top_clerk")
    return await disputes.decided(
        city, disputes.designating(city, await disputes.raised(city, refused, "top_clerk"), "east")
    )


async def _called_with_its_follower(city: City) -> list[Data]:
    """A case whose callback waits for review, and one merged into it: both were called."""
    target, follower = await city.case_in("CLOSED_AWAITING_CALLBACK"), await city.receive()
    shape = "target { id number version }"
    merged = await city.as_("dispatcher").done("mergeCase", shape, **change(follower), targetCaseId=target["id"])
    called = await city.call_back(merged["target"], followerCaseId=follower["id"])
    return [await city.call_back(called), follower]


async def _split(city: City) -> tuple[str, str]:
    """A complaint, and the report that was split from it."""
    given = {"kind": "REPORT", "newTitle": "出售过期口罩", "newDescription": "举报该店。"}
    shape = "case { number } split { number }"
    told = await city.as_("agent").done("splitCase", shape, **change(await city.receive()), **given)
    return told["case"]["number"], told["split"]["number"]


async def closed_at_the_centre(city: City) -> list[str]:
    """One not accepted, one passed on, one void, one terminated, told of, and begun anew: no unit has a part in them."""
    refused, passed = await city.receive(), await city.receive()
    dispatcher = city.as_("dispatcher")
    await dispatcher.done("refuseCase", **change(refused), ground="OVER_THREE_YEARS", notice="已超过三年。")
    await dispatcher.done("transferCase", **change(passed), receivingBody="市交通运输局", notice="请拨打12328。")
    void, ended = await city.receive(), await city.receive()
    await city.as_("supervisor").done("voidCase", **change(void), ground="TEST", reason="系统测试")
    given = {"ground": "WITHDRAWN_OR_SETTLED", "reason": "投诉人撤回"}
    told = (await dispatcher.done("terminateCase", **change(ended), **given))["case"]
    told = (await dispatcher.done("giveNotice", **change(told), kind="TERMINATION", text="已终止。"))["case"]
    await city.as_("supervisor").done("reopenCase", **change(told), newFacts="又有新的票据", reason="足以影响处理结果")
    return [case["number"] for case in (refused, passed, void, ended)]


async def settled_online(city: City) -> list[str]:
    """By the enterprise whose users are of `east`."""
    case = await settling.routed(city, "east", **MATTERS["complaint"])
    settles = city.as_(named(Role.ODR_ENTERPRISE, "east"))
    await settles.done("settleOdr", **change(case), settlement="已退会员费", amount="27.00")
    return [case["number"]]


async def come_to_the_centre(city: City) -> list[str]:
    """One the enterprise declined, one that was recorded at night."""
    declined = await settling.routed(city, "east")
    who = named(Role.ODR_ENTERPRISE, "east")
    if who not in city.tokens:
        who = "enterprise"
        await grant(city, who, Role.ODR_ENTERPRISE, "east")
    await city.as_(who).done("declineOdr", "__typename", **change(declined), reason="已过退货期")
    recorded = await settling.called(city, await settling.recording(city))
    given = {"title": "会员卡不退", "description": "余额300元。"}
    await city.as_("agent").done("registerVoicemail", **change(recorded), **given)
    return [declined["number"], recorded["number"]]


async def _read_originals(city: City) -> None:
    """Which writes an entry for the audit alone."""
    for row in await db.query(
        "SELECT id FROM photos WHERE status = 'VERIFIED' AND declared_by = $1", city.persons["inspector"]
    ):
        read = await get(city.as_("leader"), f"{city.base_url}/photos/{row['id']}")
        assert read.status_code == 200, read.text


async def _things(city: City, numbers: dict[str, list[str]]) -> list[Thing]:
    found = []
    for label, wanted in numbers.items():
        found += await _rows("Case", "cases WHERE number = ANY($1)", wanted, case=label)
        keys = [thing.row["id"] for thing in found if thing.kind == "Case" and thing.case == label]
        for kind, table in OF_CASE.items():
            found += await _rows(kind, f"{table} WHERE case_id = ANY($1::uuid[])", keys, case=label)
        notes = [thing.row["id"] for thing in found if thing.kind == "InspectionNote" and thing.case == label]
        for kind, table in OF_NOTE.items():
            found += await _rows(kind, f"{table} WHERE note_id = ANY($1::uuid[])", notes, case=label)
    found += await _alike({thing.row["id"]: thing.case for thing in found if thing.kind == "Photo"})
    for kind, table in ANYWHERE.items():
        found += await _rows(kind, f"{table} WHERE $1 LIMIT 3", True)
    mine = city.jurisdiction_id
    found += await _rows("Office", "offices WHERE jurisdiction_id = $1", mine)
    found += await _rows("OdrEnterprise", "odr_enterprises WHERE jurisdiction_id = $1", mine)
    found += await _rows("Regime", "regimes WHERE jurisdiction_id = $1", mine)
    found += await _rows("KnowledgeArticle", "knowledge_articles WHERE jurisdiction_id = $1", mine)
    found += await _rows("Person", "persons WHERE jurisdiction_id = $1 ORDER BY login LIMIT 3", mine)
    return found


async def _alike(case_of: dict[object, str]) -> list[Thing]:
    """The same view was photographed in three cases."""
    things = await _rows("PhotoLikeness", "photo_likenesses WHERE photo_id = ANY($1::uuid[])", [*case_of])
    for thing in things:
        thing.row["earlier_case"] = case_of[thing.row["earlier_id"]]
    return [Thing(thing.kind, thing.id, case_of[thing.row["photo_id"]], thing.row) for thing in things]


async def _rows(kind: str, where: str, value: object, *, case: str = "") -> list[Thing]:
    rows = await db.query(f"SELECT * FROM {where}", value)
    return [Thing(kind, ids.encode(kind, row["id"]), case, row) for row in rows]


# --- the questions


def selection(name: str, of: GraphQLField) -> str:
    """A field with all that is needed to compare it."""
    kind = get_named_type(of.type)
    if is_leaf_type(kind):
        return name
    assert isinstance(kind, GraphQLObjectType)
    if kind.name.endswith("Connection"):
        return f"{name}(first: 100) {{ nodes {{ id }} totalCount }}"
    if kind in node_types().values():
        return f"{name} {{ id }}"
    return f"{name} {{ {' '.join(selection(each, kind.fields[each]) for each in kind.fields)} }}"


def questions() -> list[str]:
    """Documents that ask for every field listed (but those told apart) of the ids given for each type."""
    types = node_types()
    parts = {}
    for kind, rules in FIELDS.items():
        wanted = [name for rule, names in rules.items() if rule != "apart" for name in names.split()]
        asked = " ".join(selection(name, types[kind].fields[name]) for name in wanted)
        parts[kind] = f"{kind}: nodes(ids: ${kind}) {{ ... on {kind} {{ id {asked} }} }}"
    kinds = list(parts)
    chunks = [kinds[start : start + ROOT_FIELDS] for start in range(0, len(kinds), ROOT_FIELDS)]
    return [
        f"query ({', '.join(f'${kind}: [ID!]!' for kind in chunk)}) {{ {' '.join(parts[kind] for kind in chunk)} }}"
        for chunk in chunks
    ]


async def answers(caller: Caller, played: Played) -> dict[str, Data | None]:
    """What one caller is told of everything: by id, None for what is not there for this caller."""
    told: dict[str, Data | None] = {}
    for document in questions():
        every = {kind: played.ids(kind) for kind in FIELDS if f"${kind}:" in document}
        for start in range(0, max(map(len, every.values())), NODES_MAXIMUM):
            asked = {kind: keys[start : start + NODES_MAXIMUM] for kind, keys in every.items()}
            for kind, nodes in (await caller.ask(document, **asked)).items():
                told |= dict(zip(asked[kind], nodes, strict=True))
    return told


def linked(value: object) -> Iterable[str]:
    """The ids in a link, whichever of its shapes it has."""
    if isinstance(value, dict):
        return [value["id"]] if "id" in value else linked(value["nodes"])
    return [each["id"] for each in value] if isinstance(value, list) else []


def trimmed(value: object, kept: list[str]) -> object:
    """The same link with only these ids left."""
    if isinstance(value, dict):
        if "id" in value:
            return value if value["id"] in kept else None
        nodes = trimmed(value["nodes"], kept)
        assert isinstance(nodes, list)
        return {"nodes": nodes, "totalCount": len(nodes)}
    return [each for each in value if each["id"] in kept] if isinstance(value, list) else value
