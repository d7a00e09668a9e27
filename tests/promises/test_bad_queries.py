"""Whatever is asked for: strange words find what they say or nothing, impossible windows are refused, texts stay whole."""

from __future__ import annotations

import re

import pytest

from tests.attempts import Raw, asked, codes, nothing_changed, refusals
from tests.client import Data
from tests.world import City

YEAR = 'period: {from: "2026-01-01", through: "2026-12-31"}'
# Every string a query takes: `%s` is where the variable goes, then what is told when it names nothing.
NOTHING: Data = {"totalCount": 0, "nodes": []}
STRINGS: list[tuple[str, str, object]] = [
    ("String!", "case(number: $s) { id }", None),
    ("String", "cases(filter: {officeCode: $s}) { totalCount nodes { id } }", NOTHING),
    ("String", "cases(filter: {categoryCode: $s}) { totalCount nodes { id } }", NOTHING),
    ("String", "cases(filter: {tag: $s}) { totalCount nodes { id } }", NOTHING),
    ("String", "cases(filter: {text: $s}) { totalCount nodes { id } }", NOTHING),
    ("String", "offices(filter: {text: $s}) { totalCount nodes { id } }", NOTHING),
    ("String", "offices(filter: {underCode: $s}) { totalCount nodes { id } }", NOTHING),
    ("String", "offices(filter: {divisionCode: $s}) { totalCount nodes { id } }", NOTHING),
    ("String", "approvals(filter: {caseNumber: $s}) { totalCount nodes { id } }", NOTHING),
    ("String!", "office(code: $s) { id }", None),
    ("ID!", "node(id: $s) { id }", None),
    ("ID!", "nodes(ids: [$s]) { id }", [None]),
    ("String!", f"kpis({YEAR}) {{ tagShare(tag: $s) {{ numerator }} }}", {"tagShare": {"numerator": 0}}),
]
REFUSED: list[tuple[str, str, list[str]]] = [
    ("String", f"kpis(officeCode: $s, {YEAR}) {{ asOf }}", ["officeCode"]),
    ("String", f"kpiRanking(kpi: CLOSURE_RATE, officeCode: $s, {YEAR}) {{ rank }}", ["officeCode"]),
    ("String", "cases(after: $s) { totalCount }", ["after"]),
    ("String", "cases(before: $s) { totalCount }", ["before"]),
    ("String", "offices(after: $s) { totalCount }", ["after"]),
    ("String", "approvals(before: $s) { totalCount }", ["before"]),
]
STRANGE = (
    "'; DROP TABLE cases; --", "' OR '1'='1", "1 OR 1=1", "%", "_", "\\", "%%", "\\'", '"', "`", "$1", "$$", "{t}", ":now",
    ":actor_id", "(SELECT 1)", "NULL", "E'\\x00'", "*", "../../etc/passwd", "%00", "\x01", "\x7f", "\u202e", "🦠", "-1",
)  # fmt: skip
CALLERS = ("leader", "clerk", "integrator", "auditor")


async def test_words_that_look_like_sql_find_nothing_and_do_nothing(city: City) -> None:
    await city.receive()
    async with nothing_changed():
        for number, (kind, field, nothing) in enumerate(STRINGS):
            for offset, word in enumerate(STRANGE):
                who = CALLERS[(number + offset) % len(CALLERS)]
                response = await city.as_(who).post(f"query ($s: {kind}) {{ it: {field} }}", s=word)
                assert response.json() == {"data": {"it": nothing}}, (who, field, word, response.text)


async def test_where_they_must_name_something_they_are_refused_by_name(city: City) -> None:
    async with nothing_changed():
        for kind, field, path in REFUSED:
            for word in (*STRANGE, "x" * 100_000):
                response = await city.as_("leader").post(f"query ($s: {kind}) {{ it: {field} }}", s=word)
                (error,) = refusals(response)
                assert error["extensions"]["code"] == "BAD_USER_INPUT"
                assert error["extensions"]["path"] == path


