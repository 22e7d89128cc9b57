"""Reads the name of a citizen."""

from __future__ import annotations

import re

from bot.understanding.when import moment
from core.clock import now
from core.text import plain

ANONYMOUS = "匿名"
"""The name stored for citizens who do not give their name."""

_WHERE = re.compile(
    r"[\d一二三四五六七八九十](栋|幢|号|号楼|单元|室|弄|组)|小区|花园|路口|附近|对面|门口|楼下|隔壁|(路|街|大道|镇|村)$"
)
_NAME_FRAME = re.compile(r"^(我|俺)?(本人)?(的)?(名字|姓名)?(叫做?|是|就叫)?|(就行|就好|就可以|吧|啊|呀)$")


def read_name(text: str) -> str | None:
    """The name that a citizen gives; ``匿名`` for an anonymous citizen; None for an answer that is no name.

    >>> read_name("我姓王")
    '王先生/女士'
    """
    said = plain(text)
    if "匿名" in said:
        return None if re.search(r"不(要|想|用)?匿名", said) else ANONYMOUS
    surname = re.fullmatch(r"(?:我|俺|本人)?(?:免贵)?姓(\w{1,2})", said)
    if surname:
        return f"{surname.group(1)}先生/女士"
    name = _NAME_FRAME.sub("", text.strip(" 。.，,！!"))
    if not 1 <= len(name) <= 20 or re.search(r"\d{3}|[?？]", name):
        return None
    if len(name) > 4 and moment(name, now()) is not None:
        return None  # the answer to another question: a time
    if _WHERE.search(name):
        return None  # the answer to another question: a place
    return name
