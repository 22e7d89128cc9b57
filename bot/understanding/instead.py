"""Reads what is said against an answer: that another subject was meant (不是停水，是水发黄), or that it missed the question (答非所问).

Rasa's last component uses this module through :mod:`bot.understanding.decide`, so it must run in Python 3.10
with only the standard library.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.understanding.faults import is_fault
from bot.understanding.wording import reproaches
from core.simplified import simplified
from core.text import plain

_LONGEST = 48
"""Most characters of such a message."""
_NOUN = 4
"""Most characters of a subject that is denied without another one in its place (不是外省，合肥不是一个省吗)."""
_CLAUSES = re.compile(r"[，,。；;！!、?？\s]+")
_ME = r"(?:我|俺|咱|你|您|这|那|可|也|又|并|真|都|哎|喂|唉|嗯){0,4}"
_DENIES = re.compile(
    rf"{_ME}(?:(?:问|说|讲|指|要)的)?(?:不是(?:在|想|要|来){{0,2}}(?:问|说|讲|指|打听)?|(?:没有?|不是?)(?:在|想|要){{0,2}}(?:问|说|讲|指|打听))(?:你|您)?(?P<what>[^不没]{{1,10}})"
)
_SAYS = r"(?:问|说|讲|指|打听|想问|要问)"
_AFFIRMS = re.compile(
    rf"(?:(?:我|俺|咱)?(?:的?意思)?(?:就是|而是|是){{1,2}}(?:{_SAYS}(?:的?是)?)?|(?:我|俺|咱)?{_SAYS}(?:的(?:就)?是)|(?:我|俺|咱)?(?:就|只)?{_SAYS}(?!题|了|过|法|明|道|不))(?P<what>.{{2,}})"
)
_PAIR = re.compile(
    rf"{_ME}(?:{_SAYS}的)?不是(?:{_SAYS})?(?P<denied>[^不没是]{{1,8}}?)(?:我|而|就){{0,2}}(?:{_SAYS}的)?是(?:{_SAYS})?(?P<right>[^不没是]{{2,}})|"
    rf"(?:我|俺)?(?:这|那)?个?(?:{_SAYS}的)?是(?P<right2>[^不没是]{{1,10}}?)(?:而|可|又|并)?不是(?P<denied2>[^不没是]{{1,8}})"
)
"""Both in one clause (不是停水是水发黄, 我说的是驾驶证不是身份证)."""
_REFUSES = re.compile(
    r"(?:都|全|也)?(?:不是|不对|错了?)(?:的|啊|呀|哦|啦|了)?|不是(?:这些?|这几?个|那个|我(?:要|想)?(?:问|说)的)(?:的|啊|呀)?|(?:你|您)?(?:搞|弄|理解|听)错了"
)
"""A clause that only says no to what was offered or answered."""
_THIS = re.compile(r"(?:你|您)?(?:[这那]一?[个些件条种]?|这样|那样)(?:事|东西|问题|意思)?|意思")
"""What is denied without a name."""
_NOT_DENIED = re.compile(
    r"次|第|了$|过$|[吗么呢嘛]$|[\d一二三四五六七八九十]|开玩笑|故意|办法|事儿?$|人$|我|俺|知道|清楚|满意|^(?:有|想|会|能|行|好|对)|投诉|举报|登记|反映"
)
_PLACED = re.compile(
    r"[路街巷号区县村镇楼栋幢]|小区|门口|\d{3}|电话|地址|姓名|名字|匿名|保密|举报|登记|涉及|对象"
)
_MISSED = re.compile(
    r"答非所问|文不对题|不对题|牛头不对马嘴|[驴牛]唇不对马嘴|问东答西|(?:没|不)(?:有)?(?:回)?答(?:到|对|上)?(?:我|俺|点子|问题|正题)|(?:答|说|回答)(?:的|得)?(?:不对|错了?|不着边|啥|什么玩意|什么呀)|"
    r"(?:根本|又|还|都)?不是我(?:要|想)?(?:问|知道)的|(?:你|您)?(?:再|好好|仔细|重新|认真){1,3}(?:看|想|读)(?:一?看|清楚|一遍|想|读|一下)?(?:我)?(?:问|说)?(?:的|题|的问题)?|"
    r"(?:听|看|读)不懂(?:人话|中文|话|我)|(?:没|不)(?:听|看|读|弄|搞)(?:懂|明白|清)我|(?:你|您)(?:到底|究竟|是不是|能不能|能)?(?:听|看|读)?(?:懂不懂|没懂|不懂)|(?:胡|乱|瞎)(?:说|扯|答|讲)(?:一气|八道)?|跑题|扯远|所答非"
)
"""Words that an answer missed what was asked."""
_ONLY = re.compile(
    r"(?:你|您|你们|这|那|个|是|就|都|真|完全|根本|简直|又|还|怎么|咋|老|总|机器人|系统|助手|在|的|得|了|题|吗|么|啊|呀|吧|呢|嘛|哈|什么|啥|我|问|说|话){0,12}"
)


@dataclass(frozen=True)
class Instead:
    """What is said against an answer.

    Args:
        right: the words that tell what is asked; "" when there are none.
        denied: the subjects that were not meant.
        paired: whether one subject is put in the place of another.
        missed: whether it says that the answer missed the question.
        refused: whether it begins with a bare no (都不是，我这是职工医保).
    """

    right: str
    denied: tuple[str, ...]
    paired: bool
    missed: bool
    refused: bool = False


def instead(text: str) -> Instead | None:
    """What a message says against the answer before it; None when it says nothing against one.

    >>> instead("不是停水 是水发黄 问能不能喝")
    Instead(right='水发黄，能不能喝', denied=('停水',), paired=True, missed=False, refused=False)
    >>> instead("我说的是驾驶证，不是身份证").right, instead("你这个答非所问").missed, instead("没问你这个 我问要罚款不").right
    ('驾驶证', True, '要罚款不')
    >>> [instead(said) for said in ("不是第一次了", "不是三号楼，是五号楼", "路灯坏了不是一天两天了", "是不是要带身份证")]
    [None, None, None, None]
    """
    said = simplified(text.strip())
    if not 3 <= len(plain(said)) <= _LONGEST or _PLACED.search(said):
        return None
    right: list[str] = []
    denied: list[str] = []
    missed = affirmed = bare = refused = False
    for clause in filter(None, _CLAUSES.split(said)):
        if not right and _REFUSES.fullmatch(clause):
            refused = True
        elif _MISSED.search(clause) and _ONLY.fullmatch(_MISSED.sub("", clause)):
            missed = True
        elif pair := _PAIR.fullmatch(clause):
            denied.append(pair["denied"] or pair["denied2"])
            right.append(pair["right"] or pair["right2"])
            affirmed = True
        elif (found := _DENIES.fullmatch(clause)) and not _NOT_DENIED.search(found["what"]):
            denied.append(found["what"])
            bare = clause.startswith("不是")
        elif found := _AFFIRMS.fullmatch(clause):
            right.append(found["what"])
            affirmed = True
        else:
            right.append(clause)
    if refused and not denied and not missed:
        return Instead("，".join(right), (), paired=False, missed=False, refused=True) if right else None
    if not denied and not missed:
        return None
    named = tuple(one for one in denied if not _THIS.fullmatch(one))
    noun = not named or (bare and all(len(one) <= _NOUN and not one.endswith("的") for one in named))
    if not missed and not (right and (affirmed or noun)):
        return None
    return Instead("，".join(right), named, bool(named) and affirmed, missed, refused)


def puts_right(text: str) -> bool:
    """Whether a message puts one subject in the place of another, or says more of its question after a bare no; it then tells
    no matter of its own.

    >>> puts_right("我说的是驾驶证 不是身份证"), puts_right("不是漏水吗"), puts_right("不是我说你们")
    (True, False, False)
    >>> puts_right("都不是，我这是职工医保"), puts_right("我这是两轮电瓶车不是汽车！"), puts_right("都不是，楼道灯坏了没人修")
    (True, True, False)
    """
    said = instead(text)
    return said is not None and (
        said.paired or (said.refused and not is_fault(said.right) and not reproaches(said.right))
    )