async def test_a_searched_text_means_itself_wildcards_included(city: City) -> None:
    title = "降价100%_\\'; DROP TABLE cases; -- $1 {t} :now"
    found = await city.receive(title=title, tags=["a'b%_"])
    for sign, other in (
        ("%", "元"),
        ("_", "x"),
        ("\\", ""),
        (":now", ""),
    ):  # found too if the sign meant more than itself
        await city.receive(title=title.replace(sign, other), tags=["a'b元x"])
    document = "query ($f: CaseFilter!) { cases(filter: $f) { nodes { number } } }"
    for wanted in (
        {"text": "0%_\\'; DROP TABLE cases; -- $1 {t} :now"},
        {"text": "%_\\'; drop table CASES; -- $1 {t} :n"},
        {"tag": "a'b%_"},
    ):
        assert (await city.as_("leader").ask(document, f=wanted))["cases"]["nodes"] == [{"number": found["number"]}]


async def test_every_string_of_a_query_refuses_nul_and_lone_surrogates(city: City) -> None:
    async with nothing_changed():
        for kind, field, _ in [*STRINGS, *REFUSED]:
            for word in ("\x00", "a\ud800"):
                response = await asked(city.as_("leader"), f"query ($s: {kind}) {{ {field} }}", {"s": word})
                (error,) = refusals(response)
                assert (response.status_code, error["extensions"]["code"]) == (400, "BAD_USER_INPUT")
                assert "variables.s" in error["message"]


# --- windows and numbers


@pytest.mark.parametrize(
    ("start", "through"),
    [
        ("2026-02-01", "2026-01-31"), ("2026-02-30", "2026-03-01"), ("2025-02-29", "2025-03-01"), ("2026-13-01", "2026-12-31"),
        ("0001-01-01", "0001-01-02"), ("0001-01-01", "9999-12-31"), ("9999-12-31", "9999-12-31"), ("2017-12-31", "2018-01-01"),
        ("2020-01-01", "2026-01-01"), ("2026-01-01T00:00:00Z", "2026-01-02"), ("", "2026-01-01"), ("2026-01-01", "tomorrow"),
        ("２０２６-01-01", "2026-01-02"), (20260101, 20260102), (None, "2026-01-01"), ("2026-01-01", None),
    ],
)  # fmt: skip
async def test_a_period_that_is_none_is_refused(city: City, start: object, through: object) -> None:
    period = {"from": start, "through": through}
    async with nothing_changed():
        for field in ("kpis(period: $p) { asOf }", "kpiRanking(kpi: CLOSURE_RATE, period: $p) { rank }"):
            response = await city.as_("leader").post(f"query ($p: PeriodInput!) {{ {field} }}", p=period)
            (error, *_) = refusals(response)
            assert error["extensions"]["code"] == "BAD_USER_INPUT"
            assert re.search(r"\.(from|through): ", error["message"]) or error["extensions"]["path"][0] == "period"
            assert not any(text in error["message"] for text in period.values() if isinstance(text, str) and text)


async def test_an_instant_that_is_none_is_refused_with_its_reason_in_every_filter(city: City) -> None:
    filters = [
        f"cases(filter: {{{name}: $v}}) {{ totalCount }}" for name in ("receivedFrom", "receivedTo", "dueFrom", "dueTo")
    ]
    wrong = ("2026-01-05T08:30:00", "2026-01-05", "", "now", "2026-02-30T00:00:00Z", 0, "9999-12-31T23:59:59-01:00")
    async with nothing_changed():
        for field in [f"kpis(asOf: $v, {YEAR}) {{ asOf }}", *filters]:
            for value in wrong:
                response = await city.as_("leader").post(f"query ($v: DateTime) {{ {field} }}", v=value)
                (error,) = refusals(response)
                assert error["extensions"]["code"] == "BAD_USER_INPUT"
                assert "'$v'" in error["message"]
                assert "DateTime: " in error["message"], "the reason is told"


