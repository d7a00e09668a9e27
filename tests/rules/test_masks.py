from __future__ import annotations

import re
import unicodedata
from time import perf_counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from resolvers.rules.masks import HIDDEN, mask_address, mask_name, mask_phone, pseudonym, redact
from resolvers.terms.kinds import CaseKind

NAME, PHONE, IDENTITY = "张三丰", "13812345678", "43020319900101123X"
LANDLINE, ADDRESS = "0731-28881234", "湖南省株洲市天元区泰山路88号3栋"
SECRETS = (NAME, PHONE, IDENTITY, LANDLINE, ADDRESS)

HAN = "消费者反映该店商品价格过高要求退款工作人员已到场检查核实处理完毕"
NARRATIVE = st.text(HAN + "，。！\n", max_size=30)
NAMES = st.builds(
    str.__add__,
    st.sampled_from(["王", "李", "张", "刘", "欧阳", "司马", "诸葛"]),
    st.text("伟芳娜秀英敏静丽强磊军洋勇艳杰", min_size=1, max_size=2),
)
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
LANDLINES = st.from_regex(r"0(10|2[0-9]|[3-9][0-9]{2})-[2-9][0-9]{7}", fullmatch=True)
IDENTITIES = st.from_regex(
    r"43020[1-9](19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]", fullmatch=True
)
ADDRESSES = st.builds(
    "湖南省株洲市{}区{}路{}号{}栋".format,
    st.sampled_from(["天元", "芦淞", "荷塘", "石峰"]),
    st.sampled_from(["泰山", "建设", "新华", "黄河"]),
    st.integers(1, 999),
    st.integers(1, 30),
)
ANY_SECRET = st.one_of(NAMES, MOBILES, LANDLINES, IDENTITIES, ADDRESSES)


