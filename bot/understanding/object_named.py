"""Reads the name of whom a matter is about where it is told by role (开发商是锦绣置业), and what a citizen puts aside."""

from __future__ import annotations

import re

_ROLE = (
    r"(?:[我俺咱]们?(?:家|们)?)?(?:这|那|这个|那个|这家|那家)?的?(?:楼下|隔壁|小区)?的?"
    r"(?P<role>开发商|商家|单位|公司|厂家?|超市|店家?|饭店|物业(?:公司)?|施工方|施工单位|中介|平台|培训班|机构|学校|医院|银行|幼儿园|驾校|快递公司)"
)
_NO_NAME = re.compile(
    r"不|没|了|吗|呢|吧|谁|啥|什么|哪|怎|有问题|骗|黑|假|违|故意|[一二两三四五六七八九几多]家$|"
    r"^(?:个|一|我|你|他|她|这|那|在|要|被|能|可|很|真|最|都|国企|私[人营]的?|外地的?|本地的?)|[的着过]$"
)
"""What stands in no name: 商家是故意的, 开发商是谁."""
_TOLD = re.compile(
    rf"(?:^|[，,。；;！!？?\s]){_ROLE}(?:的?(?:名字|全称|全名|名称))?(?:就)?(?:是|叫做?|名叫)"
    r"(?P<name>[\u4e00-\u9fffA-Za-z0-9]{2,16}?)(?=[，,。；;！!\s]|$)"
)
_ASIDE = re.compile(
    r"(?:^|[，,。；;！!？?\s])(?:算了|唉|哎|那)?[，,\s]*(?P<what>[\u4e00-\u9fff]{2,8}?)(?:的|这|那)?(?:件|个)?(?:事儿?|事情|问题)?"
    r"(?:就|先|我)*(?:不说了|不提了|不讲了|先放一放|先不说了?)"
)


def is_generic(name: str) -> bool:
    """Whether words are only a role, which many have.

    >>> is_generic("开发商"), is_generic("楼下超市"), is_generic("佳乐超市")
    (True, True, False)
    """
    return re.fullmatch(_ROLE, name) is not None


def told_name(text: str) -> str:
    """The name that a clause gives to a role; "" when none does.

    >>> told_name("房产证办不下来，开发商是锦绣置业"), told_name("商家是故意的"), told_name("开发商是谁不知道")
    ('锦绣置业', '', '')
    """
    names = (said["name"] for said in _TOLD.finditer(text))
    return next((name for name in names if _NO_NAME.search(name) is None), "")


def without_aside(text: str) -> str:
    """A text without what the citizen puts aside, and without the clauses before that are about it.

    >>> without_aside("我要投诉物业，算了物业的事不说了，我要说的是门口违章停车")
    '，我要说的是门口违章停车'
    """
    said = _ASIDE.search(text)
    if said is None or said["what"] in ("什么", "别的", "多余", "其他", "其它"):
        return text
    before = re.findall(r"[^，,。；;！!？?\s]*[，,。；;！!？?\s]?", text[: said.start()])
    kept = "".join(clause for clause in before if said["what"] not in clause)
    return kept + text[said.end() :]
