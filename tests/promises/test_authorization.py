"""Every field of every object, for everybody in every role: asked over HTTP, compared with a table people can read."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from resolvers.terms.roles import Role
from schema.grammar import ids
from tests import world
from tests.client import Data
from tests.promises import expected
from tests.promises.expected import FIELDS, KINDS
from tests.promises.matrix import (
    ANYWHERE,
    Played,
    Somebody,
    Thing,
    answers,
    everybody,
    linked,
    node_types,
    play,
    questions,
    trimmed,
)
from tests.promises.staff import PEOPLE, named
from tests.wires import opened

UNSEEN = "----"


def _read(table: str) -> dict[str, dict[str, str]]:
    """post -> kind of case -> code."""
    found: dict[str, dict[str, str]] = {}
    for line in table.strip().splitlines()[1:]:
        role, *places = line.split()[:-3]
        codes = dict(zip(KINDS, line.split()[-3:], strict=True))
        found |= {f"{role}@{place}": codes for place in (["own"] if "own" in places else places)}
    return found


CITIZEN = _read(expected.CITIZEN)


@pytest.fixture(scope="module")
async def played(http: httpx.AsyncClient, base_url: str) -> Played:
    return await play(await world.found(http, base_url), await world.found(http, base_url))


@pytest.fixture(scope="module")
async def truth(played: Played) -> dict[str, Data]:
    """Everything as it is: told by the auditor, who sees all rows, and by those for whom a decision waits."""
    tellers = ["AUDITOR@top", "CLERK@east", *(post for posts in expected.DECIDES.values() for post in posts)]
    found: dict[str, Data] = {}
    for who in tellers:
        told = await answers(played.city.as_(who), played)
        found = {key: value for key, value in told.items() if value is not None} | found
    return found


SHOWN = {  # what those cases are there for
    "waiting": {"Approval"},
    "centre": {
        "NonAcceptance",
        "TransferOut",
        "Termination",
        "Notice",
        "Reopening",
        "Voiding",
        "OdrRouting",
        "VoicemailCall",
    },
    "settled": {"Case", "Party", "OdrRouting"},
    "split": {"Deadline"},
}
OF_THE_FIELD = {"CheckItem", "LabTest", "Measure", "Patrol", "RapidTest", "Rectification", "Sample"}
OF_STAFF = OF_THE_FIELD | {
    "FilingReport",
    "Instruction",
    "Meeting",
    "Notice",
    "Recusal",
    "Reminder",
    "Reopening",
    "VoicemailCall",
    "Voiding",
}


def code(who: Somebody, case: str) -> str:
    """How this caller sees the citizen of a case; `UNSEEN` when not even the case. What waits are complaints."""
    if case == "settled" and who.role == "ODR_ENTERPRISE":
        return expected.ENTERPRISE if who.place == "east" else UNSEEN
    if case in ("centre", "settled"):
        in_sight = who.place == "top" and who.role in f"{expected.ANSWERED} INTEGRATOR".split()
        at = "own" if who.own else "top"
        return CITIZEN[f"{who.role}@{at}"]["complaint"] if in_sight else UNSEEN
    at = "own" if who.own and who.role == "AGENT" else who.place
    if case == "split":  # a report no unit has yet
        in_sight = at == "own" or (who.place == "top" and who.role in expected.POSITIONS.split())
        return CITIZEN[f"{who.role}@{at}"]["report"] if in_sight else UNSEEN
    return CITIZEN.get(f"{who.role}@{at}", {}).get("complaint" if case == "waiting" else case, UNSEEN)


def sees(who: Somebody, thing: Thing, own_office: str) -> bool:  # noqa: C901, PLR0911, PLR0912  (a table)
    match thing.kind:
        case "Category" | "DeadlinePolicy" | "Regime":
            return True
        case "Office":
            return who.role not in expected.OUT_OF_THE_OFFICE_TREE or thing.id == own_office
        case "OdrEnterprise":
            return who.role in expected.ENTERPRISES.split()
        case "KnowledgeArticle":
            mine = who.place == "east" and who.role not in expected.THIRD_PARTIES.split()
            waits_for = mine or (who.role, who.place) == ("LEADER", "top")
            return who.role not in ("ADMIN", "ODR_ENTERPRISE") and (thing.row["status"] == "APPROVED" or waits_for)
        case "Person" | "CheckList":
            return who.role not in expected.THIRD_PARTIES.split()
        case _ if code(who, thing.case) == UNSEEN:
            return False
        case kind if kind in OF_STAFF:
            return who.role not in expected.THIRD_PARTIES.split()
        case "Task":
            return who.role in expected.TASKS.split() and who.place == "east"
        case "Approval":
            return thing.row["decided_at"] is None and who.post in expected.DECIDES[thing.row["kind"]]
        case "Photo":
            return who.role in expected.PHOTOS.split()
        case "PhotoLikeness":  # in sight with both photos
            return who.role in expected.PHOTOS.split() and code(who, thing.row["earlier_case"]) != UNSEEN
        case "SupervisionSuggestion":
            return who.role in expected.OVERSEES
        case "CaseEvent":
            return not thing.row["audit_only"] or who.role in expected.AUDIT.split()
    return True


def told(who: Somebody, thing: Thing, rule: str, fact: object, base_url: str) -> object:  # noqa: C901, PLR0911, PLR0912  (a table)
    """What the table says this caller is told of a field whose true value is `fact`."""
    letters = dict(zip(("name", "phone", "address", "words"), code(who, thing.case), strict=False))
    match rule:
        case "plain":
            return fact
        case "staff":
            return expected.WITHHELD if fact is not None and who.role in expected.THIRD_PARTIES.split() else fact
        case "settlement":
            return expected.WITHHELD if fact is not None and who.role == "INTEGRATOR" else fact
        case "title" | "description" | "place":
            return getattr(expected, f"{rule.upper()}S")[letters["words"]]
        case "name":
            return expected.PSEUDONYMS[thing.case] if letters["name"] == "P" else expected.NAMES[letters["name"]]
        case "phone":
            return expected.PHONES[letters["phone"]]
        case "address":
            return expected.ADDRESSES[letters["address"]]
        case "position":
            own = who.role in expected.OWN_POSITIONS.split() and who.place == "east"
            return fact if own or who.role in expected.POSITIONS.split() else None
        case "bodies" | "missing":  # of the citizen nothing is missing in any of these
            return [] if who.role in expected.THIRD_PARTIES.split() else fact
        case "repeat":
            return fact if who.role in expected.REPEATS.split() else None
        case "upload":
            mine = who.own and who.role == "INSPECTOR" and thing.row["status"] == "DECLARED"
            return f"{base_url}/uploads/{thing.row['id']}" if mine else None
        case "original":
            may = who.role in expected.ORIGINALS.split() and thing.row["status"] == "VERIFIED"
            return f"{base_url}/photos/{thing.row['id']}" if may else None
        case "exif":
            may = who.role in expected.ORIGINALS.split() and thing.row["copies"] == "MADE"
            return itself(thing.row) if may else None
        case "document":
            may = who.role in expected.ORIGINALS.split() and thing.row["document_status"] == "VERIFIED"
            return f"{base_url}/documents/{thing.row['id']}" if may else None
    assert rule in ("answer", "nobody"), rule
    return None


def itself(photo: Data) -> Data:
    """What its file says of a photo, as the API tells it."""
    place = {"latitude": photo["exif_latitude"], "longitude": photo["exif_longitude"], "accuracy": None}
    taken = photo["exif_taken_at"].strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"takenAt": taken, "position": place, "device": photo["exif_device"]}


def wrong(who: Somebody, played: Played, truth: dict[str, Data], seen: dict[str, Data | None]) -> list[object]:
    """Every cell of one caller that is not as the table says."""
    own_office = ids.encode("Office", played.city.offices[who.place])
    found: list[object] = []
    for thing in played.things.values():
        answer = seen[thing.id]
        if (answer is not None) != (sees(who, thing, own_office) and thing.id in truth):
            found.append((str(who), thing.kind, thing.case, "seen" if answer else "not seen"))
        if answer is None or thing.kind not in SHOWN.get(thing.case, {thing.kind}):
            continue
        for rule, names in FIELDS[thing.kind].items():
            for name in names.split() if rule != "apart" else ():
                fact = truth[thing.id][name]
                if rule == "own":
                    good = isinstance(answer[name], str)
                elif rule == "link":
                    kept = [key for key in linked(fact) if sees(who, _thing(played, key), own_office)]
                    good = answer[name] == trimmed(fact, kept)
                elif rule == "split":
                    kept = [key for key in linked(fact) if sees(who, _thing(played, key), own_office)]
                    good = answer[name] == trimmed(fact, kept if who.role in expected.SPLITS.split() else [])
                else:
                    good = answer[name] == told(who, thing, rule, fact, played.city.base_url)
                found += [] if good else [(str(who), thing.kind, thing.case, name, answer[name])]
    return found


def _thing(played: Played, key: str) -> Thing:
    read = ids.read(key)
    assert read
    return played.things.get(key) or Thing(read[0], key, "", {})


def test_the_table_knows_every_field_of_every_type_and_no_other() -> None:
    listed = {kind: sorted(" ".join(rules.values()).split()) for kind, rules in FIELDS.items()}
    assert listed == {name: sorted(set(kind.fields) - {"id"}) for name, kind in node_types().items()}


async def test_there_is_one_of_everything_to_be_told(played: Played, truth: dict[str, Data]) -> None:
    """A field that is empty for everybody proves nothing."""
    always_null = {("Deadline", "breachedAt"), ("Approval", "escalatedAt")}  # the clockwork's to write
    empty = {
        (kind, name)
        for kind, rules in FIELDS.items()
        for rule, names in rules.items()
        for name in names.split()
        if rule in ("plain", "link", "staff", "position", "bodies", "repeat", "split")
        and not any(truth[key][name] not in (None, []) for key in played.ids(kind) if key in truth)
    }
    assert empty == always_null
    assert {thing.case for thing in played.things.values()} == {*KINDS, *SHOWN, ""}


@pytest.mark.parametrize("role", [role.value for role in Role])
async def test_everybody_is_told_what_the_table_says(role: str, played: Played, truth: dict[str, Data]) -> None:
    people = [who for who in everybody() if who.role == role]

    seen = await asyncio.gather(*(answers(played.city.as_(who.login), played) for who in people))

    assert [cell for who, one in zip(people, seen, strict=True) for cell in wrong(who, played, truth, one)] == []


async def test_nobody_of_another_city_is_told_that_anything_is_there(played: Played) -> None:
    strangers = [*(named(role, "top") for role in PEOPLE), "agent", "integrator"]

    seen = await asyncio.gather(*(answers(played.other.as_(who), played) for who in strangers))

    for who, one in zip(strangers, seen, strict=True):
        found = {played.things[key].kind for key, answer in one.items() if answer is not None}
        outside = who == "integrator" or who.startswith("ODR_ENTERPRISE")
        assert found == set(ANYWHERE) - ({"CheckList"} if outside else set()), who


async def test_without_a_token_nobody_is_told_anything(played: Played) -> None:
    for document in questions():
        kinds = [kind for kind in FIELDS if f"${kind}:" in document]
        response = await played.city.anonymous.post(document, **{kind: played.ids(kind) for kind in kinds})
        assert response.status_code in (200, 401)
        assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["UNAUTHENTICATED"]
        assert "data" not in response.json()


# --- lists, figures, sockets

LISTS = """query { cases(first: 100) { nodes { id } edges { node { id } } totalCount }
  approvals(first: 100) { nodes { id } edges { node { id } } totalCount }
  supervisions(first: 100) { nodes { id } edges { node { id } } totalCount }
  regimes(first: 100) { nodes { id } edges { node { id } } totalCount }
  knowledgeVersions(first: 100) { nodes { id } edges { node { id } } totalCount }
  offices(first: 100) { nodes { id } edges { node { id } } totalCount } }"""


@pytest.mark.parametrize("role", [role.value for role in Role])
async def test_every_list_holds_and_counts_what_may_be_seen_and_nothing_else(role: str, played: Played) -> None:
    for who in (each for each in everybody() if each.role == role):
        lists = await played.city.as_(who.login).ask(LISTS)

        own_office = ids.encode("Office", played.city.offices[who.place])
        kinds = {"cases": "Case", "approvals": "Approval", "offices": "Office", "supervisions": "SupervisionOrder"}
        kinds |= {"regimes": "Regime", "knowledgeVersions": "KnowledgeArticle"}
        for name, kind in kinds.items():
            wanted = {
                key for key, thing in played.things.items() if thing.kind == kind and sees(who, thing, own_office)
            }
            found = [node["id"] for node in lists[name]["nodes"]]
            assert set(found) == wanted, (who, name)
            assert [edge["node"]["id"] for edge in lists[name]["edges"]] == found
            assert lists[name]["totalCount"] == len(found) == len(wanted)


@pytest.mark.parametrize("role", [role.value for role in Role])
async def test_figures_are_told_of_the_own_office_and_those_below(role: str, played: Played) -> None:
    document = (
        'query ($o: String!) { kpis(officeCode: $o, period: {from: "2026-11-01", through: "2026-11-30"}) { asOf } }'
    )
    for who in (each for each in everybody() if each.role == role):
        told = set()
        for place, office in played.city.codes.items():
            said = (await played.city.as_(who.login).post(document, o=office)).json()
            told |= {place} if "errors" not in said else set()
            reasons = [error["extensions"]["reason"] for error in said.get("errors", [])]
            assert reasons in ([], ["NOT_FOUND"])
        assert told == (set() if role in expected.NO_FIGURES else expected.BELOW[who.place]), who


async def test_an_answer_given_at_intake_is_told_to_the_bureau_alone(played: Played) -> None:
    case = await played.city.receive(kind="CONSULTATION")
    await played.city.as_("agent").done("answerCase", **world.change(case), answer="请拨打电力热线。")
    told, seen = set(), set()
    for who in everybody():
        found = await played.city.as_(who.login).ask(
            "query ($n: String!) { case(number: $n) { answer } }", n=case["number"]
        )
        seen |= {who.post} if found["case"] else set()
        told |= {who.post} if found["case"] and found["case"]["answer"] == "请拨打电力热线。" else set()
    assert told == {f"{role}@top" for role in expected.ANSWERED.split()}
    assert seen - told == {"INTEGRATOR@top"}


@pytest.mark.parametrize("who", ["CLERK@east", "INTEGRATOR@east", "CALLBACK_OFFICER@east", "ADMIN@top", "agent"])
async def test_over_a_socket_the_answers_are_the_same(who: str, played: Played) -> None:
    caller = played.city.as_(who)
    for document in questions():
        asked = {kind: played.ids(kind) for kind in FIELDS if f"${kind}:" in document}
        over_http = (await caller.post(document, **asked)).json()
        async with opened(caller.base_url.replace("http", "ws", 1) + "/graphql") as socket:
            await socket.init(caller.token)
            assert await socket.ask(document, variables=asked) == over_http
