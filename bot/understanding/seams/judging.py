"""Finds where a message goes over to a matter for another department: :func:`cut`.

Every place between two clauses gets a score from the words on both sides (:mod:`features`); the text is cut at the best
one, if its score is high enough.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.understanding.clauses import clauses
from bot.understanding.denied import without_denied
from bot.understanding.encoding.floats import Floats
from bot.understanding.lasting import only_time
from bot.understanding.name import introduced_name
from bot.understanding.remarks import is_no_value
from bot.understanding.seams.features import Seam, clause_ties, first_clause, measured, onset, row, seams
from core.phone import find
from core.text import plain

WEIGHTS = Path(__file__).with_name("weights.npz")
"""The file with the fitted weights."""
LEAST = -0.2
"""Score (logit of the probability) from which a message is cut."""
_ONE_LIST = re.compile(
    r"(?:[2-9２-９二三四五][、.．)）：:]|[②③④⑤])\s*(?:(?:我们?)?(?:的)?(?:要求|诉求|希望|请求)|(?:19|20)\d\d年|\d{1,2}月)"
)
"""A list with a demand or a date among its items: it tells one matter."""
_FIRST_ITEM = re.compile(
    r"(?<!\d)[1１][、.．)）：:](?!\d)|一[、.．)）：:]|①|首先|第一[个件条点，,]|一是|一个是|其一|一来"
)
_LEAD = re.compile(
    r"(?:您好|你好|[，,。：:！!；;\s]|我|俺|们|要|想|有|来|反映|反应|投诉|举报|说|讲|一?下|以下|下面|这|[两俩二三几23]|个|件|点|桩|样|事情?儿?|问题|情况|都|请|帮|记|管|登记|麻烦|给|分别|是|了|先)*"
)
"""What may stand before the first item of a list of several matters. 物业有三个问题： leads one matter."""
_TELLS_NO_WRONG = 1.2
"""What the score loses where one side tells of nothing wrong, and nothing joins it."""
FURTHER = 2.0
"""The same for a part of a message that was cut already, as three matters are rare."""
_MILD = 0.6
"""What the score loses after 还有 alone, which mostly goes on about the same matter."""
_LEAST_TEXT, _STORY = 9, 150
"""Fewest characters of a message of two matters; characters from which a message is cut only where it says so."""
_GOES_ON = re.compile(
    r"(?:我们?|俺们?|本人)?(?:的)?(?:要求|诉求|希望|请求|恳请|恳求|请|求|建议|麻烦|怀疑|觉得)|结果|目前|现在|至今|到今天|后来|直接|来了|打.{0,8}电话|还|都|报了|.{0,3}就是|[我俺]们?没法|"
    r"(?:工作人员|医生|司机|服务员|营业员|经理|客服|商家|店家|平台|售后|中介|保安|前台|窗口)(?!.{0,3}[乱])|"
    r"(?:我|俺)(?:们)?(?:是|叫|姓|电话|手机)|(?:就)?(?:住|在|位于|地址|地点|位置|电话|手机|联系|车牌|车号|店名|姓名)"
)
"""How a part begins that belongs to the matter before it: a demand, what came of it, who speaks, where it is."""
_WRONG = re.compile(
    r"不(?!是|错|但|过)|没(?!事)|无|坏|欠|拖|骗|乱|漏|堵|占|停[水电气]|臭|脏|吵|噪|塌|裂|断|歪|倒|烂|差|黑|偷|假|过期|涨|冒|死|虫|蝇|鼠|油烟|违|罚|打|骂|撞|摔|响|熏|赌|敲|"
    r"半夜|凌晨|天天|老是|到天亮|电鱼|号贩|拒|霉|馊|锈|毒|烟|尘|污|淹|积水|坑|洼|掉|丢|咬|跑|扣|强|逼|超|贵|收[钱费]|克扣|挡|晃|翘|破|渗|蚊|怕|危险|扰|灭|暗|缺|少|晚点|绕|甩|挤|难|慢|卡"
)
"""Words of what is wrong."""
_SPEAKS = re.compile(
    r"(?:跟|找|向|给|打|去).{1,10}(?:过|了)(?:电话|.?[次回趟])?|没用|没人[理管]|没结果|(?:您好|你好|尊敬的.{0,8}|.{0,6}领导好?|(?:我|俺)们?(?:是|叫|姓).{0,20}|.{0,4}(?:家住|住在|家在).{0,20}|[我俺]们?家?在.{1,12}住|.{0,12}(?:村民|业主|居民|市民|群众|家长|职工)|"
    r"[^不没]{0,14}(?:门口|小区|路口|附近|旁边|路上?|村|镇|区|号|栋|楼|院|对面|上学|上班))"
)
"""A clause that only says who speaks, where, or who was asked before."""


_OPENS = re.compile(
    r"(?:您好|你好|喂|那个|麻烦|请|我们?|俺们?|咱|想|要|来|跟|给|向|您|你们?|帮我?|这里|有|再|就是)*"
    r"(?:投诉|举报|反映|反应|求助|求救|建议|咨询|问|说|讲|告)?(?:一?下|一?[个件桩]|点)*(?:问题|事情?儿?|情况|投诉|举报)?(?:啊|吧|了|的|哈|呀)*"
)
"""A clause that only announces a matter (我要投诉, 有个问题)."""
_ONLY_DENIES = 2
"""Most characters of a clause that are left without what it denies (那我不举报贪污), if it tells nothing else."""


@lru_cache(maxsize=256)
def cut(text: str, least: float = LEAST) -> Seam | None:
    """The place where a message goes over to a matter for another department; None when it tells one matter.

    Args:
        least: least score of the place; :data:`FURTHER` for a part of a message that was cut already.

    >>> found = cut("楼道灯坏了，垃圾也没人收")
    >>> found and found.second
    '垃圾也没人收'
    """
    if len(plain(text)) < _LEAST_TEXT:
        return None
    places, best, score = list(seams(text)), None, least
    for at, seam in enumerate(places):
        if not _possible(text, seam):
            continue
        weights, bias = _weights()
        found = float(row(measured(text, seam, at / len(places)), onset(seam.second)) @ weights) + bias
        if not (_marked(seam) or (_WRONG.search(seam.first) and _WRONG.search(seam.second))):
            found -= _TELLS_NO_WRONG
        if seam.cue["joins"] == "还有":
            found -= _MILD
        if found > score:
            best, score = seam, found

    return best


def _marked(seam: Seam) -> bool:
    """Whether words or marks join the second part (还有, 其次, ②)."""
    return any(seam.cue[name] for name in ("nth", "item", "says", "joins"))


def _possible(text: str, seam: Seam) -> bool:
    """Whether a further matter may begin at a seam at all."""
    explicit = _marked(seam)
    if len(text) > _STORY and not explicit:
        return False
    if seam.cue["item"] or seam.cue["nth"]:
        mark = _FIRST_ITEM.search(text)
        if _ONE_LIST.search(text) or (mark and not _LEAD.fullmatch(text, 0, mark.start())):
            return False
    if _GOES_ON.match(seam.second) or (clause_ties(seam.second) and not explicit):
        return False
    if not explicit and seam.first.startswith("建议"):
        return False  # the reason for an idea follows it
    return not all(map(_only_frames, clauses(seam.first))) and not _only_frames(first_clause(seam.second))


def _only_frames(clause: str) -> bool:
    """Whether a clause tells nothing of a matter: who speaks, when, a phone number, a protest, that something follows."""
    return (
        _SPEAKS.fullmatch(clause) is not None
        or _OPENS.fullmatch(plain(clause)) is not None
        or bool(find(clause))
        or is_no_value(clause)
        or only_time(clause)
        or introduced_name(clause) is not None
        or len(without_denied(clause)) <= _ONLY_DENIES
    )


@lru_cache(maxsize=1)
def _weights() -> tuple[Floats, float]:
    """The fitted weights of the features, and the constant."""
    with np.load(WEIGHTS) as held:
        return held["words"].astype(np.float32), float(held["bias"])
