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
_CUT = re.compile(r"[，,。；;！!？?~～…\n]+|(?<!\d)[^\S\n]+|[^\S\n]+(?!\d)")
_MOST = 40
"""Most characters of a clause that is nothing but a call."""
_HUMAN = r"(?:个|一个|一下|一位|下)?(?:人工|人公|真人|活人|话务员|接线员|坐席|座席)(?:客服|服务|坐席|座席|台|话务员|接线员|人员)?"
_BEGINS = (
    r"(?:那|就|还是|唉|哎|算了|不如|干脆|请|麻烦|劳驾|我们?|俺们?|咱们?|你们?|您|直接|赶紧|快点?|马上|现在|立刻|能不能|可不可以|可以|能|"
    r"只|想|要|需要|必须|非要|帮我|给我|帮俺|给俺|帮忙|替我|先|再|都)*"
)
_ENDS = r"(?:吧|啊|呀|呢|哦|呗|啦|了|嘛|谢谢|来|行不行|好不好|可以吗|可不可以|好吗|行吗|成不|中不|快点?|急|说话?|讲话?|谈|聊|沟通|处理|解决|听)*"
_FILLS = re.compile(
    r"(?:谢谢|感谢|辛苦|麻烦|拜托|多谢|好吗|可以吗|行吗|行不行|好不好|快点?|赶紧|赶快|马上|立刻|现在|急|很急|着急|你们?|您|好|喂|哈喽|嗯|哎|唉|了|啊|吧|呀|呢|哦|请|就)+"
)
"""A clause of courtesy or hurry, which says nothing else."""
_CALLS = re.compile(
    rf"{_BEGINS}(?:转接?|接)(?:到|给|成|通|一下|下)*(?:{_HUMAN}|(?:人工)?客服|工人){_ENDS}|"
    rf"{_BEGINS}(?:找|要|叫|喊|换|派|联系)(?:一下|成|到)*{_HUMAN}{_ENDS}|"
    rf"{_BEGINS}(?:跟|和|同|与|让|叫){_HUMAN}(?:客服)?(?:来|直接)?(?:说|讲|谈|聊|沟通|接|听|处理|跟我说|和我说)话?{_ENDS}|"
    # 有没有活人, 找个人跟我说, 我要跟人说话: who is to talk with the speaker, and not who is to come and do the work
    rf"{_BEGINS}(?:这里?|这边|这儿)?有(?:没有)?(?:个|一个)?(?:活人|真人)(?:客服)?(?:吗|啊|呀|呢|没有?|不|在|能|接|听|说话?|管事|的){{0,5}}|"
    rf"{_BEGINS}(?:找|叫|喊|换|转|接|来)(?:个|一个|一位)?人(?:来)?(?:(?:跟|和|同)[我俺])?(?:说|讲|谈|聊|沟通)话?{_ENDS}|"
    rf"{_BEGINS}(?:跟|和|同|与)人(?:说|讲|谈|聊|沟通)话?{_ENDS}"
)
"""A clause that is a call for a human, and nothing else."""
_MACHINE = r"(?:你们?)?(?:这个?|那个?)?(?:机器人?|智能(?:助手|客服)?|AI|ai|电脑)"
_NO = r"(?:我|俺|就|可|再|也|都|实在){0,4}(?:不|别|甭|莫)(?:要|想|愿意?|用|肯|再|给我|让|跟|和|同|找|叫|是){0,4}"
_WANTS_ONE = rf"{_BEGINS}(?:要|找|叫|喊|换|转|来|给我)(?:个|一个|一位)?(?:活|真)?人(?:来|说|讲|接|聊){{0,2}}(?:吧|啊|呀|呢|了)?"
_NO_MACHINE = re.compile(rf"{_NO}{_MACHINE}(?:来|说|讲|聊|谈|答|回答|回复|扯|话|了|啊|呀|吧){{0,4}}")
_ONE_WANTED = re.compile(_WANTS_ONE)
_NOT_BUT = re.compile(rf"{_WANTS_ONE}{_NO_MACHINE.pattern}|{_NO_MACHINE.pattern}{_WANTS_ONE}")
"""A human instead of the machine: the two together are a call, each alone may be of something else (找个人来, 不要机器)."""
_AT_END = re.compile(
    r"(?:\d{7}|(?<![不没别未难说讲让叫喊应诉么法以何啥])(?:帮我|给我|请|麻烦|快点?|赶紧|我要|我想|俺要))(?:直接|尽快)?转接?(?:到|一下)?人工(?:客服|服务|坐席)?(?:吧|啊|呀|谢谢)?$"
)
"""A call for a human at the end of a message without a mark before it (电话13800000000转人工)."""


