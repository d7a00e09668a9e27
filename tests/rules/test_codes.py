from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules.codes import is_division_code, is_uscc, uscc_check_char

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BODIES = st.tuples(
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
).map("".join)


@pytest.mark.parametrize(
    "code", ["230800", "230600", "230900", "231200", "430200", "420300", "110106", "370600", "430212", "430000"]
)
def test_the_divisions_of_the_source_cities_are_division_codes(code: str) -> None:
    assert is_division_code(code)


@pytest.mark.parametrize(
    "code",
    ["", "43020", "4302000", "4302a0", "990100", "000000", "430012", "４３０２００", "430200\n", " 430200", "٤30200"],
)
def test_anything_else_is_no_division_code(code: str) -> None:
    assert not is_division_code(code)


@pytest.mark.parametrize("code", ["91110000600037341L", "91350100M000100Y43", "9144030071526726XG"])
def test_a_real_credit_code_checks(code: str) -> None:
    assert is_uscc(code)
    assert uscc_check_char(code[:17]) == code[17]


@pytest.mark.parametrize(
    "code",
    [
        "",
        "91110000600037341",
        "91110000600037341L0",
        "91110000600037341M",
        "91110000600037341l",
        "9111000060003734IL",
        "91110000600037341Ｌ",
        "91110000600037341L\n",
        "91A10000600037341L",
    ],
)
def test_a_credit_code_of_another_shape_or_check_is_refused(code: str) -> None:
    assert not is_uscc(code)


@given(BODIES)
def test_every_body_has_exactly_one_check_character(body: str) -> None:
    valid = [char for char in ALPHABET if is_uscc(body + char)]

    assert valid == [uscc_check_char(body)]


@given(BODIES, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(body: str, place: int, char: str) -> None:
    code = body + uscc_check_char(body)
    wrong = code[:place] + char + code[place + 1 :]

    assert is_uscc(wrong) == (wrong == code)


@pytest.mark.parametrize("body", ["", "9111000060003734", "9111000060003734I", "911100006000373411"])
def test_there_is_no_check_character_for_what_is_no_body(body: str) -> None:
    with pytest.raises(ValueError, match="17 characters"):
        uscc_check_char(body)
