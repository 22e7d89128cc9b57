"""Recognises short reports of a fault, such as 路灯坏了 or 井盖没了."""

from __future__ import annotations

import re

from core.text import plain

_LONGEST = 14
"""Longest message that is a bare report, in characters."""
_BROKEN = re.compile(
    r"(?:坏|破|烂|裂|塌|陷|断|倒|歪|堵|漏|爆|锈|掉|没|丢|不见|停|熄|灭|淹|积水|冒水|塌陷|脱落|松动|缺失|短路|跳闸)(?:掉|下来|了)(?:啊|呀|呢|吧|好久|很久|几天)?$|"
    r"(?:不|没)(?:亮|来水|来电|供暖|热|通|制冷|走)(?:了|啊|呀)?$|[没停断](?:水|电|气|网|暖气|燃气)(?:了|啊|呀)?$|"
    r"有(?:个|一个|好几个|几个)?(?:大)?(?:坑|洞|窟窿|裂缝)(?:啊|呀)?$"
)
_THING = re.compile(
    r"灯|井盖|路|水|电|气|暖|网|管|电梯|树|杆|线|墙|桥|门|栏|牌|坑|洞|阀|泵|变压器|厕所|下水|窨井|消防栓|健身器|座椅|信号|公交|天花板|屋顶"
)
_OWN = re.compile(
    r"(?:身份证|驾照|驾驶证|社保卡|医保卡|银行卡|卡|证|户口本|执照|手机|钱包|票|护照|车牌)(?:坏|丢|掉|没|不见)"
)
"""Things of the citizen's own. A citizen who lost one asks for a new one, and reports no fault."""


def is_fault(text: str) -> bool:
    """Whether a short message only says that something public is broken, gone or cut off.

    >>> [is_fault(said) for said in ("路灯坏了", "停水了", "路上有个坑", "身份证丢了", "路灯坏了找谁", "水费多少")]
    [True, True, True, False, False, False]
    """
    said = plain(text)
    return (
        len(said) <= _LONGEST
        and _BROKEN.search(said) is not None
        and _THING.search(said) is not None
        and _OWN.search(said) is None
    )
