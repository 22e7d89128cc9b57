"""Telephone numbers: reads all their spellings, and returns one stored form.

The stored form has digits only: ``13955540000`` (mobile), ``05546660000`` (landline with area code),
``6660000`` (landline without area code), ``4008001234`` and ``95588`` (service numbers). A number abroad
begins with a plus sign, such as ``+85291234567``. An extension follows as ``-801``.

A text is searched once. Runs of figures are cut out, and at each figure that may begin a number only a few
lengths are tried. So the time grows linearly with the length of the text.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType

LONGEST = 2_000
"""Number of characters of a text that are searched.

A telephone number to call back comes earlier than that.
"""

_OVERLAP = 80
"""Characters that two stretches of a long text have in common, so that no number is cut in two."""

FORMAL = dict(zip("壹贰叁肆伍陆柒捌玖貳參陸", "123456789236", strict=True))
"""Figures as they stand on banknotes, which some write so that no program finds their number."""
_SPOKEN = {**dict(zip("零〇幺一二两三四五六七八九", "0011223456789", strict=True)), **FORMAL}
_FIGURES = "\\d" + "".join(_SPOKEN)
_RUN = re.compile(rf"[+({_FIGURES}][+(){_FIGURES}\s\-,、·./]*")
_GAP = 3
"""Most separators and blanks between two figures of one number. More of them separate two numbers."""
_MOST = 15
"""Digits of the longest possible number (E.164)."""
_MOBILE = re.compile(r"1[3-9]\d{9}")
_SERVICE = re.compile(r"(?:400|800)\d{7}|9[56]\d{3,4}")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_LENGTHS = {str(first): {7, 8} for first in range(10)} | {
    "0": {10, 11, 12}, "1": {11}, "4": {7, 8, 10}, "8": {7, 8, 10, 13}, "9": {5, 6},
}  # fmt: skip
"""First figure → how many figures a number that is not told to be one abroad may have; the others need not be looked at."""
_EXTENSION = re.compile(
    r"[\s,]{0,2}(?:-|转接?|分机号?|转分机|ext\.?|#)[\s:]{0,2}(\d{1,6})(?!\d)", re.IGNORECASE
)
_UNIT = re.compile(r"\s?(?:元|块|万|平|度|吨|斤|公里|米)")
"""A unit, before which figures are an amount; not before which they are a mobile number (13844441212平时都开机)."""
_OF_MATTER = re.compile(
    r"(?:表|单|发票|票据|案|编|受理|流水|合同|文|批|批次|许可证|执照|车架|发动机|账单|产品|型|序列|设备|(?<![租住商])户(?=号(?!码))|信用(?=代码)|发票(?=代码))"
    r"(?:号码?|代码)(?:就?是|为|[:：])?\s{0,3}$"
)
"""Words right before a number that is one of the matter: of a meter, an invoice, an order, a case, a contract."""
_DASH = re.compile(r"[‐-―−－—]")
_LANDLINE = frozenset({PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


@dataclass(frozen=True)
class Found:
    """A number found in a text.

    Args:
        number: the number in its stored form.
        start: index of its first character in the text.
        end: index after its last character, extension included.
    """

    number: str
    start: int
    end: int

    @property
    def service(self) -> bool:
        """Whether this is a service number (400, 800, 95xxx, 96xxx). No person has such a number."""
        return _SERVICE.fullmatch(self.number.partition("-")[0]) is not None


def canonical(text: str) -> str | None:
    """The stored form of a text that is one number.

    None when it is no number, several, or contains other words.

    >>> canonical("（０５５４）666 0000"), canonical("+86 0554-6660000转801"), canonical("幺三八，零零零零，一二三四")
    ('05546660000', '05546660000-801', '13800001234')
    >>> canonical("12345678901") is None
    True
    """
    text = text.strip()
    if len(text) > LONGEST:
        return None
    found = find(text, local=True)
    if len(found) != 1:
        return None
    rest = text[: found[0].start] + text[found[0].end :]
    return None if re.search(r"\w", rest) else found[0].number


def find(text: str, *, local: bool = False) -> list[Found]:
    """All numbers in a text, in order.

    Args:
        text: the text as written. Characters after the first :data:`LONGEST` are ignored.
        local: whether 7 or 8 digits without area code count as a number. True when a number was asked for;
            False in a story, where they may be anything.

    >>> [one.number for one in find("打 1 3 9 5 5 5 4 0 0 0 0 或者0554 6660000，门牌15号")]
    ['13955540000', '05546660000']
    """
    said = fold(text[:LONGEST])
    found: list[Found] = []
    for run in _RUN.finditer(said):
        before = said[run.start() - 1 : run.start()]
        if before.isascii() and before.isalpha() and _MOBILE.fullmatch(run.group().strip()) is None:
            continue  # part of a ticket number or a number plate, unlike wx13844441212
        found += _in_run(said, run.start(), run.end(), local)
    return found


def everywhere(text: str) -> list[Found]:
    """All numbers in a text of any length, in order: for hiding them, where none may be left out.

    >>> [(one.number, one.start) for one in everywhere("，" * 3_000 + "13955540000")]
    [('13955540000', 3000)]
    """
    found: dict[int, Found] = {}
    for begin in range(0, max(len(text), 1), LONGEST - _OVERLAP):
        for one in find(text[begin : begin + LONGEST]):
            moved = Found(one.number, one.start + begin, one.end + begin)
            known = found.get(moved.start)
            if known is None or known.end < moved.end:
                found[moved.start] = moved
    return [found[start] for start in sorted(found)]


def fold(text: str) -> str:
    """The text with full-width characters made half-width. Its length and all positions stay the same.

    >>> fold("（０５５４）６６６ ﷺ")
    '(0554)666 ﷺ'
    """
    if text.isascii():
        return text
    return _DASH.sub("-", "".join(map(_folded, text)))


@lru_cache(20_000)
def _folded(char: str) -> str:
    if char.isascii():
        return char
    plain = unicodedata.normalize("NFKC", char)
    if len(plain) == 1 and plain.isascii():
        return plain
    figure = unicodedata.digit(char, None)  # ❶, ⑷ and ⒋, too
    return str(figure) if figure is not None else plain if len(plain) == 1 else char


def of_matter(text: str, at: int) -> bool:
    """Whether the number that begins at ``at`` is told to be one of a meter, an invoice, an order, a case or the like.

    >>> of_matter("水表号13912345678", 3), of_matter("租户号码13912345678", 4)
    (True, False)
    """
    return _OF_MATTER.search(text, max(at - 12, 0), at) is not None


def _in_run(said: str, start: int, end: int, local: bool) -> list[Found]:
    """The numbers in one run of figures."""
    places = [at for at in range(start, end) if said[at].isdecimal() or said[at] in _SPOKEN]
    digits = "".join(_SPOKEN.get(said[at]) or str(int(said[at])) for at in places)
    found: list[Found] = []
    at = 0
    while at < len(places):
        taken = _number(said, places, digits, at, local) if _parted(said, places, at) else None
        if taken is None:
            at += 1
            continue
        number, used = taken
        first, last = places[at], places[at + used - 1] + 1
        while first > start and said[first - 1] in "+(":
            first -= 1
        if of_matter(said, first):
            at += used
            continue
        extension = None if _MOBILE.fullmatch(number) else _EXTENSION.match(said, last)
        at += used
        if extension:
            number, last = f"{number}-{extension[1]}", extension.end()
            while at < len(places) and places[at] < last:
                at += 1
        found.append(Found(number, first, last))
    return found


def _number(said: str, places: list[int], digits: str, at: int, local: bool) -> tuple[str, int] | None:
    """The longest number that begins at figure ``at``, with its count of figures. None when there is none."""
    abroad = said[places[at] - 1 : places[at]] == "+" or said[max(places[at] - 2, 0) : places[at]] in (
        "(+",
        "+(",
    )
    most = 1
    while most < _MOST and at + most < len(places):
        gap = said[places[at + most - 1] + 1 : places[at + most]]
        if len(gap) > _GAP or "+" in gap:
            break
        most += 1
    for used in range(most, 4, -1):
        if not abroad and used not in _LENGTHS[digits[at]] and digits[at : at + 2] != "00":
            continue
        if (
            not _grouped(said, places[at : at + used])
            or not _parted(said, places, at + used)
            or (
                _MOBILE.fullmatch(digits[at : at + used]) is None
                and _UNIT.match(said, places[at + used - 1] + 1)
            )
        ):
            continue
        number = _kept(digits[at : at + used], abroad=abroad, local=local and at == 0)
        if number is not None:
            return number, used
    return None


def _grouped(said: str, places: list[int]) -> bool:
    """Whether points and strokes part only groups of at least three figures (138.4444.1212), unlike dates and amounts."""
    across = said[places[0] : places[-1]]
    if "." not in across and "/" not in across:
        return True
    count = 1
    for before, here in itertools.pairwise(places):
        if here == before + 1 or not {".", "/"} & set(said[before + 1 : here]):
            count += 1
        elif count < 3:
            return False
        else:
            count = 1
    return count >= 3 or count == len(places)


def _parted(said: str, places: list[int], at: int) -> bool:
    """Whether a number may begin at figure ``at``, or end before it.

    It may when no figure stands directly before ``at``, or one of another kind (Chinese next to Arabic).
    """
    if at in (0, len(places)):
        return True
    here, before = places[at], places[at - 1]
    return here > before + 1 or (said[here] in _SPOKEN) != (said[before] in _SPOKEN)


def _kept(digits: str, *, abroad: bool, local: bool) -> str | None:
    """The stored form of these digits; None when they are no number."""
    if digits.startswith("00"):
        digits, abroad = digits[2:], True
    home = digits.removeprefix("86") if abroad or len(digits) == 13 else digits
    if abroad and (len(digits) < 8 or digits.startswith("0")):
        return None
    if abroad and home == digits:
        number = _parsed(f"+{digits}")
        return f"+{digits}" if number is not None else None
    # Mobile and service numbers are checked by pattern: new prefixes appear sooner than releases of the
    # library.
    if _MOBILE.fullmatch(home) or _SERVICE.fullmatch(home):
        return home
    if abroad and not home.startswith("0"):
        home = f"0{home}"
    if home.startswith("0") and 10 <= len(home) <= 12:
        number = _parsed(f"+86{home[1:]}")
        return home if number is not None and phonenumbers.number_type(number) in _LANDLINE else None
    return home if local and _LOCAL.fullmatch(home) else None


def _parsed(text: str) -> phonenumbers.PhoneNumber | None:
    """The parsed number; None when no such number exists."""
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
