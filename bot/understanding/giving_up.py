"""Reads that the citizen lets the matter be (还是算了，先不登记了), and what is asked instead (算了，冷静期是几天).

Rasa's last component may use this module, so it must run in Python 3.10 with only the standard library.
"""

from __future__ import annotations

import re

from bot.understanding.asking import asks, asks_at_end
from bot.understanding.confidential import NO_NEED
from core.text import plain

_MARKS = re.compile(r"[，,。.！!～~、；;…\s]+|[\U0001f300-\U0001faff\u2600-\u27bf]+")
_LEAD = r"(?:还是|那就|那|就|唉|哎|嗯|哦|我|俺|咱|先|暂时|今天|要不|不然|再想想|考虑考虑|再说吧|想了想){0,6}"
_NO = r"(?:不|别|甭|不用|不想|不要|不打算)"
_DO = r"(?:登记|填|反映|投诉|举报|提交|上报|报|弄|办|搞|整|查)"
_LETS = rf"(?:算(?:了|啦|咯)|{_NO}(?:再)?(?:给我|帮我)?{_DO}(?:(?:这|那)(?:个|些|张)?(?:表|单子?|东西)?了?|了|啦|咯)|放弃)(?:吧|呗|啊|呀|哈){{0,2}}"
_AFTER = r"(?:谢谢|谢了|多谢|太?麻烦(?:了|你们?了?|您了?)?|不麻烦(?:你们?|您)?了?|不好意思|不说了|打扰了|我?就?只?(?:是|想)?问(?:个|一下|点)?问题){0,3}"
_NOT_NOW = rf"(?:我|俺|还是|那|就){{0,3}}(?:先|暂时)(?:不|别)(?:给我|帮我)?{_DO}(?:吧|呗|啊|呀|哈){{0,2}}"
_ALL = re.compile(
    rf"(?:不了|不用了?|不要了?|不必了?|嗯|哦){{0,2}}(?:(?:{_LEAD}{_LETS}{_AFTER}){{1,3}}|{_NOT_NOW}{_AFTER})"
)
_FIRST = re.compile(r"^([^，,。.！!？?\s]{2,12})[，,。.！!\s]+(?P<rest>.+)$", re.DOTALL)
_CANCELS = re.compile(
    r"(?:我|那|就|先|还是|想|要|请|帮我|给我){0,5}(?:取消|退出|不弄|别弄)(?:登记|填写|投诉|填表|这个|吧|了|啊|呀){0,3}"
)
"""A clause that cancels what is being filled."""
_ASKS_SO = re.compile(
    r"^(?:我|俺|就|只|是|先|其实|本来|不过){0,6}(?:想|要|来)?(?:问|咨询|打听|知道|了解|弄清楚?|搞清楚?)(?!.{0,3}你们?)"
)
"""How what is asked instead announces itself."""
_LEAST = 4
"""Fewest characters of a question that is asked instead."""
_PUT_OFF = re.compile(
    r"(?:算了|那|那就|就|还是|先|我|俺|暂时|今天|不好意思|谢谢){0,8}"
    rf"(?:{NO_NEED}|不想|不|别)(?:再)?(?:提交|交|登记|报|反映|弄|办|麻烦|发)?(?:了|啦|咯)?"
    r"(?:吧|啊|呀|哈|算了|谢谢|麻烦了|你们了){0,4}|(?:先|暂时)(?:这样|放着|放一放|等等|留着)(?:吧|了)?"
)


def gives_up(text: str) -> bool:
    """Whether a message says only that the matter is let be.

    >>> [gives_up(said) for said in ("还是算了 先不登记了", "那我不登记了，谢谢", "先不弄了吧，太麻烦了", "算了")]
    [True, True, True, True]
    >>> [gives_up(said) for said in ("不了 先不登记", "先不登记", "我不投诉了")]
    [True, True, True]
    >>> [gives_up(said) for said in ("路灯坏了没人修，算了半天", "不给登记", "不办就投诉", "他说不办了", "先登记吧")]
    [False, False, False, False, False]
    """
    return _ALL.fullmatch(_MARKS.sub("", plain(text))) is not None


_MATTER = r"(?:(?:这|那|刚才那?|我的?)(?:个|件|张|一件)?(?:事情?|问题|投诉|单子|工单|诉求)|工单|单子|投诉)"
_BE = (
    r"(?:我|俺|就|也|现在|还是|那|请|麻烦|你们?|您|都|[，,\s]){0,5}"
    r"(?:(?:不|甭|别)(?:用|想|要|必|打算|准备)?(?:再|给我|帮我|麻烦|去){0,2}(?:办|弄|管|处理|追究|投诉|反映|查|整|搞|催|受理|登记|解决|麻烦你们?|麻烦)(?:这件?事|它|他们?)?(?:了|啦|咯))"
)
_LET_BE = re.compile(
    rf"(?:算了|不用了?|嗯|唉|哎|那|就|[，,\s]){{0,4}}(?:(?:{_MATTER})?{_BE}|{_BE}{_MATTER}?|(?:{_MATTER})(?:就)?(?:算了|作罢|到此为止))"
    r"(?:吧|呗|啊|呀|哈|谢谢|[，,\s]|太麻烦了|没意思|没用){0,4}"
)


def lets_be(text: str) -> bool:
    """Whether a message says that a matter need not be handled any more; said of a filed one, it is a wish to withdraw it.

    >>> [lets_be(said) for said in ("不用办了", "算了不办了", "这事我不想弄了", "那件事算了吧", "算了")]
    [True, True, True, True, True]
    >>> [lets_be(said) for said in ("他们不管了", "没人管了", "不用了", "不处理了我就上访", "不用谢")]
    [False, False, False, False, False]
    """
    said = _MARKS.sub("", plain(text))
    return _LET_BE.fullmatch(said) is not None or gives_up(said)


def named_matter(text: str) -> bool:
    """Whether such a message says of itself that it is about a matter (不用办了), and not about what was just offered (算了)."""
    return _LET_BE.fullmatch(_MARKS.sub("", plain(text))) is not None


def puts_off(text: str) -> bool:
    """Whether a reply to "shall I file it?" declines or puts it off, and says nothing else.

    >>> [puts_off(said) for said in ("不用了", "先不提交", "先放着吧", "地址不对")]
    [True, True, True, False]
    """
    said = _MARKS.sub("", plain(text))
    return _PUT_OFF.fullmatch(said) is not None or gives_up(said)


def asked_instead(text: str) -> str | None:
    """The question of a message that lets the matter be or cancels it, and asks something else; None for any other message.

    >>> asked_instead("算了 要是以后离婚呢 冷静期是几天"), asked_instead("算了，就在菜市场门口")
    ('要是以后离婚呢 冷静期是几天', None)
    >>> asked_instead("取消吧，我就想知道补卡要紧不"), asked_instead("我不要填这个，就问算不算工伤"), asked_instead("取消，地址错了")
    ('补卡要紧不', '算不算工伤', None)
    """
    found = _FIRST.match(text.strip())
    if found is None or not (gives_up(found[1]) or _CANCELS.fullmatch(found[1])):
        return None
    rest = found["rest"].strip()
    announced = _ASKS_SO.match(rest)
    rest = rest[announced.end() :].lstrip("一下，,：: ") if announced else rest
    asked = announced or asks(rest) or asks_at_end(rest)
    return rest if len(plain(rest)) >= _LEAST and asked else None
