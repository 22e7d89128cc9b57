"""Recognises that what is added to a ticket makes it urgent: somebody was hurt, or smoke, fire, gas or current came of it."""

from __future__ import annotations

import re

from bot.understanding.clauses import clauses
from core.text import plain

_HURT = re.compile(
    r"[摔跌掉栽](?:进|下|到|伤|倒|断|破|了|得|坏|的)|(?:砸|撞|碰|绊|烫|烧|电|咬|划|夹|压)(?:到|着|伤|倒|了人|死|坏)(?:了)?|受(?:了)?伤|流(?:了)?血|骨折|昏(?:倒|迷|过去)|晕倒|住(?:了|进)?(?:医)?院|"
    r"送(?:到|去|进|了)?(?:了)?医院|缝了|救护车|断(?:了)?(?:腿|胳膊|手|骨)"
)
_DANGER = re.compile(
    r"冒(?:着|了|过|出)?(?:黑|浓|白)?(?:烟|火|火花|火星)|[着起](?:过|了)?火|烧(?:了)?起来|打火|跑电|漏(?:了)?(?:电|气|煤气)|(?:煤|燃)气味|触(?:了)?电|带电|(?:塌|垮)(?:了|下|掉)|要塌|往下掉|裂(?:缝)?(?:变|越来越)"
)
_ONLY_FEARED = re.compile(
    r"万一|[怕恐]|会不会|要是|如果|以免|免得|小心|别(?:再|让)|(?:咋|怎么)办|没(?:有)?(?:人)?(?:受伤|摔|砸|伤|事|冒|着火)|不会|假如"
)
_THINGS = re.compile(r"(?:网|线|信号|手机|价|电话|钱|级|队)[^，,。]{0,2}掉|掉(?:线|价|色|皮|队|漆)")


def makes_urgent(text: str) -> bool:
    """Whether a message tells of somebody hurt, or of a danger that has shown itself; what is only feared does not count.

    >>> makes_urgent("刚才有个老太太绊倒了"), makes_urgent("电线昨晚冒火花了"), makes_urgent("差点砸到人")
    (True, True, True)
    >>> makes_urgent("万一有人摔了咋办"), makes_urgent("能不能快点"), makes_urgent("网老掉线")
    (False, False, False)
    """
    return any(
        (_HURT.search(one) or _DANGER.search(one))
        and not _ONLY_FEARED.search(one)
        and not _THINGS.search(one)
        for one in clauses(text)
    )


_URGING = re.compile(
    r"能不能|可不可以|什么时候|啥时候|派个?人|来个?人|多久|几天|到底|你们?|您|赶紧|赶快|快点?|尽快|马上|抓紧|加急|求求|麻烦|拜托|帮我|给我|今天|今晚|这事|工单|单子|处理|解决|"
    r"催(?:一?[下催])?|看看?|一?下|可以|来人|[行好]不|那|就|都|请|能|再|还|急|来|去|弄|修|办|管|[吗吧啊呀不嘛呢了点些行好]"
)
"""Words that only urge."""


def facts(text: str) -> str:
    """What a message that urges tells besides (今天又漏了，能不能快点); "" when it only urges.

    >>> facts("今天又掉下来一块，能不能快点"), facts("催一下"), facts("你们能不能快点来人")
    ('今天又掉下来一块', '', '')
    """
    return "，".join(one for one in clauses(text) if plain(_URGING.sub("", one)))
