"""是否保密: reads whether the citizen's identity must be kept from the department."""

from __future__ import annotations

import re

from core.text import plain

NO_NEED = (
    r"(?:(?<!用)不用|(?<!要)不要|不需要?|不必|不消|不得用|没(?:得|有|啥|什么|那个?|这个?)*必要|用不(?:着|到|上)|犯不(?:着|上)|"
    r"无[需须]|毋[需须]|甭|免了|不稀罕)"
)
"""Says in standard Chinese or in dialect that something is not needed."""
_ASKS = re.compile(r"([要用])不\1|需不需|有没有必要|有必要[吗么没]")
_HIDES = re.compile(
    r"(?:别|甭|莫|勿|不[要用必消]|不想|不能|不许|不愿意?|(?<!不)怕)(?:再|去)?"
    r"(?:让|叫|被|告诉|透露|泄露|往外|说出|跟|对|给(?!我|俺|咱|你|保))(?!.{0,3}保密)"
)
_OPEN = re.compile(
    rf"{NO_NEED}|(?<![给帮替能会])不(?:给|帮|替)?(?:我|俺)?保密|不怕|保(?:什么|啥|个?屁)密|有(?:什么|啥)(?:好|可)?保密|(?:我|俺)?还怕[他她它]|怕[他她]们?(?:什么|啥|不成|干[什嘛吗啥])|公开|无所谓|随便|都行|都可以|没关系|^不了"
)
_SECRET = re.compile(r"保密|匿名|要[得的]?$|^需要")


_HIDDEN = re.compile(
    r"(?:你们?|您|我|俺|那|就|是|请|麻烦|但是?|不过|可是?|只是|给我|帮我|写上|写明|注明|备注|工单上?|要|得|千万|一定|可|也){0,6}"
    r"(?:别|甭|莫|勿|不要|不能|不许|不想|不希望)(?:再|去)?"
    r"(?:(?:让|叫|被|给|跟|对|告诉)[^，,。；;保密]{1,8}?(?:知道|晓得|看到|看见|发现|认出|查到|说|讲|听到)?(?:出)?是(?:我|俺|谁)[^，,。]{0,6}|"
    r"(?:把|将)?(?:我|俺)们?的?(?:真实)?(?:名字|姓名|名|电话|手机号?|号码|身份|信息|情况|和|跟|、){0,4}(?:告诉|透露|泄露|泄漏|暴露|说|讲|给)(?:给|出去)?[^，,。；;保密]{0,8})"
)
"""A clause that wants somebody, whoever it is, not to learn who told."""


def hides(text: str) -> bool:
    """Whether a clause says that somebody must not learn who told, whoever that is.

    >>> hides("但别让司机知道是我"), hides("你写上不要把我名字告诉司机"), hides("千万别跟校长说是我讲的")
    (True, True, True)
    >>> hides("他不让我知道是谁"), hides("别让他们再堆垃圾"), hides("不要给我打电话")
    (False, False, False)
    """
    return _HIDDEN.fullmatch(plain(text)) is not None


def read_confidential(text: str) -> bool | None:
    """Reads 是否保密 from an answer: True for confidential; None when the answer is unclear.

    >>> read_confidential("不用保密"), read_confidential("别让他们知道是我"), read_confidential("嗯")
    (False, True, None)
    >>> read_confidential("不消"), read_confidential("没得必要"), read_confidential("用不着"), read_confidential("甭跟他们说")
    (False, False, False, True)
    """
    said = plain(text)
    if _ASKS.search(said):
        return None
    if _HIDES.search(said):
        return True
    if _OPEN.search(said):
        return False
    return True if _SECRET.search(said) else None
