"""Recognises the part of a message that only tells in what situation somebody is, and complains of nothing.

我爸退休了在老家养老，顺便问问异地认证咋弄 is one question: what stands before it is what the answer depends on.
"""

from __future__ import annotations

import re

from bot.understanding.faults import is_fault
from core.text import plain

_LONGEST = 60
"""Most characters of a situation. Who tells more tells a story."""
_OWN = re.compile(
    r"我|俺|咱|自己|钱包|手机|证|户口|家里|家属|本人|[爸妈爹娘爷奶公婆姐妹哥弟叔姨舅姑]|老人|丈人|岳|伯|侄|老伴|老公|老婆|媳妇|对象|丈夫|妻子|孩子|小孩|娃|宝宝|儿子|女儿|闺女|"
    r"孙|今年|刚|[去明]年|退休|退伍|毕业|结婚|离婚|怀孕|住院|失业|辞职|搬"
)
"""Who or what a situation is about: the citizen, the family, a stage of life."""
_WRONG = re.compile(
    r"没人|不[管理给让修退还赔认发批办肯交缴签报]|没[给发退修]|拖|欠|骗|坑|宰|乱|违|偷|抢|砸|骂|打[了我他她人]|赶|逼|威胁|扣[了着我押]|克扣|霸占|占[了道着]|堵|漏|臭|吵|闹|脏|味|烟|冒|灰|"
    r"坏|破|裂|塌|倒[了塌]|坑洼|停[水电气]|断[水电气网]|扰|噪|太(?!太)|态度|敷衍|推诿|踢皮球|黑心|假|跑路|关门|投诉|举报|反映|反应|催|表扬|感谢|建议|维权|讨|凭什么|"
    r"为什么|为啥|好几[次回趟]|天天|老是|总是|一直[没不]|半夜|严重|危险|受伤|撞|摔|咬|死了[个只头]|管管|解决|处理"
)
"""Words of what is wrong, or of a wish to have it put right. One of them and the part may be a matter."""


def is_situation(text: str) -> bool:
    """Whether a part tells only in what situation the citizen or somebody of the family is.

    >>> [is_situation(said) for said in ("我爸退休了在老家养老", "我开了个小吃店，刚装修好", "俺家属怀孕五个月了")]
    [True, True, True]
    >>> [is_situation(said) for said in ("老板欠我三个月工资不给", "小区路灯坏了", "隔壁天天半夜装修", "我要投诉物业")]
    [False, False, False, False]
    """
    said = plain(text)
    return len(said) <= _LONGEST and _OWN.search(said) is not None and blames_nobody(said)


def blames_nobody(text: str) -> bool:
    """Whether no word of a text says that something is wrong, or that somebody should put it right.

    >>> blames_nobody("养老保险断了三年"), blames_nobody("单位不给交养老保险")
    (True, False)
    """
    return _WRONG.search(text) is None and not is_fault(text)
