"""Shapes of public codes: administrative divisions and unified social credit codes (domain 2.10)."""

from __future__ import annotations

import re

_PROVINCE = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12]"
_DIVISION = re.compile(rf"(?:{_PROVINCE})(?:0000|(?!00)[0-9]{{4}})")

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_BODY = re.compile(rf"[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{9}}")
_USCC_LENGTH = 18


def is_division_code(code: str) -> bool:
    """行政区划代码 [GB/T 2260]: six digits under a known province; a county needs a prefecture.

    Shape only: whether the division exists in a given revision is for the table of divisions to say.
    """
    return _DIVISION.fullmatch(code) is not None


def is_uscc(code: str) -> bool:
    """统一社会信用代码 [GB 32100-2015]: 18 capitals and digits whose last one checks the others."""
    if len(code) != _USCC_LENGTH or _BODY.fullmatch(code[:-1]) is None:
        return False
    return code[-1] == uscc_check_char(code[:-1])


def uscc_check_char(body: str) -> str:
    """The check character for the first 17. ValueError: not 17 characters of the code's alphabet."""
    if len(body) != len(_WEIGHTS) or not set(body) <= set(_ALPHABET):
        raise ValueError("a credit code has 17 characters of its alphabet before the check character")
    total = sum(_ALPHABET.index(char) * weight for char, weight in zip(body, _WEIGHTS, strict=True))
    return _ALPHABET[-total % len(_ALPHABET)]
