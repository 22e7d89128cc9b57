"""Reads replies to "shall I register it?": yes, no, or only that the answer was heard."""

from __future__ import annotations

import re
from typing import Literal

from bot.understanding.confidential import NO_NEED
from core.text import plain

Assent = Literal["yes", "no", "heard"]
"""What a reply means: register it, register nothing, or only "I have read it" (知道了), which asks for nothing."""

_LONGEST = 20
"""Most characters of such a reply."""
_REFUSES = (
    r"算了(?:算了)?|拉倒|免了|得了|(?:先|就)这样|"
    r"(?:不|别|先不|暂不|甭)(?:再|给我|帮我){0,12}(?:用|要|需要|必|想|办|登记|提交|登|弄|报|投诉|反映|填|麻烦|搞|整|说){1,12}(?:你们?|您)?(?:了|啦)?|"
    rf"{NO_NEED}(?:再|给我|帮我){{0,12}}(?:登记|提交|报|投诉|反映|填|麻烦|办|弄){{0,12}}(?:你们?|您)?(?:了|啦|得)?|"
    r"(?:再|容)?(?:想想|想一想|考虑考虑|考虑(?:一)?下|看看|等等看|问问别人)|(?:改天|下次|回头|以后)(?:再说|再讲|再弄|再来)?|"
    r"(?:我|俺)(?:还是)?(?:自己|自个儿?)(?:再|先|去|来|到|上|跑|窗口|大厅|社区|村里|街道|现场){0,12}(?:打(?:个)?电话|问|找|查|想(?:想)?办法|跑(?:一)?趟|去|办|弄|看|解决)(?:去|问|问问|看|一下|吧){0,12}"
)
_HEARD = r"(?:知道|了解|明白|清楚|晓得|懂|收到)(?:了|啦|咯|的)?|原来(?:是)?(?:这样|如此)|这样(?:啊|子)|(?:行|好|可以|对)(?:了|啦)"
_AGREES = (
    r"好(?:的|吧|嘞|呀|啊|滴|哒|呗){0,12}|行(?:的|吧|啊|呗|嘞){0,12}|可以(?:的|啊|呀|吧)?|没问题|同意|中|管|成|要得|要|需要|嗯|是的?|对的?|ok|"
    r"(?:麻烦|拜托|辛苦)(?:你们?|您|了|啦){1,12}|(?:你们?|您|帮我|给我|替我|请|去|把它|都){0,12}(?:登记|登|提交|记|弄|办|报)(?:上|下来|一下|了|啦)?"
)
_AROUND = r"那就?|我|俺|就|还是|先|暂时|要不|也|这|这样|再说|谢谢(?:你|您)?|多谢|辛苦|你|您|了|啊|吧|呀|哈|呢|哦|噢|嗯|哎|唉|诶"
_WHOLE = re.compile(rf"(?:{_REFUSES}|{_HEARD}|{_AGREES}|{_AROUND}){{1,{_LONGEST}}}")
_PIECE = re.compile(rf"(?P<no>{_REFUSES})|(?P<heard>{_HEARD})|(?P<yes>{_AGREES})|(?:{_AROUND})")
_WHETHER = re.compile(r"([\u4e00-\u9fff])不\1|还是.*还是")
"""A verb and its negation, or two choices, which ask."""
_THANKS = re.compile("谢")
_WISHES = re.compile("登|记|提交|要|可以|麻烦|拜托|弄|办|报")
_POINTS = re.compile(r"(?:嗯|对|是|没错|正是|就是|的|这个|这条|它|就|呀|啊|吧|哦|我?问的){1,8}")
_POINTED = re.compile("嗯|对|是|没错|这[个条]")
_RESIGNED = re.compile(r"(?:那|那就|唉|哎|也)*(?:(?:好|行|成|可以)吧|也行|也好)+")


def assent(text: str) -> Assent | None:
    """What a reply to "shall I register it?" means; None for words that are no reply to it.

    A refusal counts wherever it stands (好吧那算了), and 好的 before 知道了 or with mere thanks agrees to nothing.

    >>> [assent(said) for said in ("好吧那算了", "行吧不办了", "好的知道了", "行吧", "那你登记一下吧", "要啥", "路灯坏了")]
    ['no', 'no', 'heard', 'yes', 'yes', None, None]
    """
    said = re.sub(r"[，,。.！!~～…、\s]|^要不然?", "", plain(text))
    if not 0 < len(said) <= _LONGEST or _WHETHER.search(said) or _WHOLE.fullmatch(said) is None:
        return None
    kinds = {match.lastgroup for match in _PIECE.finditer(said)}
    if _THANKS.search(said) and not _WISHES.search(said):
        kinds.add("heard")  # 好的谢谢 ends the talk rather than agreeing
    for kind in ("no", "heard", "yes"):
        if kind in kinds:
            return kind
    return None


def points_at_it(text: str) -> bool:
    """Whether a reply to "do you mean this one?" says yes, whatever else was offered.

    >>> [points_at_it(said) for said in ("是的", "嗯嗯", "对，就是这个", "是这个", "不是", "好的")]
    [True, True, True, True, False, False]
    """
    said = re.sub(r"[，,。.！!~～…、\s]", "", plain(text))
    return _POINTS.fullmatch(said) is not None and _POINTED.search(said) is not None


def resigned(text: str) -> bool:
    """Whether a yes may as well only put up with what was said (好吧, 那行吧).

    >>> resigned("好吧"), resigned("那也行吧"), resigned("好的")
    (True, True, False)
    """
    return _RESIGNED.fullmatch(re.sub(r"[，,。.！!~～…、\s]", "", plain(text))) is not None
