"""Recognises questions that citizens ask in the middle of something else, and that are no answer to anything."""

from __future__ import annotations

import re

from core.text import plain

_LONGEST = 24
"""Most characters of such a question. A longer text tells of a matter."""
_HUMAN = re.compile(r"人工|真人|活人|客服|坐席|话务员|接线员|转接")
"""Words of somebody who wants to talk to a human, or asks whether this is one."""
_END = r"[啊呀呢哦嘛的]*"
_ASKS = re.compile(
    rf"有(?:啥|什么|没有|没)?(?:规定|标准|说法|政策|依据|要求)(?:没有?|吗|么|不){_END}$|多少钱一[^，,]{{1,3}}{_END}$|"
    r"^(?:那|请问)?(?:我|俺|你们?|您|他们?|咱)?(?:们)?(?:这|那)?(?:个|种|事|件事|个事|个问题|样|边)?(?:是不是|会不会|能不能|可不可以|要不要|该不该|用不用|"
    r"算不算|归不归|需不需要)|"
    rf"^(?:那|到时候?|请问|以后|之后)?(?:你们?|您|他们?|咱们?)(?:还|都|真)?(?:会|能|要|可以|给)[^，,]{{1,8}}不{_END}$|"
    rf"^(?:那|到时候?|请问)?(?:会|能|要|可以|用|还要|还会)[^，,]{{0,8}}(?:我|俺|你们?|钱|名字|电话|公司)?[^，,]{{0,3}}(?:吗|么|不){_END}$"
)
_WHO_WE_ARE = re.compile(
    r"(?:那|请问|喂)?(?:你们?|您|这|这边|那边|对面|现在)*(?:到底|究竟)?(?:是不是|是|不是)(?:个)?(?:人工|真人|活人|人|机器人?|客服|智能的?|电脑|AI|ai)"
    r"(?:在)?(?:回复|回答|说话|聊天|客服)?(?:的)?(?:还是(?:个)?(?:机器人?|人工|真人|人|电脑|AI|ai))?(?:吗|么|吧|不|没有?|啊|呀|呢)*"
)
_STATES = re.compile(r"(?:你们?|您)是(?:个)?(?:机器人?|人工|真人|人|客服)")
"""A statement without any word that asks (你是机器人): it is left to Rasa's intents."""
_COUNTS = re.compile(
    r"(?:有|大概|一共|总共|就|是)*(?:\d{1,3}|[一二三四五六七八九十两几]{1,3})(?:来|多)?(?:个|名|位|口)人(?:吧|呢|啊|了|左右)*"
)


def asks_midway(text: str) -> bool:
    """Whether a short text asks something by its form, whatever it is about, and is no wish for a human.

    >>> asks_midway("停车费一般多少钱一小时啊有规定没"), asks_midway("你们会给我打电话不"), asks_midway("会查我吗")
    (True, True, True)
    >>> asks_midway("我这个是不是应该找教育局"), asks_midway("能不能转人工"), asks_midway("要不回来押金")
    (True, False, False)
    """
    said = plain(text)
    return len(said) <= _LONGEST and _HUMAN.search(said) is None and _ASKS.search(said) is not None


def asks_who_we_are(text: str) -> bool:
    """Whether a text asks whether it is a human who answers.

    >>> asks_who_we_are("你们是不是人工"), asks_who_we_are("是机器人还是真人啊"), asks_who_we_are("转人工")
    (True, True, False)
    """
    said = plain(text)
    return _WHO_WE_ARE.fullmatch(said) is not None and _STATES.fullmatch(said) is None


def counts_people(text: str) -> bool:
    """Whether a text only says how many people there are, and so calls for nobody.

    >>> counts_people("三个人"), counts_people("找个人来")
    (True, False)
    """
    return _COUNTS.fullmatch(plain(text)) is not None
