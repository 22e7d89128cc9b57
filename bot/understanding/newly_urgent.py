"""Recognises that what is added to a ticket makes it urgent: somebody was hurt, or smoke, fire, gas or current came of it."""

from __future__ import annotations

import re

from bot.understanding.clauses import clauses
from bot.understanding.danger.asked import long_ago
from core.text import plain

_HURT = re.compile(
    r"[摔跌掉栽](?:进|下|到|伤|倒|断|破|了|得|坏|的)|(?:砸|撞|碰|绊|烫|烧|电|咬|划|夹|压)(?:到|着|伤|倒|了人|死|坏)(?:了)?|受(?:了)?伤|流(?:了)?血|骨折|昏(?:倒|迷|过去)|晕倒|住(?:了|进)?(?:医)?院|"
    r"送(?:到|去|进|了)?(?:了)?医院|缝了|救护车|断(?:了)?(?:腿|胳膊|手|骨)"
)
_DANGER = re.compile(
    r"冒(?:着|了|过|出)?(?:黑|浓|白)?(?:烟|火|火花|火星)|[着起](?:过|了)?火|烧(?:了)?起来|打火|跑电|漏(?:了)?(?:电|气|煤气)|(?:煤|燃)气味|触(?:了)?电|带电|(?:塌|垮)(?:了|下|掉)|要塌|往下掉|裂(?:缝)?(?:变|越来越)"
)
_ONLY_FEARED = re.compile(
    r"万一|[怕恐]|会不会|要是|如果|以免|免得|小心|别(?:再|让|等|非)|(?:咋|怎么)办|没(?:有)?(?:人)?(?:受伤|摔|砸|伤|事|冒|着火)|不会|假如"
)
_THINGS = re.compile(r"(?:网|线|信号|手机|价|电话|钱|级|队)[^，,。]{0,2}掉|掉(?:线|价|色|皮|队|漆)")


_DENIED = re.compile(
    r"(?:没有?|并未|未曾|不曾|不是|不算|无)(?:[有人谁再被说是发生过出现怎么什么任何见到]){0,7}$"
)
"""What stands right before such words and denies them (没有漏电, 不是说有人受伤)."""
_AHEAD = re.compile(
    r"(?:容易[^，,。]{0,4}|可能|说不定|没准|迟早|早晚|将来|谁|等到?有?人?|非得?有?人?|要有人|(?<!社)(?<!机)会有?人?|我?心(?:里|都|灵)?(?:很|太|真|好)?|感情|自尊心?)$|再不[^，,。]{0,8}(?:就|要|得|会)[^，,。]{0,4}$"
)
"""What stands right before them where they have not happened, or are no hurt of the body (再不修就要有人受伤了, 我心受伤了)."""
_ONLY_IF = re.compile(
    r"^[^，,。]{0,4}(?:的话|的时候怎么|了?(?:谁|你们?|哪个)?[^，,。]{0,3}(?:负责|赔|承担)|了?(?:才|就)(?:肯|来|会|去|知道)?(?:修|管|来|处理|重视|晚|后悔)|[吗么]$)"
)
"""What follows them where they are only supposed (受伤的话, 有人受伤才修)."""
_ELSEWHERE = re.compile(
    r"外地|外省|外市|别的(?:城市|地方|小区|区|县|市)|别处|其他(?:城市|地方|小区)|人家那边|国外|老家那边|邻市|隔壁(?:市|县|省)|新闻|报道|网上|电视"
)
"""Words of what happened somewhere else."""
_TAKEN_BACK = re.compile(
    r"(?:我|是|都)[^，,。]{0,2}(?:记|说|搞|弄|看|听|写|打)错|误会|不准确|收回(?:刚才|那句)"
)
"""Words that take back what was told (上次说有人受伤是我记错了)."""
_TIME = 6
"""Most characters of a clause that only says when (去年，有人摔伤过)."""


def _happened(clause: str, before: str) -> bool:
    """Whether a clause tells of a hurt or a danger that has come about here, and not long ago.

    Args:
        clause: the clause.
        before: the clause before it, when that may only say when; "" for none.
    """
    hits = [*_HURT.finditer(clause), *_DANGER.finditer(clause)]
    real = [
        one
        for one in hits
        if not _DENIED.search(clause[: one.start()])
        and not _AHEAD.search(clause[: one.start()])
        and not _ONLY_IF.search(clause[one.end() :])
    ]
    if not real or _ONLY_FEARED.search(clause) or _THINGS.search(clause):
        return False
    return not (long_ago(f"{before}{clause}") or _ELSEWHERE.search(f"{before}{clause}"))


def makes_urgent(text: str) -> bool:
    """Whether a message tells of somebody hurt, or of a danger that has shown itself.

    What is only feared, denied or supposed, lies long behind or was elsewhere does not count.

    >>> makes_urgent("刚才有个老太太绊倒了"), makes_urgent("电线昨晚冒火花了"), makes_urgent("差点砸到人")
    (True, True, True)
    >>> makes_urgent("万一有人摔了咋办"), makes_urgent("能不能快点"), makes_urgent("网老掉线")
    (False, False, False)
    >>> makes_urgent("没有人触电，就是灯不亮"), makes_urgent("去年有人摔伤过"), makes_urgent("谁受伤谁负责")
    (False, False, False)
    """
    if _TAKEN_BACK.search(text):
        return False
    said = clauses(text)
    return any(
        _happened(one, before if len(before) <= _TIME else "")
        for before, one in zip(["", *said], said, strict=False)
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
