"""Clauses that tell nothing of a matter: :func:`is_frame`."""

from __future__ import annotations

import re

from bot.understanding.denied import without_denied
from bot.understanding.lasting import only_time
from bot.understanding.name import introduced_name
from bot.understanding.remarks import is_no_value
from core.phone import find
from core.text import plain

_SPEAKS = re.compile(
    r"(?:跟|找|向|给|打|去).{1,10}(?:过|了)(?:电话|.?[次回趟])?|没用|没人[理管]|没结果|(?:您好|你好|尊敬的.{0,8}|.{0,6}领导好?|(?:我|俺)们?(?:是|叫|姓).{0,20}|.{0,4}(?:家住|住在|家在).{0,20}|[我俺]们?家?在.{1,12}住|.{0,12}(?:村民|业主|居民|市民|群众|家长|职工)|"
    r"[^不没]{0,14}(?:门口|小区|路口|附近|旁边|路上?|村|镇|区|号|栋|楼|院|对面|上学|上班))"
)
"""A clause that only says who speaks, where, or who was asked before."""
_OPENS = re.compile(
    r"(?:您好|你好|喂|那个|麻烦|请|我们?|俺们?|咱|想|要|来|跟|给|向|您|你们?|帮我?|这里|有|再|就是)*"
    r"(?:投诉|举报|反映|反应|求助|求救|建议|咨询|问|说|讲|告)?(?:一?下|一?[个件桩]|点)*(?:问题|事情?儿?|情况|投诉|举报)?(?:啊|吧|了|的|哈|呀)*"
)
"""A clause that only announces a matter (我要投诉, 有个问题)."""
_ONLY_DENIES = 2
"""Most characters of a clause that are left without what it denies (那我不举报贪污), if it tells nothing else."""


def is_frame(clause: str) -> bool:
    """Whether a clause tells nothing of a matter: who speaks, when, a phone number, a protest, that something follows."""
    return (
        _SPEAKS.fullmatch(clause) is not None
        or _OPENS.fullmatch(plain(clause)) is not None
        or bool(find(clause))
        or is_no_value(clause)
        or only_time(clause)
        or introduced_name(clause) is not None
        or len(without_denied(clause)) <= _ONLY_DENIES
    )
