"""Masks over personal data (domain 2.8): name, phone, address, and narratives without the identity they mention."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, pairwise

from resolvers.terms.kinds import CaseKind

HIDDEN = "〔已隐去〕"

_STARS = "**"
_PHONE_STARS = "****"
_PHONE_TAIL = 4
_PSEUDONYMS = {CaseKind.REPORT: "举报人", CaseKind.COMPLAINT: "投诉人"}

_COMPOUND_SURNAMES = frozenset(
    re.findall(
        "..",
        "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙"
        "宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌"
        "微生左丘东门西门第五歐陽司馬諸葛東方鍾離長孫鮮于",
    )
)
_HONORIFICS = "先生|女士|小姐|太太|老师|同志|师傅|大爷|大妈|大叔|大姐|大哥|阿姨|某"
_HAN = "[\u3400-\u9fff\U00020000-\U0003ffff]"
_NAME = re.compile(rf"{_HAN}{{1,4}}")

# The seat of government an address lies in. What is not surely a part of it is cut: better too little than a street.
_SEAT_NAME = rf"(?:景德镇|周村|(?![号栋幢室弄巷]){_HAN}(?:(?![路街道镇村市区县号栋幢室弄巷]){_HAN}){{0,%d}})"
_CITY = "(?<![超夜菜集早花])市(?![场部民政])"
_PROVINCE = (
    "(?:(?:北京|天津|上海|重庆)市?|(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川"
    "|贵州|云南|陕西|甘肃|青海|台湾)省?|内蒙古(?:自治区)?|广西(?:壮族自治区)?|西藏(?:自治区)?|宁夏(?:回族自治区)?"
    "|新疆(?:维吾尔自治区)?|(?:香港|澳门)(?:特别行政区)?)"
)
_PREFECTURE = (
    rf"(?:{_HAN}{{2,10}}?自治州|(?:大兴安岭|阿里|喀什|和田|阿克苏|塔城|阿勒泰)地区|(?:兴安|锡林郭勒|阿拉善)盟"
    rf"|{_SEAT_NAME % 3}{_CITY})"
)
_COUNTY = (
    rf"(?:{_HAN}{{2,14}}?自治[县旗]|{_SEAT_NAME % 2}(?:县|(?<![小社园校厂景街片库属舍活宅墅])区|{_CITY})"
    rf"|{_SEAT_NAME % 3}旗(?!舰))"
)
_SEAT = re.compile(rf"(?:{_PROVINCE}\s*)?(?:{_PREFECTURE}\s*)?(?:{_COUNTY})?")
_DETAIL_LENGTH = 4

_MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})")
_SEPARATORS = r"[\s\-‐‑‒–—―−_.·•・()/]"  # inside numbers people write down
_SPACES = r"[\s·•・]"  # inside names and words
_GAP = r"[\s\-‐‑‒–—―−]{0,2}"  # inside numbers nobody told us about
_ALWAYS_HIDDEN = (
    rf"(?<![0-9])(?:(?:\+|00)?86{_GAP})?1{_GAP}[3-9](?:{_GAP}[0-9]){{9}}(?![0-9])",  # mobile
    rf"(?<![0-9])\(?0[0-9]{{2,3}}\)?{_GAP}[2-9](?:{_GAP}[0-9]){{6,7}}(?![0-9])",  # landline with its area code
    (  # resident ID: division, date of birth, sequence, check
        rf"(?<![0-9])[1-9](?:{_GAP}[0-9]){{5}}{_GAP}(?:1{_GAP}[89]|2{_GAP}0)(?:{_GAP}[0-9]){{2}}"
        rf"{_GAP}(?:0{_GAP}[1-9]|1{_GAP}[0-2]){_GAP}(?:0{_GAP}[1-9]|[12]{_GAP}[0-9]|3{_GAP}[01])"
        rf"(?:{_GAP}[0-9]){{3}}{_GAP}[0-9x](?![0-9a-z])"
    ),
    r"(?<![a-z0-9._%+-])[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+",  # e-mail
)
_SHORTEST_SECRET = 2


def mask_name(name: str) -> str:
    """`张**`: the surname, two characters of a compound one; never the whole name, and not its length."""
    plain = "".join(name.split())
    if len(plain) <= 1:
        return _STARS if plain else ""
    return _surname(plain) + _STARS


def mask_phone(phone: str) -> str:
    """`138****5678` for a mobile; of any other number at most its last four digits and never more than half."""
    plain = re.sub(r"[^0-9+]", "", _fold(phone)[0])
    mobile = _MOBILE.fullmatch(plain)
    if mobile:
        return f"{mobile[1][:3]}{_PHONE_STARS}{mobile[1][-_PHONE_TAIL:]}"
    digits = plain.replace("+", "")
    shown = min(_PHONE_TAIL, len(digits) // 2)
    return _PHONE_STARS + digits[len(digits) - shown :] if phone.strip() else ""


def mask_address(address: str) -> str:
    """`湖南省株洲市天元区**`: province, city and county only; nothing of an address that does not begin with one."""
    seat, detail = _split_address(address.strip())
    return seat + _STARS if detail else seat


def pseudonym(kind: CaseKind) -> str:
    """What a hidden citizen is called instead: 举报人, 投诉人, or 诉求人 for the other kinds."""
    return _PSEUDONYMS.get(kind, "诉求人")


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret, mobile, landline, resident ID and e-mail address replaced by `〔已隐去〕`.

    A secret is found through full-width forms, letter case, invisible characters, and separators inside it; an address
    also by the part below its county, a landline without its area code, a name also as surname and honorific (张女士,
    张某). Overlapping finds are hidden as one. A secret of a single character is not hidden by itself.
    """
    plain, origins = _fold(text)
    patterns = {*_ALWAYS_HIDDEN, *(pattern for secret in secrets for pattern in _patterns(secret))}
    finds = (find.span(1) for pattern in patterns for find in re.finditer(f"(?=({pattern}))", plain))
    return _cover(text, [(origins[start], origins[end - 1] + 1) for start, end in finds])


