"""Finding ticket numbers (工单号) and query codes (查询码) in what a citizen typed."""

from __future__ import annotations

import re
import unicodedata

from tickets.numbers import plain_number

_NUMBER = re.compile(r"[A-Za-z]{2,6}[\s-]*20\d{2}[\s-]*\d{4}[\s-]*\d{5,6}(?!\d)")
_CODE = re.compile(r"(?<!\d)\d{3}\s?\d{3}(?!\d)")


def find_number(text: str) -> str | None:
    """The first ticket number in a text, in its stored form.

    >>> find_number("帮我查下 hn20261123-00001，查询码482913")
    'HN2026112300001'
    """
    match = _NUMBER.search(unicodedata.normalize("NFKC", text))
    return plain_number(match.group()) if match else None


def find_code(text: str) -> str | None:
    """Six digits that stand apart from a ticket number.

    >>> find_code("hn2026112300001，查询码482 913")
    '482913'
    """
    rest = _NUMBER.sub(" ", unicodedata.normalize("NFKC", text))
    match = _CODE.search(rest)
    return re.sub(r"\s", "", match.group()) if match else None
