"""检查记录: facts from the field, added and never changed; each declares its photos."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from resolvers.rules import geo
from resolvers.terms.kinds import CoordinateSystem
from tests import repeats
from tests.client import Data
from tests.pictures import declaration, picture
from tests.world import APPLICATION, City, alter

SHAPE = (
    "inspectionNote { id round visitType findings capturedAt receivedAt lateArrival clockSkewed office { code }"
    " case { number version } inspectors { login } position { latitude longitude accuracy }"
    " photos { sha256 byteSize contentType status capturedAt receivedAt uploadUrl url thumbnailUrl } }"
)
NOTES = (
    "query ($n: String!) { case(number: $n) { version inspectionNotes { totalCount nodes { findings lateArrival"
    " inspectors { login } position { latitude } photos { sha256 } } } timeline { nodes { kind } } } }"
)


def visit(city: City, case: Data, **given: object) -> Data:
    told = {
        "caseId": case["id"],
        "capturedAt": "2026-11-20T10:00:00+08:00",
        "inspectors": [city.login("inspector"), city.login("inspector2")],
        "findings": "现场检查, 价签与进货单据齐全。",
    }
    return {**told, **given}


async def add(city: City, case: Data, who: str = "inspector", **given: object) -> Data:
    payload = await city.as_(who).done("addInspectionNote", SHAPE, **visit(city, case, **given))
    found: Data = payload["inspectionNote"]
    return found


async def refused(city: City, case: Data, who: str = "inspector", **given: object) -> Data:
    return await city.as_(who).refused("addInspectionNote", "inspectionNote { id }", **visit(city, case, **given))


async def notes(city: City, case: Data, who: str = "dispatcher") -> Data:
    found: Data = (await city.as_(who).ask(NOTES, n=case["number"]))["case"]
    return found


async def test_a_note_keeps_what_two_inspectors_saw_and_when(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    note = await add(city, case, findings=" 价签齐全。 ", visitType="NIGHT")

    assert (note["findings"], note["visitType"], note["round"]) == ("价签齐全。", "NIGHT", 1)
    assert note["capturedAt"] == "2026-11-20T02:00:00Z"
    assert datetime.now(UTC) - datetime.fromisoformat(note["receivedAt"]) < timedelta(minutes=1)
    assert (note["lateArrival"], note["clockSkewed"], note["position"], note["photos"]) == (False, False, None, [])
    assert note["inspectors"] == [{"login": city.login("inspector")}, {"login": city.login("inspector2")}]
    assert note["office"] == {"code": city.codes["east"]}
    assert (await notes(city, case))["timeline"]["nodes"][-1] == {"kind": "INSPECTION_NOTE_ADDED"}


async def test_a_note_is_a_new_fact_and_leaves_the_version_alone(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    note = await add(city, case)
    await add(city, case, visitType="RECHECK")

    assert note["case"] == {"number": case["number"], "version": case["version"]}
    assert (await notes(city, case))["inspectionNotes"]["totalCount"] == 2
    assert (await city.submit(case))["status"] == "PENDING_SIGN_OFF"


@pytest.mark.parametrize("named", [[], ["inspector"], ["inspector", "inspector"]])
async def test_one_inspector_is_not_enough_however_often_he_is_named(city: City, named: list[str]) -> None:
    case = await city.case_in("IN_PROGRESS")

    refusal = await refused(city, case, inspectors=[city.login(who) for who in named])

    assert (refusal["code"], refusal["path"]) == ("INSPECTORS_REQUIRED", ["inspectors"])
    assert (await notes(city, case))["inspectionNotes"]["totalCount"] == 0


async def test_the_same_person_by_id_and_by_login_is_one(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    me = (await city.as_("inspector").ask("{ viewer { person { id login } } }"))["viewer"]["person"]

    refusal = await refused(city, case, inspectors=[me["id"], me["login"]])

    assert refusal["code"] == "INSPECTORS_REQUIRED"


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"findings": " "}, "INVALID_INPUT", ["findings"]),
        ({"findings": "长" * 10_001}, "INVALID_INPUT", ["findings"]),
        ({"capturedAt": "2017-12-31T15:00:00Z"}, "INVALID_INPUT", ["capturedAt"]),
        ({"capturedAt": "0001-01-01T00:00:00Z"}, "INVALID_INPUT", ["capturedAt"]),
        ({"place": {"latitude": 91.0, "longitude": 1.0}}, "INVALID_INPUT", ["place"]),
        ({"place": {"latitude": 1.0, "longitude": -180.1}}, "INVALID_INPUT", ["place"]),
        ({"place": {"latitude": 1.0, "longitude": 1.0, "accuracy": -1.0}}, "INVALID_INPUT", ["place", "accuracy"]),
        ({"place": {"latitude": 1.0, "longitude": 1.0, "accuracy": 1e9}}, "INVALID_INPUT", ["place", "accuracy"]),
        ({"inspectors": ["inspector", "nobody"]}, "NOT_FOUND", ["inspectors", "1"]),
        ({"inspectors": ["inspector", "foreigner"]}, "NOT_FOUND", ["inspectors", "1"]),
        ({"inspectors": ["inspector"] * 21}, "INVALID_INPUT", ["inspectors"]),
    ],
)
async def test_what_does_not_hold_is_refused_with_its_place(
    city: City, other_city: City, given: Data, code: str, path: list[str]
) -> None:
    case = await city.case_in("IN_PROGRESS")
    known = {"inspector": city.login("inspector"), "foreigner": other_city.login("inspector2")}
    if "inspectors" in given:
        given = {"inspectors": [known.get(each, each) for each in given["inspectors"]]}

    refusal = await refused(city, case, **given)

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert (await notes(city, case))["inspectionNotes"]["totalCount"] == 0


DECLARED = declaration(picture())


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"sha256": "A" * 64}, ["photos", "1", "sha256"]),
        ({"sha256": "a" * 63}, ["photos", "1", "sha256"]),
        ({"sha256": "../../etc/passwd"}, ["photos", "1", "sha256"]),
        ({"byteSize": 0}, ["photos", "1", "byteSize"]),
        ({"byteSize": -1}, ["photos", "1", "byteSize"]),
        ({"byteSize": 20 * 2**20 + 1}, ["photos", "1", "byteSize"]),
        ({"contentType": "image/svg+xml"}, ["photos", "1", "contentType"]),
        ({"contentType": "image/JPEG"}, ["photos", "1", "contentType"]),
        ({"capturedAt": "0001-01-01T00:00:00Z"}, ["photos", "1", "capturedAt"]),
        ({"place": {"latitude": 91.0, "longitude": 1.0}}, ["photos", "1", "place"]),
        (
            {"place": {"latitude": 1.0, "longitude": 1.0, "accuracy": -1.0}},
            ["photos", "1", "place", "accuracy"],
        ),
    ],
)
async def test_a_wrong_declaration_refuses_the_whole_note(city: City, wrong: Data, path: list[str]) -> None:
    case = await city.case_in("IN_PROGRESS")

    refusal = await refused(city, case, photos=[DECLARED, {**DECLARED, **wrong}])

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", path)
    assert (await notes(city, case))["inspectionNotes"]["totalCount"] == 0


async def test_nine_photos_may_be_declared_and_ten_not(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    note = await add(city, case, photos=[DECLARED] * 9)
    refusal = await refused(city, case, photos=[DECLARED] * 10)

    assert len({photo["uploadUrl"] for photo in note["photos"]}) == 9
    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["photos"])


async def test_a_declared_photo_comes_back_with_its_address_and_nothing_to_look_at_yet(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    taken = {"capturedAt": "2026-11-20T09:59:00+08:00", "place": {"latitude": 45.1, "longitude": 126.9}}

    (photo,) = (await add(city, case, photos=[{**DECLARED, **taken}]))["photos"]

    assert photo.pop("uploadUrl").startswith(f"{city.base_url}/uploads/")
    assert photo == {
        **DECLARED,
        "status": "DECLARED",
        "capturedAt": "2026-11-20T01:59:00Z",
        "receivedAt": None,
        "url": None,
        "thumbnailUrl": None,
    }


@pytest.mark.parametrize("system", CoordinateSystem)
async def test_a_position_is_kept_as_wgs84_whatever_the_phone_speaks(city: City, system: CoordinateSystem) -> None:
    told = geo.Point(46.5893, 125.1031)
    place = {"latitude": told.latitude, "longitude": told.longitude, "accuracy": 12.5, "system": system}

    note = await add(city, await city.case_in("IN_PROGRESS"), place=place)

    position = note["position"]
    expected = geo.to_wgs84(told, system)
    assert (position["latitude"], position["longitude"]) == pytest.approx(expected, abs=1e-9)
    assert (abs(position["longitude"] - told.longitude) > 0.001) == (system is not CoordinateSystem.WGS84)
    assert position["accuracy"] == 12.5


async def test_where_an_inspector_stood_is_told_to_the_centre_and_his_own_unit_alone(city: City) -> None:
    case = await city.sign_for(await city.dispatch(await city.receive(), co=("west",)))
    await add(city, case, place={"latitude": 46.5893, "longitude": 125.1031})

    for who in ("dispatcher", "supervisor", "clerk", "responsible"):
        (note,) = (await notes(city, case, who))["inspectionNotes"]["nodes"]
        assert note["position"] is not None, who
    for who in ("agent", "west_clerk", APPLICATION):
        (note,) = (await notes(city, case, who))["inspectionNotes"]["nodes"]
        assert note["position"] is None, who


async def test_a_third_party_is_told_that_there_was_a_visit_and_no_more(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await add(city, case, photos=[DECLARED])

    (note,) = (await notes(city, case, APPLICATION))["inspectionNotes"]["nodes"]

    assert (note["inspectors"], note["photos"]) == ([], [])
    assert "价签" not in note["findings"]


@pytest.mark.parametrize(
    ("status", "late"),
    [
        ("DISPATCHED", False),
        ("IN_PROGRESS", False),
        ("PENDING_SIGN_OFF", True),
        ("CLOSED_AWAITING_CALLBACK", True),
        ("CALLBACK_REVIEW", True),
        ("ARCHIVED", True),
    ],
)
async def test_a_note_that_comes_late_is_kept_and_marked_for_who_signs_off(city: City, status: str, late: bool) -> None:
    case = await city.case_in(status)

    note = await add(city, case)

    assert note["lateArrival"] is late
    (seen,) = (await notes(city, case, "responsible"))["inspectionNotes"]["nodes"]
    assert seen["lateArrival"] is late


@pytest.mark.parametrize(("minutes", "skewed"), [(-100_000, False), (4, False), (6, True), (1_000_000, True)])
async def test_a_phone_whose_clock_runs_ahead_is_marked_and_believed_all_the_same(
    city: City, minutes: int, skewed: bool
) -> None:
    told = (datetime.now(UTC) + timedelta(minutes=minutes)).replace(microsecond=0)

    note = await add(city, await city.case_in("IN_PROGRESS"), capturedAt=told.isoformat())

    assert note["clockSkewed"] is skewed
    assert datetime.fromisoformat(note["capturedAt"]) == told


async def test_notes_are_listed_as_they_were_captured_not_as_they_came(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    for hour in (12, 9, 10):
        await add(city, case, capturedAt=f"2026-11-20T{hour:02}:00:00+08:00", findings=f"{hour}点")

    listed = (await notes(city, case))["inspectionNotes"]["nodes"]

    assert [each["findings"] for each in listed] == ["9点", "10点", "12点"]


async def test_a_note_of_another_round_says_so(city: City) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK")
    again = await city.review(await city.call_back(case, level="DISSATISFIED"))

    assert (await add(city, again))["round"] == 2


@pytest.mark.parametrize(
    ("who", "lead", "code"),
    [
        ("inspector", "stall", "NOT_YOUR_OFFICE"),
        ("west_inspector", "east", "NOT_FOUND"),
        ("clerk", "east", "NOT_PERMITTED"),
        ("responsible", "east", "NOT_PERMITTED"),
        ("supervisor", "east", "NOT_PERMITTED"),
    ],
)
async def test_only_inspectors_of_a_handling_unit_add_notes(city: City, who: str, lead: str, code: str) -> None:
    case = await city.dispatch(await city.receive(), lead)

    assert (await refused(city, case, who))["code"] == code


async def test_an_inspector_beside_the_lead_adds_notes_of_his_own_unit(city: City) -> None:
    case = await city.sign_for(await city.dispatch(await city.receive(), co=("west",)))
    own = [city.login("west_inspector"), city.login("inspector")]

    note = await add(city, case, "west_inspector", inspectors=own, visitType="JOINT")

    assert note["office"] == {"code": city.codes["west"]}


async def test_a_case_not_dispatched_or_of_another_city_does_not_exist_for_an_inspector(
    city: City, other_city: City
) -> None:
    for case in (await city.receive(), await other_city.case_in("IN_PROGRESS"), {"id": "Q2FzZTp4"}):
        refusal = await refused(city, case)
        assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["caseId"])


async def test_a_note_takes_effect_once(city: City) -> None:
    inspector, case = city.as_("inspector"), await city.case_in("IN_PROGRESS")
    shape = "inspectionNote { id findings photos { id uploadUrl } }"
    good = visit(city, case, photos=[DECLARED])

    await repeats.leaves_its_key_free(city, inspector, "addInspectionNote", {**good, "inspectors": []}, good, shape)
    await repeats.takes_effect_once(city, inspector, "addInspectionNote", good, {"findings": "另一回事。"}, shape)

    assert (await notes(city, case))["inspectionNotes"]["totalCount"] == 2


WHOLE = (
    "inspectionNote { id visitType credentialsShown taskOrder windowFrom windowThrough participants signature"
    " refusalReason witness phoneReply phoneRepliedAt mocked distance isFar rechecks { id } patrol { id }"
    " position { latitude } }"
)
SHOP = {"text": "某路2号", "latitude": 27.3, "longitude": 118.1, "system": "WGS84"}
REFUSED = {"kind": "REFUSED", "refusalReason": "不认可检查结果", "witness": "社区李某"}


async def told(city: City, case: Data, **given: object) -> Data:
    payload = await city.as_("inspector").done("addInspectionNote", WHOLE, **visit(city, case, **given))
    found: Data = payload["inspectionNote"]
    return found


async def test_a_note_of_before_says_nothing_of_what_it_was_not_asked(city: City) -> None:
    note = await told(city, await city.case_in("IN_PROGRESS"))

    assert (note.pop("credentialsShown"), note.pop("participants"), note.pop("mocked")) == (True, [], False)
    assert {name for name, value in note.items() if value is not None} == {"id", "visitType"}


async def test_a_joint_visit_at_night_says_from_when_until_when_together_with_whom(city: City) -> None:
    window = {"from": "2026-11-19T22:00:00+08:00", "through": "2026-11-20T01:30:00+08:00"}
    given = {
        "visitType": "JOINT",
        "window": window,
        "participants": [" 新村街道办事处 ", "派出所"],
        "taskOrder": " 夜检〔2026〕7号 ",
    }

    note = await told(city, await city.case_in("IN_PROGRESS"), **given, credentialsShown=False)

    assert (note["windowFrom"], note["windowThrough"]) == ("2026-11-19T14:00:00Z", "2026-11-19T17:30:00Z")
    assert (note["participants"], note["taskOrder"]) == (["新村街道办事处", "派出所"], "夜检〔2026〕7号")
    assert (note["visitType"], note["credentialsShown"]) == ("JOINT", False)


@pytest.mark.parametrize("visit_type", ["NIGHT", "JOINT"])
async def test_a_phone_that_knows_of_no_window_is_not_turned_away(city: City, visit_type: str) -> None:
    note = await told(city, await city.case_in("IN_PROGRESS"), visitType=visit_type)

    assert (note["windowFrom"], note["windowThrough"], note["participants"]) == (None, None, [])


@pytest.mark.parametrize("kind", ["SIGNED", "STAMPED"])
async def test_the_inspected_party_signs_or_stamps(city: City, kind: str) -> None:
    note = await told(city, await city.case_in("IN_PROGRESS"), signature={"kind": kind})

    assert (note["signature"], note["refusalReason"], note["witness"]) == (kind, None, None)


async def test_a_refusal_to_sign_has_its_reason_and_its_witness_and_third_parties_hear_of_neither(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    reply = {"at": "2026-11-20T15:00:00+08:00", "text": "已向诉求人说明。"}

    note = await told(city, case, signature=REFUSED, phoneReply=reply, taskOrder="7号", participants=["派出所"])

    expected = {"signature": "REFUSED", "refusalReason": "不认可检查结果", "witness": "社区李某"}
    assert {name: note[name] for name in expected} == expected
    assert (note["phoneReply"], note["phoneRepliedAt"]) == ("已向诉求人说明。", "2026-11-20T07:00:00Z")
    document = f"query ($n: String!) {{ case(number: $n) {{ inspectionNotes {{ {WHOLE.replace('inspectionNote', 'nodes')} }} }} }}"
    (seen,) = (await city.as_(APPLICATION).ask(document, n=case["number"]))["case"]["inspectionNotes"]["nodes"]
    for name in ("refusalReason", "witness", "phoneReply", "taskOrder"):
        assert seen[name] == "〔按隐私规定不公开〕", name
    assert (seen["participants"], seen["signature"]) == ([], "REFUSED")


AT = "2026-11-20T10:00:00+08:00"


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"signature": {**REFUSED, "refusalReason": " "}}, "REASON_REQUIRED", ["signature", "refusalReason"]),
        ({"signature": {"kind": "REFUSED", "witness": "李某"}}, "REASON_REQUIRED", ["signature", "refusalReason"]),
        ({"signature": {**REFUSED, "witness": None}}, "INVALID_INPUT", ["signature", "witness"]),
        ({"signature": {**REFUSED, "witness": "长" * 101}}, "INVALID_INPUT", ["signature", "witness"]),
        ({"signature": {**REFUSED, "kind": "SIGNED"}}, "INVALID_INPUT", ["signature", "refusalReason"]),
        ({"signature": {"kind": "STAMPED", "witness": "李某"}}, "INVALID_INPUT", ["signature", "witness"]),
        ({"window": {"from": AT, "through": "2026-11-20T09:59:59+08:00"}}, "INVALID_INPUT", ["window", "through"]),
        ({"window": {"from": "2017-01-01T00:00:00Z", "through": AT}}, "INVALID_INPUT", ["window", "from"]),
        ({"window": {"from": AT, "through": "2101-01-01T00:00:00Z"}}, "INVALID_INPUT", ["window", "through"]),
        ({"participants": ["派出所", " "]}, "INVALID_INPUT", ["participants", "1"]),
        ({"participants": ["长" * 101]}, "INVALID_INPUT", ["participants", "0"]),
        ({"participants": ["派出所"] * 21}, "INVALID_INPUT", ["participants"]),
        ({"taskOrder": "长" * 61}, "INVALID_INPUT", ["taskOrder"]),
        ({"phoneReply": {"at": AT, "text": " "}}, "INVALID_INPUT", ["phoneReply", "text"]),
        ({"phoneReply": {"at": "2017-01-01T00:00:00Z", "text": "已答复"}}, "INVALID_INPUT", ["phoneReply", "at"]),
    ],
)
async def test_what_is_told_of_the_occasion_is_told_whole(city: City, given: Data, code: str, path: list[str]) -> None:
    case = await city.case_in("IN_PROGRESS")

    refusal = await refused(city, case, **given)

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert (await notes(city, case))["inspectionNotes"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("place", "metres", "far"),
    [
        ({"latitude": 27.3, "longitude": 118.1}, 0, False),
        ({"latitude": 27.304, "longitude": 118.1}, 445, False),
        ({"latitude": 27.31, "longitude": 118.1}, 1_112, True),
        ({"latitude": 27.31, "longitude": 118.1, "accuracy": 700.0}, 1_112, False),
        ({"latitude": 27.31, "longitude": 118.1, "accuracy": 50.0}, 1_112, True),
        (None, None, None),
    ],
)
async def test_a_note_says_how_far_from_the_shop_it_was_and_is_kept_however_far(
    city: City, place: Data | None, metres: int | None, far: bool | None
) -> None:
    case = await city.case_in("IN_PROGRESS", place=SHOP)

    note = await told(city, case, place=place)

    assert note["distance"] == (None if metres is None else pytest.approx(metres, abs=2))
    assert note["isFar"] is far


@pytest.mark.parametrize("system", CoordinateSystem)
async def test_two_systems_are_not_mixed_when_a_distance_is_taken(city: City, system: CoordinateSystem) -> None:
    here = geo.from_wgs84(geo.Point(27.3, 118.1), system)
    place = {"latitude": here.latitude, "longitude": here.longitude, "system": system}

    note = await told(city, await city.case_in("IN_PROGRESS", place=SHOP), place=place)

    assert note["distance"] == pytest.approx(0, abs=0.01)


async def test_the_distance_stays_that_of_the_time_and_without_a_place_there_is_none(city: City) -> None:
    here = {"latitude": 27.31, "longitude": 118.1}
    nowhere = await told(city, await city.case_in("IN_PROGRESS"), place=here)
    case = await city.case_in("IN_PROGRESS", place=SHOP)
    await told(city, case, place=here)
    await alter("UPDATE cases SET latitude = 27.31 WHERE number = $1", case["number"])

    document = "query ($n: String!) { case(number: $n) { inspectionNotes { nodes { distance isFar } } } }"
    (kept,) = (await city.as_("supervisor").ask(document, n=case["number"]))["case"]["inspectionNotes"]["nodes"]

    assert (nowhere["distance"], nowhere["isFar"]) == (None, None)
    assert (kept["distance"], kept["isFar"]) == (pytest.approx(1_112, abs=2), True)


async def test_how_far_it_was_is_told_as_where_it_was(city: City) -> None:
    case = await city.sign_for(await city.dispatch(await city.receive(place=SHOP), co=("west",)))
    await told(city, case, place={"latitude": 27.31, "longitude": 118.1})
    document = "query ($n: String!) { case(number: $n) { inspectionNotes { nodes { distance isFar mocked } } } }"

    for who, hears in (
        ("dispatcher", True),
        ("clerk", True),
        ("agent", False),
        ("west_clerk", False),
        (APPLICATION, False),
    ):
        (note,) = (await city.as_(who).ask(document, n=case["number"]))["case"]["inspectionNotes"]["nodes"]
        assert (note["distance"] is not None, note["isFar"] is not None) == (hears, hears), who
        assert note["mocked"] is False


async def test_a_made_up_position_is_flagged_and_kept(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    note = await told(city, case, place={"latitude": 27.3, "longitude": 118.1, "mocked": True})

    assert (note["mocked"], note["position"]) == (True, {"latitude": 27.3})


async def test_whoever_signs_off_sees_how_the_visit_went(city: City) -> None:
    case = await city.case_in("PENDING_SIGN_OFF", place=SHOP)
    far = {"latitude": 27.4, "longitude": 118.1, "mocked": True}
    await told(city, case, place=far, signature=REFUSED)

    document = (
        "query ($n: String!) { case(number: $n) { inspectionNotes { nodes { lateArrival isFar mocked witness } } } }"
    )
    (seen,) = (await city.as_("responsible").ask(document, n=case["number"]))["case"]["inspectionNotes"]["nodes"]

    assert seen == {"lateArrival": True, "isFar": True, "mocked": True, "witness": "社区李某"}