def compact(text: str) -> str:
    """As a determined reader sees it: half-width, without separators and invisible characters."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return re.sub(r"[\s\-–—.·()/]", "", plain).casefold()


@st.composite
def disguised(draw: st.DrawFn, secret: str) -> str:
    """The secret as somebody might type it: full-width, spaced, digits hyphenated, case changed."""
    written = ""
    for before, char in zip(" " + secret, secret, strict=False):
        if written and before.isdigit() and char.isdigit():
            written += draw(st.sampled_from(["", "", "", " ", "-", "－", "—", "\u200b"]))
        elif written:
            written += draw(st.sampled_from(["", "", "", " ", "\u3000", "\u200b"]))
        wide = char.isascii() and char.isalnum() and draw(st.booleans())
        written += chr(ord(char) + 0xFEE0) if wide else char
    return draw(st.sampled_from([written, written.lower(), written.upper()]))


# --- masks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三丰", "张**"),
        ("张三", "张**"),
        ("张 三丰", "张**"),
        ("欧阳修", "欧阳**"),
        ("诸葛孔明", "诸葛**"),
        ("欧阳", "欧**"),
        ("阿卜杜拉·买买提", "阿**"),
        ("John Smith", "J**"),
        ("张", "**"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_name_keeps_its_surname(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text(min_size=1).filter(str.strip))
def test_a_masked_name_never_shows_the_whole_name(name: str) -> None:
    shown = mask_name(name).removesuffix("**")

    assert mask_name(name).endswith("**")
    assert len(shown) <= 2
    assert len(shown) < len("".join(name.split()))


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("008613812345678", "138****5678"),
        ("１３８ １２３４ ５６７８", "138****5678"),
        ("0731-28881234", "****1234"),
        ("28881234", "****1234"),
        ("+852 9123 4567", "****4567"),
        ("13812345678/13912345670", "****5670"),
        ("1234567", "****567"),
        ("12315", "****15"),
        ("110", "****0"),
        ("5", "****"),
        ("不详", "****"),
        ("", ""),
    ],
)
def test_a_phone_keeps_at_most_its_ends(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@given(
    st.from_regex(r"[0-9]{1,20}", fullmatch=True).filter(
        lambda digits: not re.fullmatch(r"(86|0086)?1[3-9]\d{9}", digits)
    )
)
def test_of_any_other_number_at_most_four_digits_and_half_of_it_are_shown(digits: str) -> None:
    shown = mask_phone(digits).removeprefix("****")

    assert digits.endswith(shown)
    assert len(shown) <= min(4, len(digits) // 2)


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("湖南省株洲市天元区泰山路88号", "湖南省株洲市天元区**"),
        ("湖南省 株洲市 天元区 泰山路", "湖南省 株洲市 天元区**"),
        ("北京市丰台区岳各庄村", "北京市丰台区**"),
        ("丰台区岳各庄村民宅", "丰台区**"),
        ("湖南省长沙县星沙街道", "湖南省长沙县**"),
        ("株洲市醴陵市左权路", "株洲市醴陵市**"),
        ("株洲市天元区", "株洲市天元区"),
        ("江西省景德镇市昌江区新厂路", "江西省景德镇市昌江区**"),
        ("淄博市周村区新建路", "淄博市周村区**"),
        ("青岛市市北区香港路", "青岛市市北区**"),
        ("浙江省台州市路桥区路桥街道", "浙江省台州市路桥区**"),
        ("湖北省恩施土家族苗族自治州来凤县翔凤镇", "湖北省恩施土家族苗族自治州来凤县**"),
        ("内蒙古自治区呼伦贝尔市鄂温克族自治旗巴彦托海镇", "内蒙古自治区呼伦贝尔市鄂温克族自治旗**"),
        ("新疆维吾尔自治区喀什地区莎车县米夏路", "新疆维吾尔自治区喀什地区莎车县**"),
        ("", ""),
    ],
)
def test_an_address_keeps_its_seat_of_government(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("株洲市阳光小区3栋", "株洲市**"),
        ("株洲市东湖社区", "株洲市**"),
        ("株洲市华联超市二楼", "株洲市**"),
        ("株洲市芦淞市场群", "株洲市**"),
        ("株洲市人民路小区", "株洲市**"),
        ("株洲市旗舰店", "株洲市**"),
        ("顺四条16号", "**"),
        ("人民路12号天元区", "**"),
        ("张三家在株洲市", "**"),
    ],
)
def test_what_is_not_surely_a_division_is_cut(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@given(st.text(HAN + "省市区县路街镇村小社园0123456789号栋 ", max_size=30))
def test_a_masked_address_shows_a_beginning_without_house_or_road(address: str) -> None:
    shown = mask_address(address).removesuffix("**")

    assert address.strip().startswith(shown)
    assert not re.search(r"[0-9号栋]", shown)
    assert not re.search(r"[^省市\s]路", shown), "a road may only open a name: 路桥区"


@given(ADDRESSES)
def test_street_and_house_never_survive_a_masked_address(address: str) -> None:
    assert mask_address(address) == address[: address.index("区") + 1] + "**"


def test_a_hidden_citizen_has_a_pseudonym() -> None:
    assert pseudonym(CaseKind.REPORT) == "举报人"
    assert pseudonym(CaseKind.COMPLAINT) == "投诉人"
    assert {pseudonym(kind) for kind in CaseKind} == {"举报人", "投诉人", "诉求人"}


# --- narratives --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("我是张三丰，电话13812345678。", "我是{0}，电话{0}。"),
        ("张 三 丰来电", "{0}来电"),
        ("张女士称、张先生说、张某某、张某、张小姐", "{0}称、{0}说、{0}、{0}、{0}"),
        ("我姓张，住泰山路88号3栋。", "我{0}，住{0}。"),
        ("请回拨138 1234 5678", "请回拨{0}"),
        ("请回拨１３８－１２３４－５６７８", "请回拨{0}"),
        ("+86 138-1234-5678", "{0}"),
        ("座机28881234或(0731)2888 1234", "座机{0}或{0}"),
        ("证件43020319900101123x", "证件{0}"),
        ("住湖南省株洲市天元区泰山路88号3栋", "住{0}"),
        ("张三丰张三丰", "{0}"),
        ("店方称已退款", "店方称已退款"),
        ("", ""),
    ],
)
def test_a_known_identity_is_hidden_however_it_is_written(text: str, redacted: str) -> None:
    assert redact(text, SECRETS) == redacted.format(HIDDEN)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("另一电话15912345678。", "另一电话{0}。"),
        ("3 15912345678 9", "3 {0} 9"),
        ("电话８６１５９１２３４５６７８", "电话{0}"),
        ("159-1234-5678", "{0}"),
        ("010-88886666", "{0}"),
        ("(0731)28881234", "{0}"),
        ("身份证号110101199003078515", "身份证号{0}"),
        ("身份证110101 19900307 851x。", "身份证{0}。"),
        ("邮箱Zhang.San+1@qq.com，", "邮箱{0}，"),
        ("邮箱ａ＠ｂ．ｃｎ", "邮箱{0}"),
    ],
)
def test_phones_identity_numbers_and_mail_are_hidden_though_nobody_named_them(text: str, redacted: str) -> None:
    assert redact(text, ()) == redacted.format(HIDDEN)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20 09:30 购买, 单价12.50元, 数量3",
        "拨打12315投诉",
        "信用代码91110000600037341L",
        "信用代码911100006000373412",
        "订单号20261120093012345678",
        "条码6901234567892",
        "张记餐馆在泰山路",
    ],
)
def test_figures_that_are_nobodys_identity_stay(text: str) -> None:
    assert redact(text, ()) == text


def test_a_compound_surname_is_hidden_with_its_honorific() -> None:
    assert redact("欧阳女士与欧先生", ["欧阳修文"]) == f"{HIDDEN}与欧先生"


def test_secrets_that_overlap_leave_nothing_of_either() -> None:
    assert redact("住张三里屯路5号院", ["张三", "三里屯路5号"]) == f"住{HIDDEN}院"


def test_a_secret_that_overlaps_itself_leaves_no_end() -> None:
    assert redact("我叫丽丽丽", ["丽丽"]) == f"我叫{HIDDEN}"


@pytest.mark.parametrize(
    ("phone", "local"), [("010-88886666", "88886666"), ("020 8123-4567", "8123 4567"), ("0453-6123456", "6123456")]
)
def test_a_landline_is_known_without_its_area_code(phone: str, local: str) -> None:
    assert redact(f"请打{local}找我", [phone]) == f"请打{HIDDEN}找我"


def test_a_longer_secret_goes_as_one() -> None:
    assert redact("张三丰", ["张三", "张三丰"]) == HIDDEN


@pytest.mark.parametrize("secret", ["", " ", "-", "丰"])
def test_an_empty_or_single_character_secret_hides_nothing_by_itself(secret: str) -> None:
    assert redact("五谷丰登 - 好", [secret]) == "五谷丰登 - 好"


def test_letters_are_found_in_any_case_and_accents_in_any_form() -> None:
    assert redact("JOSE\u0301 garcía说", ["José García"]) == f"{HIDDEN}说"


def test_signs_in_a_secret_mean_themselves() -> None:
    assert redact("a+b*c 和 aab", ["a+b*c"]) == f"{HIDDEN} 和 aab"


@settings(deadline=None)
@given(st.data(), st.lists(ANY_SECRET, min_size=1, max_size=5))
def test_no_secret_survives_in_any_disguise(data: st.DataObject, secrets: list[str]) -> None:
    text = data.draw(NARRATIVE)
    for secret in data.draw(st.permutations(secrets)):
        text += data.draw(disguised(secret)) + "，" + data.draw(NARRATIVE)

    found = compact(redact(text, secrets))

    for secret in secrets:
        assert compact(secret) not in found


@settings(deadline=None)
@given(st.text(max_size=40), st.lists(st.text(min_size=2, max_size=6), max_size=4), st.text(max_size=40))
def test_no_arbitrary_secret_survives_literally(before: str, secrets: list[str], after: str) -> None:
    for secret in secrets:
        assume(sum(char.isalnum() for char in compact(secret)) > 1)
        assume(secret not in HIDDEN)

    found = redact(before + "".join(secrets) + after, secrets)

    for secret in secrets:
        assert secret not in found


@settings(deadline=None)
@given(NARRATIVE, st.one_of(MOBILES, LANDLINES, IDENTITIES), NARRATIVE)
def test_numbers_nobody_named_do_not_survive_either(before: str, number: str, after: str) -> None:
    assert redact(f"{before}{number}{after}", ()) == f"{before}{HIDDEN}{after}"


@settings(deadline=None)
@given(NARRATIVE, st.lists(ANY_SECRET, max_size=3))
def test_a_text_without_identity_is_left_as_it_is(text: str, secrets: list[str]) -> None:
    assert redact(text, secrets) == text


@settings(deadline=None)
@given(st.data(), st.lists(ANY_SECRET, max_size=3))
def test_redacting_twice_changes_nothing_more(data: st.DataObject, secrets: list[str]) -> None:
    once = redact("，".join([*secrets, data.draw(NARRATIVE), *secrets]), secrets)

    assert redact(once, secrets) == once


@pytest.mark.parametrize("unit", ["消费者", "1 ", "1-", "a", "a@a.", "张 ", "0", "13812345678", "(0731)"])
def test_a_long_narrative_is_read_in_linear_time(unit: str) -> None:
    text = unit * (40_000 // len(unit))

    begun = perf_counter()
    redact(text, SECRETS)

    assert perf_counter() - begun < 5