async def test_the_ends_of_the_calendar_are_instants_like_any_other_in_a_filter(city: City) -> None:
    await city.receive()
    document = "query ($f: CaseFilter!) { cases(filter: $f) { totalCount } }"
    for wanted, count in (
        ({"receivedFrom": "0001-01-01T00:00:00Z", "receivedTo": "9999-12-31T23:59:59Z"}, 1),
        ({"receivedFrom": "9999-12-31T23:59:59Z"}, 0),
        ({"dueTo": "0001-01-01T00:00:00Z"}, 0),
    ):
        assert (await city.as_("leader").ask(document, f=wanted))["cases"]["totalCount"] == count


async def test_a_number_out_of_range_is_refused_wherever_a_query_takes_one(city: City) -> None:
    number = (await city.receive())["number"]
    own = f'office(code: "{city.codes["top"]}")'
    pages = [
        "cases(%s: $v) { nodes { id } }", "offices(%s: $v) { totalCount }", "approvals(%s: $v) { totalCount }",
        own + " { cases(%s: $v) { totalCount } }", f'case(number: "{number}")' + " { timeline(%s: $v) { totalCount } }",
        f'case(number: "{number}")' + " { inspectionNotes(%s: $v) { nodes { id } } }",
    ]  # fmt: skip
    fields = [page % end for page in pages for end in ("first", "last")]
    fields += [
        f"kpis({YEAR}) {{ closureRate {{ percent(digits: $v) }} }}",
        f"kpis({YEAR}) {{ yearOnYear {{ percent(digits: $v) }} }}",
    ]
    fields += [f"kpiRanking(kpi: CLOSURE_RATE, minimumCount: $v, {YEAR}) {{ rank }}"]
    async with nothing_changed():
        for field in fields:
            for text in ("-1", "2147483647", "2147483648", "9" * 400, "1.5", '"1"', "true", "[1]", "1e400", "NaN"):
                response = await asked(city.as_("leader"), f"query ($v: Int!) {{ {field} }}", {"v": Raw(text)})
                assert codes(response) in (["BAD_USER_INPUT"], ["BAD_REQUEST"]), (field, text)
                assert not re.search(r"[0-9]", str(response.json().get("data"))), "nothing was counted"


# --- texts


async def test_every_script_and_sign_comes_back_as_it_was_written(city: City) -> None:
    told = "🦠👨‍👩‍👧‍👦🇨🇳 مرحبا \u202eabc\u202c שלום e\u0301 ﷽ 𠮷野家 \u200b<b>&amp;'\"\\u0000\\n\r\n\t；DROP \U0010ffff\ufffe 终"
    assert told == told.strip()
    case = await city.receive(
        title=told[:150], description=told, tags=["🦠 מרחבא"], party={"name": told[:60], "phone": "１４０-🦠"},
        respondent={"name": told, "address": told}, place={"text": told},
    )  # fmt: skip
    shape = "title description tags place complainant { name phone } respondent { name address }"
    seen = (await city.as_("agent").ask(f"query ($n: String!) {{ case(number: $n) {{ {shape} }} }}", n=case["number"]))[
        "case"
    ]
    assert seen == {
        "title": told[:150], "description": told, "tags": ["🦠 מרחבא"], "place": told,
        "complainant": {"name": told[:60], "phone": "１４０-🦠"}, "respondent": {"name": told, "address": told},
    }  # fmt: skip

    case = await city.sign_for(await city.dispatch(case))
    await city.inspect(case, findings=told)
    case = await city.submit(case, reply=told, department=told[:50])
    case = await city.sign_off(case, decision="REJECT", reason=told)
    shape = "results { reply department } signOffs { reason } inspectionNotes { nodes { findings } }"
    seen = (
        await city.as_("leader").ask(f"query ($n: String!) {{ case(number: $n) {{ {shape} }} }}", n=case["number"])
    )["case"]
    assert seen == {
        "results": [{"reply": told, "department": told[:50]}],
        "signOffs": [{"reason": told}],
        "inspectionNotes": {"nodes": [{"findings": told}]},
    }