def _cover(text: str, spans: Iterable[tuple[int, int]]) -> str:
    hidden = bytearray(len(text))
    for start, end in spans:
        hidden[start:end] = b"\1" * (end - start)
    runs = groupby(enumerate(text), key=lambda placed: hidden[placed[0]])
    return "".join(HIDDEN if covered else "".join(char for _, char in run) for covered, run in runs)


def _patterns(secret: str) -> Iterator[str]:
    plain = _fold(secret)[0]
    for variant in (plain, *_shorter(plain, _split_address(secret.strip())[1])):
        parts = re.findall(rf"({_SEPARATORS}*)([^{_SEPARATORS[1:-1]}])", variant)
        if len(parts) >= _SHORTEST_SECRET:
            yield _spread(parts)
    if _NAME.fullmatch(plain):
        surname = re.escape(_surname(plain))
        yield rf"{surname}{_SPACES}*(?:{_HONORIFICS})某?|姓{_SPACES}*{surname}"


def _shorter(plain: str, detail: str) -> Iterator[str]:
    """Forms a citizen would write for short: no country code, no area code, no province."""
    digits = re.sub(_SEPARATORS, "", plain)
    mobile = _MOBILE.fullmatch(digits)
    if mobile:
        yield mobile[1]
    if re.fullmatch(r"0[0-9]{9,11}", digits):
        yield digits[3 if digits[1] in "12" else 4 :]
    if len(detail) >= _DETAIL_LENGTH:
        yield _fold(detail)[0]


def _spread(parts: Sequence[tuple[str, str]]) -> str:
    pattern = re.escape(parts[0][1])
    for (_, before), (written, char) in pairwise(parts):
        between = _SEPARATORS if written or (before.isdigit() and char.isdigit()) else _SPACES
        pattern += f"{between}*{re.escape(char)}"
    return pattern


def _split_address(address: str) -> tuple[str, str]:
    seat = _SEAT.match(address)
    end = seat.end() if seat else 0
    return address[:end].rstrip(), address[end:].strip()


def _surname(name: str) -> str:
    return name[:2] if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES else name[0]  # noqa: PLR2004  (a compound one)


def _fold(text: str) -> tuple[str, list[int]]:
    """The text as it reads, and for each of its characters the place in the original it came from."""
    pairs = [(char, place) for place, written in enumerate(text) for char in _read_as(written)]
    return "".join(char for char, _ in pairs), [place for _, place in pairs]


@lru_cache(maxsize=4096)
def _read_as(char: str) -> str:
    """Half-width, lower case, ASCII digits; nothing for combining marks and invisible characters."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    digits = (str(unicodedata.decimal(one)) if one.isdecimal() else one for one in plain)
    return "".join(one for one in digits if unicodedata.category(one) not in {"Mn", "Me", "Cf"})
