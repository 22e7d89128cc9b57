"""Whether a masked number would stay masked where an agent puts it, told without looking at the hidden figures.

Made-up numbers with the same mask are put in its place, and read. What depends on the figures themselves (the check digit
of a bank card, the date in an identity card, the area of a landline) can't be told so: where other figures stand so near
that a reader may take them for one number, the answer is no, whatever the number is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.masking import SPOKEN, hide
from core.phone import fold

_NEAR = 60
"""Characters on either side with which a number is tried: more than any reader looks at."""
_CARD = "**** **** **** "
_MOBILE = re.compile(r"1[3-9]\d\*{4}\d{4}")
_IDENTITY = re.compile(r"(\d{3})(\*{10}|\*{13})(\d[\dX])")
_EXTENDED = "-**"
_BESIDE = re.compile(r"[\d \-·./xX]")
"""What may stand within one bank or identity card."""
_CALLED = r"[\s\-,、·./()+]{0,3}"
"""What may stand between two figures of one telephone number."""
_FIGURE_BEFORE = re.compile(rf"(?<!\d)\d{{1,3}}{_CALLED}$")
_FIGURE_BEHIND = re.compile(rf"{_CALLED}\d{{1,3}}(?!\d)")
_SPOKEN = "零〇幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸"
_ZEROS = rf"(?:(?<!\d)0|(?<![{_SPOKEN}])[零〇])[^\w+]{{0,3}}[0零〇]"
_ABROAD = re.compile(rf"(?:\+|{_ZEROS})(?:{_CALLED}[\d{_SPOKEN}]){{0,3}}{_CALLED}$")
"""The beginning of a number abroad, before which the country's own figures count."""
_LEAST, _MOST = 13, 19
"""Figures of a bank or identity card."""


def stays_masked(text: str, places: Sequence[tuple[int, int]]) -> bool:
    """Whether all masked numbers of a text would be masked in the same way, if they were whole.

    Args:
        text: the text, folded (:func:`core.phone.fold`).
        places: where masked numbers begin and end in it, in order.

    >>> [stays_masked(said, [(said.index("138"), said.index("34") + 2)]) for said in ("打138****1234,3号楼", "卡6222 138****1234 1")]
    [True, False]
    """
    whole, moved, last = "", [], 0
    for start, end in places:
        made_up = next(_like(text[start:end]))
        whole += text[last:start]
        moved.append((len(whole), len(whole) + len(made_up)))
        whole, last = whole + made_up, end
    whole += text[last:]
    figures = whole.translate(SPOKEN)
    return all(
        not _ABROAD.search(whole, max(there[0] - 20, 0), there[0])
        and not _joins(figures, *there, text[start:end])
        and _tried(text, start, end)
        for (start, end), there in zip(places, moved, strict=True)
    )


def _tried(text: str, start: int, end: int) -> bool:
    """Whether any number with this mask is masked here as it is anywhere."""
    before, behind = text[max(start - _NEAR, 0) : start], text[end : end + _NEAR]
    masked = hide(before + text[start:end] + behind)
    return any(hide(fold(before + number + behind)) == masked for number in _like(text[start:end]))


def _like(mask: str) -> Iterator[str]:
    """Made-up numbers with this mask."""
    if mask.startswith(_CARD):
        for last in range(10):
            yield f"62220212345{last}{mask.removeprefix(_CARD)}"
    elif identity := _IDENTITY.fullmatch(mask):
        born = "19900101" if len(mask) == 18 else "900101"
        yield f"{identity[1]}404{born}{'0' * (len(mask) - 8 - len(born))}{identity[3]}"
    elif mask[:2].isdigit() and mask.endswith("****") and len(mask) == 6:
        yield f"{mask[:2]}345678"
    elif mask.endswith("****") and len(mask) == 6:
        yield f"{mask[:2]}cdef"
    else:
        number, _, extension = mask.partition("-")
        told = f"-{'1' * len(extension)}" if extension else ""
        for figures in ("0000", *(f"{first}26{last}" for first in range(10) for last in ("6", "66"))):
            yield number.replace("****", figures) + told


def _joins(text: str, start: int, end: int, mask: str) -> bool:
    """Whether a reader may take the number and figures beside it for one."""
    first, last = start, end
    while first > 0 and _BESIDE.fullmatch(text[first - 1]):
        first -= 1
    while last < len(text) and _BESIDE.fullmatch(text[last]):
        last += 1
    before = [len(one) for one in re.findall(r"[\dxX]+", text[first:start])]
    behind = [len(one) for one in re.findall(r"[\dxX]+", text[end:last])]
    if not _MOBILE.fullmatch(mask):
        # How many figures such a number has is hidden, too: at least ten.
        near = _FIGURE_BEFORE.search(text, max(start - 6, 0), start) or _FIGURE_BEHIND.match(text, end)
        return bool(near) or min([*before[-1:], *behind[:1], _MOST]) <= _MOST - 10
    totals = {
        end - start + sum(before[len(before) - left :]) + sum(behind[:right])
        for left in range(min(len(before), _MOST) + 1)
        for right in range(min(len(behind), _MOST) + 1)
    }
    return any(_LEAST <= one <= _MOST for one in totals)
