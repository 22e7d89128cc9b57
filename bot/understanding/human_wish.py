"""Tells the wish for a human from other words with 人 or 电话 in them (三个人, 你们多久来人, 会打电话来吗).

Rasa's last component uses this module through :mod:`bot.understanding.decide`, so it must run in Python 3.10
with only the standard library.
"""

from __future__ import annotations

import re

from bot.understanding.contacted import contacted
from core.text import plain

_WHO = re.compile(
    r"人工|人公|工人|真人|活人|客服|坐席|座席|话务|接线|机器人?|智能|领导|负责人|管事|班长|值班|工作人员|专员|(?<!不懂)人话"
)
"""Who is wished for, or who is to be replaced."""
_BLAMED = re.compile(
    r"态度|凶|骂|不耐烦|不接|挂(?:我|断|了)|推(?:来|诿|卸)|敷衍|投诉|举报|表扬|感谢|素质|服务(?:好|差|不)"
)
_CHANGES = re.compile(r"转|换|找|接(?!线)|要|让|叫|喊|不想|别")
_TALKS = re.compile(
    r"(?:找|叫|喊|接|换|转|派|安排|让|来|要|给|跟|和|同|与|有没有|想)[^，,。]{0,6}人|人(?:呢|来|接)|^人$|"
    r"电话|通话|语音|打字|打过(?:来|去)|打给|说话|讲话|当面|直接说"
)
_REACHED = re.compile(
    r"(?:不|别|甭|没法|莫)(?:要|用|想|愿意?|方便|能|爱|敢|习惯|会|再|给我|太|大|怎么)*[接打听](?:我|陌生)?(?:的|个)?电话|"
    r"(?:微信|短信|信息|网)(?:上|里)?(?:跟|给|和|找|发)?(?:我|俺)?(?:说|讲|聊|联系|沟通|回)"
)
"""How the speaker is to be reached, or not: that calls for nobody."""
_SENT = re.compile(
    r"(?:来|派|叫|让|喊|找|安排)(?:了|过|个|几个|俩|两个)*人(?:过?来|去|上门)?(?=了|过|没|修|看|弄|处理|查|搞|清|疏通|换|装|拆|打扫|维修|解决|管|收|拉|通)"
)
"""Somebody who came, or is to come, to do the work: that is no wish to talk with anybody."""
_ASKS = re.compile(r"多久|几(?:个|位|时|点|天|人)|什么时候|啥时候|会不会|会.*(?:吗|么|不|嘛)$|多少|[要得]等")
_COUNTED = re.compile(r"[\d一二两三四五六七八九十几好多](?:个|位|口)人")


def may_wish_human(text: str) -> bool:
    """Whether a message that Rasa takes for the wish for a human may be one.

    >>> [may_wish_human(said) for said in ("转人工", "叫个人来", "你听不懂，换人", "三个人", "已经来人弄好了", "我不接电话")]
    [True, True, True, False, False, False]
    """
    said = plain(text)
    if contacted(text) is not None:  # 来之前给我打个电话
        return False
    if _WHO.search(said):
        return _BLAMED.search(said) is None or _CHANGES.search(said) is not None
    said = _SENT.sub("", _REACHED.sub("", said))
    return _TALKS.search(said) is not None and not _ASKS.search(said) and not _COUNTED.search(said)
