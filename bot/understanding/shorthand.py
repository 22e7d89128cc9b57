"""Writes out abbreviations (gjj), English (passport) and traditional characters (身份證), and removes tags of web pages.

The assistant, the search and the form read the result. The stored message keeps the citizen's own writing.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from core import yaml_loader
from core.text import plain
from kb_index.language.text import simplified

FILE = Path(__file__).with_suffix(".yml")
"""The file with the abbreviations and their meanings."""
_SHORT = 2
"""Most letters of an abbreviation that is written out only at the beginning, before the message's end or a question."""
_ASKING_AFTER = (
    r"(?=\s*(?:$|[?？,，。]|怎|咋|如何|多少|几|啥|什么|哪|能|可|要|的?(?:政策|条件|材料|流程|标准|电话)|"
    r"查|交|缴|补|办|转|断|停|取|报|领|迁|丢|掉|过期|换|卡|本|号|账|余额|申请|登记))"
)
_NAMES = (
    r"(?:a|b|i|u|p|br|hr|em|li|ol|ul|td|th|tr|h[1-6]|div|img|svg|pre|span|font|html|head|body|form|link|meta|"
    r"table|tbody|input|style|title|script|strong|button|iframe|center|section|article|header|footer)"
)
_TAG = re.compile(rf"<!--[^<>]{{0,300}}-->|</?{_NAMES}(?:[\s/][^<>]{{0,300}})?>", re.I)
_SCRIPT = re.compile(r"<(script|style)\b[^<>]{0,300}>.*?</\1\s*>", re.S | re.I)
_ENGLISH = (
    (re.compile(r"\bhow\s+(?:do\s+i|can\s+i|to)\s+(?:get|apply\s+for|make|obtain|renew|replace)\s*", re.I), "怎么办"),
    (re.compile(r"\bwhere\s+(?:do\s+i|can\s+i|to)\s+(?:get|apply\s+for|renew|replace)\s*", re.I), "在哪里办"),
    (re.compile(r"\bi\s+(?:have\s+)?lost\s+", re.I), "丢了"),
)  # fmt: skip
_FULL_WIDTH = re.compile(r"[０-９Ａ-Ｚａ-ｚ]+")
_ARTICLE = re.compile(r"(?<=[\u4e00-\u9fff])\s*(?:an?|the|my|your|for)\s+(?=[\u4e00-\u9fff])", re.I)


@cache
def _meanings() -> dict[str, str]:
    groups = TypeAdapter(dict[str, list[str]]).validate_python(yaml_loader.load(FILE.read_text("utf-8")))
    return {word: meaning for meaning, words in groups.items() for word in words}


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = sorted(_meanings(), key=len, reverse=True)
    long = "|".join(re.escape(word) for word in words if len(word) > _SHORT)
    short = "|".join(re.escape(word) for word in words if len(word) <= _SHORT)
    return (
        re.compile(rf"(?<![a-z0-9@.])(?:{long})(?![a-z0-9@])", re.I),
        re.compile(rf"^\s*(?:{short})(?![a-z0-9@]){_ASKING_AFTER}", re.I),
    )


def written_out(text: str) -> str:
    """A message in simplified characters, without tags, and with its abbreviations written out.

    >>> written_out("ｇｊｊ怎么取")
    '住房公积金怎么取'
    >>> written_out("gjj怎么取"), written_out("sb"), written_out("你真sb"), written_out("how to get a passport")
    ('住房公积金怎么取', '社保', '你真sb', '怎么办护照')
    """
    said = simplified(_untagged(_FULL_WIDTH.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)))
    changed = said
    for pattern, meaning in _ENGLISH:
        changed = pattern.sub(meaning, changed)
    for pattern in _patterns():
        changed = pattern.sub(lambda match: _meanings()[match[0].strip().lower()], changed)
    return said if changed == said else _ARTICLE.sub("", changed).strip()


def names_topic(text: str) -> bool:
    """Whether a message is only the meaning of an abbreviation (医保, 无线网络)."""
    return plain(text) in {plain(meaning) for meaning in _meanings().values()}


def _untagged(text: str) -> str:
    if "&" in text:
        text = html.unescape(text)
    if "<" not in text:
        return text
    bare = _TAG.sub(" ", _SCRIPT.sub(" ", text)).strip()
    return bare or text
