"""Finds ticket numbers (工单号) and query codes (查询码) in a text."""

from __future__ import annotations

import re
import unicodedata

from core import codes
from tickets.numbers import plain_number

LONGEST = 2_000
"""Largest part of a text that is searched for a ticket number, in characters."""
_NUMBER = re.compile(r"[A-Za-z]{2,6}[\s-]{0,3}20\d{2}[\s-]{0,3}\d{4}[\s-]{0,3}\d{5,6}(?!\d)")
_CODE = re.compile(r"(?<!\d)\d{3}\s?\d{3}(?!\d)")
_NEW_CODE = re.compile(
    rf"(?<![A-Z0-9])[{codes.ALPHABET}]{{4}}[\s-]?[{codes.ALPHABET}]{{4}}(?![A-Z0-9])", re.IGNORECASE
)
_CODE_BEHIND = re.compile(
    rf"[\s，,、。（()）:：]{{0,4}}(?:查询码|码)?[是为:：\s]{{0,3}}(?P<code>[{codes.ALPHABET}]{{4}}[\s-]?[{codes.ALPHABET}]{{4}}|\d{{3}}\s?\d{{3}})(?![A-Z0-9])",
    re.IGNORECASE,
)
"""The query code right behind a number."""


def find_number(text: str) -> str | None:
    """The first ticket number in a text, in its stored form; None when there is none.

    >>> find_number("帮我查下 hn20261123-00001，查询码482913")
    'HN2026112300001'
    """
    match = _NUMBER.search(unicodedata.normalize("NFKC", text[:LONGEST]))
    return plain_number(match.group()) if match else None


def find_code(text: str) -> str | None:
    """The first query code, or else six digits (the form of old codes), that are not part of a ticket number; None: neither.

    >>> find_code("hn2026112300001，查询码482 913"), find_code("hn2026112300001 ac3d 9kxq"), find_code("查AC的进度")
    ('482913', 'AC3D9KXQ', None)
    """
    said = without_number(unicodedata.normalize("NFKC", text[:LONGEST]))
    for match in _NEW_CODE.finditer(said):
        code = codes.plain(match.group())
        if code is not None:
            return code
    old = _CODE.search(said)
    return codes.plain(old.group()) if old else None


def without_number(text: str) -> str:
    """The text with ticket numbers replaced by a blank, so that their digits are not read as something else.

    >>> without_number("工单HN2026112300001的事")
    '工单 的事'
    """
    return _NUMBER.sub(" ", text)


_AROUND = re.compile(
    r"^(?:[\s，,。.；;：:、!！（()）\[\]【】]|工单号?|单号|编号|查询码|码|的|是|这张|这个|那张|我的?|俺的?){0,12}"
    r"|(?:[\s，,。.；;：:、（()）\[\]【】]|工单号?|单号|编号|查询码|号码|是){0,12}$"
)
"""Signs and words around a number that only say what it is."""


def beside_number(text: str) -> str:
    """What a message says beside the ticket number and query code that it names; "" when nothing, or it names no ticket.

    >>> beside_number("HN2026112300001（编号） 补充：还漏"), beside_number("HN2026112300001 AC3D9KXQ，地址改成龙湖路8号")
    ('补充：还漏', '地址改成龙湖路8号')
    >>> beside_number("工单号HN2026112300001"), beside_number("还漏")
    ('', '')
    """
    said = unicodedata.normalize("NFKC", text[:LONGEST])
    number = _NUMBER.search(said)
    if number is None:
        return ""
    parts = [text[: number.start()], text[number.end() :]] if len(said) == len(text) else []
    parts = parts or [said[: number.start()], said[number.end() :]]
    if (code := _CODE_BEHIND.match(parts[1])) and codes.plain(code["code"]):
        parts[1] = parts[1][code.end() :]
    return "，".join(bare for one in parts if (bare := _AROUND.sub("", one)))


_CALLED = "(?:工单|查询)?(?:编号|单号|号码|号|码|单子|回执|短信|纸条)"
_LACKS = re.compile(
    rf"{_CALLED}[^，,。；;]{{0,6}}(?:弄?丢|忘|没记|没存|没留|没抄|删|不见|找不[到着]|不记得|记不[得住起清]|想不起|没有?了?$)|"
    rf"(?:弄?丢|忘|没记|没存|没留|没抄|删|找不[到着]|不记得|记不[得住起清]|想不起|不知道|哪有|没有?)[^，,。；;]{{0,4}}{_CALLED}"
)


def lacks_number(text: str) -> bool:
    """Whether somebody who was asked for a ticket's number or code says that they have it no more.

    >>> [lacks_number(said) for said in ("编号我弄丢了", "要是那个查询码让我弄丢了呢", "没记工单号", "短信删了", "没有编号")]
    [True, True, True, True, True]
    >>> [lacks_number(said) for said in ("HN2026112300001", "手机丢了", "我没空", "编号是 HN2026112300001")]
    [False, False, False, False]
    """
    return _LACKS.search(text) is not None
