"""Recognises words that only vent anger (良心让狗吃了, 物业费白交了), which tell no matter of their own."""

from __future__ import annotations

import re

from bot.understanding.clauses import clauses
from bot.understanding.faults import is_fault
from bot.understanding.requests import reproaches
from core.text import plain

_VENTS = re.compile(
    r"喂(?:了)?(?:狗|猪)|狗(?:都)?吃了|良心|吃屎|(?:养|要)(?:着)?(?:你们?|他们?|这帮|这群)[^，,]{0,6}(?:干(?:什么|啥|嘛|吗)|有(?:什么|啥|何)用)|"
    r"白(?:交|养|花|给)(?:了|他们?|你们?|钱)|(?:钱|税|费)[^，,]{0,4}(?:白交|打水漂)|不要脸|缺德|黑心|王八蛋?|混蛋|畜生|狗东西|人渣|吸血鬼|强盗|土匪|气死|丢人|天理|王法|心寒|寒心|没人性|不是人|"
    r"吃干饭|什么玩意|什么东西|算什么"
)
"""Words of anger."""


def only_vents(text: str) -> bool:
    """Whether words vent anger, and tell of nothing that could be put right beside it.

    >>> only_vents("就会说等，交的钱都喂狗了"), only_vents("良心让狗吃了"), only_vents("黑心老板欠我三个月工资")
    (True, True, False)
    """
    said = clauses(text)
    told = [one for one in said if not _VENTS.search(plain(one))]
    vented = [one for one in said if _VENTS.search(plain(one))]
    return bool(vented) and not any(
        is_fault(one) or reproaches(_VENTS.sub("", plain(one))) for one in (*told, *vented)
    )
