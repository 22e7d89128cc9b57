"""Reads what citizens say about sending photos: that it fails, or how it is done."""

from __future__ import annotations

import re
from typing import Literal

from core.text import plain

PhotoTalk = Literal["failed", "how"]
"""What is said: a photo can't be sent, or how to send one."""
_LONGEST = 24
"""Most characters of such a message."""
_MARKS = re.compile(r"[，,。.！!、；;~～…\s?？]+")
_PHOTO = r"(?:照片|图片|相片|图|截图|视频|录像|现场图|片子)"
_ME = r"(?:我|俺|我的|拍的|这个?|那个?|这里|手机|怎么|咋|为什么|为啥|你们?这|刚才|现在|还是|一直|老是|总是|的|都|也|有|把|这张|几张|，)*"
_END = r"(?:了|啊|呀|呢|吗|么|怎么办|咋办|怎么回事|咋回事|怎么弄|帮忙|谢谢|你们|给你们|收到没有?)*"
_FAILED = re.compile(
    rf"{_ME}{_PHOTO}{_ME}(?:(?:发|传|上传|提交|发送|加载|添加)(?:不(?:了|出去?|上去?|过去|成功?|进去|来)|失败|没(?:反应|成功|上去?|出去)|报错)|(?:发送|上传)?失败|没(?:有)?(?:发|传)(?:出去|成功?|上去?|过去))(?:了|啊)?{_END}|"
    rf"{_ME}(?:发|传|上传)(?:不(?:了|出去?|上去?|过去)|失败)(?:了)?{_PHOTO}{_END}|{_PHOTO}(?:太大|太多)(?:了)?(?:发|传)不(?:了|上去?|出去?){_END}"
)
_HOW = re.compile(
    rf"(?:我|俺|想|要|还有|有|那|请问|能|可以|的|几张)*{_PHOTO}(?:要|该|能|可以|往)*(?:怎么|咋|如何|在哪(?:里|儿)?|哪里|从哪(?:里|儿)?)(?:能|可以)?(?:发|传|上传|提交|给)(?:给)?(?:你们?|上来|上去|过来)?{_END}|"
    rf"(?:我|俺|请问|那)*(?:怎么|咋|如何|在哪(?:里|儿)?|哪里)(?:能|可以)?(?:发|传|上传|提交){_PHOTO}{_END}|(?:能不能|可不可以|可以|能)(?:不能)?(?:发|传|上传){_PHOTO}(?:吗|么|不)?{_END}"
)


def photo_talk(text: str) -> PhotoTalk | None:
    """What a message says about sending photos; None for anything else.

    >>> photo_talk("照片发不出去"), photo_talk("怎么上传照片"), photo_talk("物业发的照片是假的")
    ('failed', 'how', None)
    """
    said = _MARKS.sub("", plain(text))
    if not 0 < len(said) <= _LONGEST:
        return None
    if _FAILED.fullmatch(said):
        return "failed"
    return "how" if _HOW.fullmatch(said) else None
