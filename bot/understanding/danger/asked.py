"""Takes a plain question about a right or a fee out of a message, so that what is told beside it is judged by itself.

孩子误吞了纽扣电池，医保怎么报 sounds as a whole like a question about insurance.
"""

from __future__ import annotations

import re

from bot.understanding.asking import asks

_CLAUSES = re.compile(r"[^,，.。;；!！?？ \n]+[,，.。;；!！?？ \n]*")
_RIGHT = re.compile(
    r"医保|社保|报销|能报|公积金|居住证|身份证|户口|低保|五保|补贴|补助|津贴|养老|退休|学籍|入学|驾照|驾驶证|护照|签证|营业执照|残疾证|老年证|结婚|离婚|"
    r"(?:停车|物业|水|电|燃气|煤气|天然气|暖气|取暖|话|学)费|挂号|缴费|怎么(?:交|领|报|申请|办理|查询)|几点(?:上班|下班|开门|关门)"
)
_LEAD = re.compile(r"^(?:另外|还有|顺便|对了|再|同时|请问|想|问|一下|下|我|俺|,|，)+")
_URGENT = re.compile(r"救|急|120|119|110|怎么办|咋办|怎么弄|咋弄|危险|要不要紧|有没有事")
"""Words of a question about the danger itself."""
_COURTESY = re.compile(r"(?:谢谢|多谢|感谢|您好|你好|请问|麻烦|在线等|好的|您|你|了|啊|呢)+")
_MARKS = " ,，.。;；!！?？\n"
_LEAST = 4
"""Fewest characters of what is told beside the question."""


def parted(read: str) -> tuple[str, str]:
    """What a plain text tells beside its questions about rights and fees, and these questions; both "" when it has none.

    >>> parted("孩子误吞了纽扣电池,医保怎么报"), parted("孩子误吞了纽扣电池怎么办"), parted("医保怎么报")
    (('孩子误吞了纽扣电池', '医保怎么报'), ('', ''), ('', ''))
    """
    told: list[str] = []
    asked: list[str] = []
    for clause in _CLAUSES.findall(read):
        if _COURTESY.fullmatch(clause.strip(_MARKS)):
            continue
        question = _RIGHT.search(clause) and asks(clause) and not _URGENT.search(clause)
        (asked if question else told).append(clause)
    rest = "".join(told).strip(_MARKS)
    if not asked or len(rest) < _LEAST:
        return "", ""
    return rest, _LEAD.sub("", "".join(asked).strip(_MARKS))


_NOW = re.compile(
    r"(?:没有?了?|停了?)(?:呼吸|心跳|气)|不喘气|叫不醒|没(?:有)?反应|没(?:有)?意识|抽搐|快来|救命|救救|正在|还在|要跳|跳楼|不动了|晕倒|昏(?:倒|迷|过去)|"
    r"吐白沫|出不[来去]|反锁|被困|困在|漏气|漏了|着火了|起火|冒烟|掉(?:进|到).{0,3}[井水河沟]|刚(?:刚|才)"
)
_OVER = re.compile(
    r"住院|住了|出院|手术|去世|过世|刚走|走了|没了|死了|被抓|火化|丧葬|上上?个?(?:周|月|星期|礼拜)|去年|前年|前天|昨天|今年|那年|以前|之前|好了|没事|治|烧(?:了|掉|光|毁)|赔|支架|瘫痪|后遗症|"
    r"拉出来|取出来|缝了|化疗|康复|病历|发票|做了"
)


def is_now(rest: str) -> bool:
    """Whether words tell of something that is happening at this moment.

    >>> is_now("我妈没有呼吸了"), is_now("我被狗咬了")
    (True, False)
    """
    return _NOW.search(rest) is not None


def is_over(rest: str) -> bool:
    """Whether words beside a question about a right tell of something that lies behind, such as a stay in hospital.

    >>> is_over("我爸煤气中毒住院了"), is_over("孩子误吞了纽扣电池")
    (True, False)
    """
    return _OVER.search(rest) is not None and _NOW.search(rest) is None