_FILES = re.compile(
    r"(?:那|就|还是|算了|唉|哎|要不|干脆|请|麻烦|你们?|您|先|也|把|这个?|这事|问题|[给帮替][我俺咱]){0,8}(?:登记|记|立案|填|报|提交)(?:一?下|下来|上去?|这个?(?:问题|事)?|个?单子?|吧|呗|啊|呀|哈|了){0,5}"
)
_ANSWERS = re.compile(
    r"(?:让|叫|请|喊|安排|派|等)[^，,。]{0,14}(?:打[^，,。]{0,3}电话|回[^，,。]{0,3}(?:电话?|话)|来[^，,。]{0,2}电话|联系|答复|回复|告诉)"
)


def files_for_answer(text: str) -> bool:
    """Whether a message asks to have something filed, so that somebody calls or answers: no wish for an agent now.

    >>> files_for_answer("算了你给我登记吧，让人社的给我打电话"), files_for_answer("让客服给我打电话")
    (True, False)
    """
    parted = _parted(text)
    files = [len(one) <= _MOST and _FILES.fullmatch(one) is not None for one in parted]
    return any(files) and any(_ANSWERS.match(one) for one in parted)


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


def calls_human(text: str) -> bool:
    """Whether a message calls for a human in so many words, whatever else it says: such a call is never passed over.

    Only its first and its last clause count, because in the middle of a story others were called.

    >>> [calls_human(said) for said in ("我电话13800000000，转人工", "转人工，路灯坏了", "公积金怎么提取 给我转人工客服", "我家停水了请转人工")]
    [True, True, True, True]
    >>> [calls_human(said) for said in ("有没有活人啊，我低保被停了", "我低保停了，我要人，不要机器", "给我找个人说", "找个人来修，不要机器挖")]
    [True, True, True, False]
    >>> [calls_human(said) for said in ("怎么转人工", "不用转人工", "打12345，转人工，等了半天没人接", "你们一直不给我转人工", "材料费，人工，都涨了")]
    [False, False, False, False, False]
    """
    parted = _parted(text)
    return bool(parted) and (
        _calls(parted[0])
        or _calls(parted[-1])
        or _AT_END.search(parted[-1]) is not None
        or bool(_instead_of_machine(parted))
    )


def beside_call(text: str) -> str:
    """What a message with a call for a human says beside it; empty when it says nothing else.

    >>> beside_call("我电话13800000000，转人工"), beside_call("转人工吧")
    ('我电话13800000000', '')
    >>> beside_call("我低保被停了，我要人，不要机器")
    '我低保被停了'
    """
    parted = _parted(text)
    instead = _instead_of_machine(parted)
    told = (one for one in parted if not _calls(one) and one not in instead)
    return "，".join(rest for one in told if (rest := _AT_END.sub(_figures, one)))


def _calls(clause: str) -> bool:
    return len(clause) <= _MOST and any(one.fullmatch(clause) for one in (_CALLS, _NOT_BUT))


def _instead_of_machine(parted: list[str]) -> list[str]:
    """The clauses that together wish for a human and for no machine (我要人，不要机器); none when they do not."""
    short = [one for one in parted if len(one) <= _MOST]
    wanted = [one for one in short if _ONE_WANTED.fullmatch(one)]
    refused = [one for one in short if _NO_MACHINE.fullmatch(one)]
    return [*wanted, *refused] if wanted and refused else []


def _parted(text: str) -> list[str]:
    """The clauses of a message that say anything."""
    found = (part.strip() for part in _CUT.split(text))
    return [one for one in found if plain(one) and not (len(one) <= _MOST and _FILLS.fullmatch(one))]


def _figures(match: re.Match[str]) -> str:
    """The figures of a number that stands right before a call."""
    return match[0][:7] if match[0][0].isdecimal() else ""
