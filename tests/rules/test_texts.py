from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules import texts
from resolvers.terms.actor import Refused
from resolvers.terms.codes import Code

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CENTS = st.integers(0, 100_000_000_000).map(lambda cents: Decimal(cents) / 100)


def refusal(refused: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        refused()
    return caught.value


@given(st.text(max_size=40), st.integers(1, 40))
def test_a_required_text_is_trimmed_within_its_length_or_refused_with_its_place(text: str, maximum: int) -> None:
    trimmed = text.strip()

    if 0 < len(trimmed) <= maximum:
        assert texts.required(text, maximum, "title") == trimmed
    else:
        refused = refusal(lambda: texts.required(text, maximum, "title"))
        assert (refused.code, refused.path) == (Code.INVALID_INPUT, ("title",))
        assert refused.message.startswith(Code.INVALID_INPUT.label)


@pytest.mark.parametrize(("text", "kept"), [(None, None), ("", None), (" \n\u3000", None), (" 好 ", "好")])
def test_an_optional_text_that_is_blank_is_none_at_all(text: str | None, kept: str | None) -> None:
    assert texts.optional(text, 10, "party", "name") == kept


def test_an_optional_text_is_bounded_after_trimming() -> None:
    assert texts.optional(" 十个字十个字十个字十 ", 10) == "十个字十个字十个字十"
    assert refusal(lambda: texts.optional("十个字十个字十个字十一", 10, "party", "name")).path == ("party", "name")


@pytest.mark.parametrize("reason", [None, "", "  ", "\u3000\n"])
def test_a_blank_reason_is_no_reason(reason: str | None) -> None:
    refused = refusal(lambda: texts.reasoned(reason, "reason"))

    assert (refused.code, refused.path) == (Code.REASON_REQUIRED, ("reason",))


def test_a_reason_has_two_thousand_characters() -> None:
    assert texts.reasoned(" " + "长" * 2_000, "reason") == "长" * 2_000
    assert refusal(lambda: texts.reasoned("长" * 2_001, "reason")).code is Code.INVALID_INPUT


def test_tags_are_trimmed_and_each_stands_once_where_it_stood_first() -> None:
    assert texts.tagged(["口罩 ", "新冠疫情", " 口罩", "新冠疫情"], "tags") == ["口罩", "新冠疫情"]
    assert texts.tagged([], "tags") == []
    assert texts.tagged([str(number) for number in range(20)], "tags") == [str(number) for number in range(20)]


@pytest.mark.parametrize(
    ("tags", "path"),
    [(["好", " "], ("tags", "1")), (["长" * 41], ("tags", "0")), ([str(number) for number in range(21)], ("tags",))],
)
def test_a_blank_a_long_or_one_tag_too_many_is_refused(tags: list[str], path: tuple[str, ...]) -> None:
    assert refusal(lambda: texts.tagged(tags, "tags")).path == path


@given(CENTS)
def test_an_amount_to_the_cent_is_kept_exactly(amount: Decimal) -> None:
    kept = texts.yuan(amount, "recoveredLoss")

    assert kept == amount
    assert kept is not None
    assert kept.as_tuple().exponent == -2


@pytest.mark.parametrize(
    "amount", ["-0.01", "0.001", "1000000000.01", "1E+20", "NaN", "Infinity", "-Infinity", "1e-30"]
)
def test_an_amount_below_nothing_beyond_a_billion_or_finer_than_a_cent_is_refused(amount: str) -> None:
    refused = refusal(lambda: texts.yuan(Decimal(amount), "recoveredLoss"))

    assert (refused.code, refused.path) == (Code.INVALID_INPUT, ("recoveredLoss",))


def test_no_amount_is_none() -> None:
    assert texts.yuan(None) is None


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (NOW - timedelta(days=400), NOW - timedelta(days=400)),
        (NOW, NOW),
        (NOW + timedelta(minutes=5), NOW),
        (datetime(2018, 1, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC)),
    ],
)
def test_an_instant_that_has_been_is_kept_and_one_of_a_fast_clock_is_now(told: datetime, kept: datetime) -> None:
    assert texts.past(told, NOW, "receivedAt") == kept


@pytest.mark.parametrize(
    "told",
    [
        NOW + timedelta(minutes=5, microseconds=1),
        datetime(9999, 12, 31, tzinfo=UTC),
        datetime(2017, 12, 31, 23, 59, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
)
def test_an_instant_to_come_or_before_the_calendar_is_refused(told: datetime) -> None:
    refused = refusal(lambda: texts.past(told, NOW, "receivedAt"))

    assert (refused.code, refused.path) == (Code.INVALID_INPUT, ("receivedAt",))


@pytest.mark.parametrize("year", [2018, 2027, 2100])
def test_what_a_phone_tells_may_lie_ahead(year: int) -> None:
    assert texts.since(datetime(year, 6, 1, tzinfo=UTC), "capturedAt") == datetime(year, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("year", [1, 2017, 2101, 9999])
def test_what_a_phone_tells_lies_within_the_years_we_count_in(year: int) -> None:
    told = datetime(year, 12, 31, 23, 59, tzinfo=UTC)

    refused = refusal(lambda: texts.since(told, "capturedAt"))

    assert (refused.code, refused.path) == (Code.INVALID_INPUT, ("capturedAt",))


@given(st.integers(-50, 50))
def test_a_number_lies_between_its_bounds_both_included(number: int) -> None:
    if 1 <= number <= 30:
        assert texts.whole(number, 1, 30, "workingDays") == number
    else:
        assert refusal(lambda: texts.whole(number, 1, 30, "workingDays")).path == ("workingDays",)


@pytest.mark.parametrize(
    "text", ["", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n", " " + "a" * 63, "../" + "a" * 61]
)
def test_a_digest_is_sixty_four_lower_case_hexadecimal_digits_and_nothing_else(text: str) -> None:
    assert texts.digest("0123456789abcdef" * 4, "sha256") == "0123456789abcdef" * 4
    assert refusal(lambda: texts.digest(text, "sha256")).path == ("sha256",)


@pytest.mark.parametrize(
    ("text", "others", "same"),
    [
        ("商家不退款", ["商家不退款"], True),
        (" 商家，不退款！\n", ["别的", "商家不退款"], True),
        ("ＡＢＣ店 １２３", ["abc店123"], True),
        ("Straße", ["STRASSE"], True),
        ("", [], True),
        (" 。…—！ ", ["商家不退款"], True),
        ("商家又不退款", ["商家不退款"], False),
        ("不退款", ["商家不退款"], False),  # a part of it is another statement
        ("票据两张", [], False),
        ("票据两张", ["", " "], False),
    ],
)
def test_words_are_the_same_whatever_stands_between_them(text: str, others: list[str], same: bool) -> None:
    assert texts.same_words(text, *others) is same


@given(st.text())
def test_a_text_says_what_it_says_itself(text: str) -> None:
    assert texts.same_words(text, text)
    assert texts.same_words(f" {text}。", text)
