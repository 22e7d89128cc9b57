"""Angry messages: the assistant shows sympathy once, offers a human, and never argues."""

from __future__ import annotations

import re

from bot.actions.runtime.turn import Turn

SLOT = "soothed"
"""Slot that is True once the assistant has shown sympathy in this conversation."""
_ANGRY = re.compile(
    r"气死|气炸|气得|受够|忍无可忍|忍不了|太(过分|气人|欺负人|不像话|窝火|恶心)|欺负(人|老百姓)|还(有没有|有)王法|"
    r"(到底|究竟|还)(有没有|有没|有)人(管|理)|到底(管不管|谁管|想怎样)|踢皮球|推来推去|推三阻四|互相推|打了?(好几|几|无数|多少|[二三四五六七八九十\d]+)(次|遍|个电话)|"
    r"(没|不)(完)?没了|凭什么|吃干饭|不作为|混蛋|王八|垃圾(物业|公司|部门|单位|老板|平台)|无良|黑心|丧良心|气愤|愤怒|[!！]{2,}"
)
SYMPATHY = "遇上这样的事，换谁都着急。"
"""The sentence of sympathy for an angry story."""
_HARSH = "让您不痛快了，对不住。"


def angry(text: str) -> bool:
    """Whether somebody who writes this is angry.

    >>> angry("打了八次电话都没人管，气死我了"), angry("请问几点下班")
    (True, False)
    """
    return _ANGRY.search(text) is not None


def sympathy(turn: Turn, text: str) -> str:
    """A sentence of sympathy for an angry story, once in each conversation; else empty."""
    if turn.slot(SLOT) or not _ANGRY.search(text):
        return ""
    turn.set(SLOT, True)
    return SYMPATHY


def harsh(turn: Turn) -> str:
    """The reply to harsh words: sympathy the first time, later only the offer of a human."""
    if turn.slot(SLOT):
        return "我在，您说。想直接跟坐席说，点“转人工”就行。"
    turn.set(SLOT, True)
    return f"{_HARSH}是什么事，您说，我来登记；想直接跟坐席说，点“转人工”就行。"
