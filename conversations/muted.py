"""Reads that a citizen can't phone in a danger, can't speak without being heard, or has only cries for help."""

from __future__ import annotations

import re

from core.simplified import simplified
from core.text import plain

_MUTE = re.compile(r"聋|哑(?!巴亏)|听不[见到清]|听力|不会(?:说|讲)话|打不了电话")


def cannot_phone(text: str) -> bool:
    """Whether a message says that the citizen can't phone at all.

    >>> cannot_phone("我是聋哑人"), cannot_phone("电话没人接")
    (True, False)
    """
    return _MUTE.search(simplified(plain(text))) is not None


_QUIETLY = re.compile(
    r"(?:(?<!能)不能|不敢|没法|不方便|(?<!好)不好|(?<!可)不可以|无法)(?:说话|出声|打电话|讲话|吭声|打(?!开|扫)|报警|接电话)|会(?:被)?听[见到]|怕(?:他|她|被).{0,3}听"
)


def must_be_quiet(text: str) -> bool:
    """Whether a message says that the citizen can't speak on the phone now: can't phone, or would be heard.

    >>> must_be_quiet("我不能打电话 他会听见"), cannot_phone("电话一直占线")
    (True, False)
    """
    return _QUIETLY.search(simplified(plain(text))) is not None or cannot_phone(text)


_NO_CALLS = re.compile(
    r"(?:不(?:要|用|能|方便|想)|别|甭|莫)(?:再|给我|跟我|随便|老是?|总是?){0,3}(?:打(?:来)?|接|来|拨)(?:我的?|个)?(?:电话|手机)|"
    r"(?:电话|手机)(?:我|都|也|又|现在|白天|上班){0,3}(?:不方便|接不了|不能接|没法接)(?!通)|"
    r"(?:只能|尽量|麻烦|请|最好|还是)(?:给我|用)?发?短信"
)


def no_calls(text: str) -> bool:
    """Whether citizens say that they don't want to be called, or can't take a call.

    >>> no_calls("短信联系我，不要打电话"), no_calls("上班不方便接电话"), no_calls("物业电话打不通")
    (True, True, False)
    """
    return _NO_CALLS.search(simplified(plain(text))) is not None


def only_a_cry(text: str) -> bool:
    """Whether a message has only signs and cries for help, so that it does not say what is wrong.

    >>> only_a_cry("🔥🔥🔥救命🆘"), only_a_cry("我家着火了")
    (True, False)
    """
    return not re.search(
        r"\w", re.sub(r"救命|救我|来人|快来|快点|求救|sos|help|啊|呀|了|!|！", "", text.lower())
    )
