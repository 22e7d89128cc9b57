"""Changing one line of the complaint: by button (``/correct{"field": …}``) or by words ("改一下地址")."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.actions.complaint.draft import LABELS
from bot.actions.runtime.wording import plain

_FIELDS: tuple[tuple[str, str], ...] = (
    ("contact_phone", r"电话|手机|号码|联系方式|座机"),
    ("contact_name", r"姓名|名字|称呼|匿名|联系人|留名|叫错"),
    ("confidential", r"保密"),
    ("category", r"分类|事项"),
    ("complaint_type", r"类型|类别|改成(投诉|举报|求助|建议|咨询|表扬)"),
    ("happened_at", r"时间|日期|几点|哪天"),
    ("subject", r"对象|单位|店名|涉及|被投诉"),
    ("photos", r"照片|图片"),
    ("location", r"定位"),
    ("address", r"地址|地点|位置|门牌|地方|小区名|路名"),
    ("district", r"县区|区县|哪个区|[区县](选|写|填|不|错|改)|把[区县]|改成\w{1,4}[区县]"),
    ("content", r"内容|诉求|经过|描述|情况|事情"),
)
_NEW_VALUE = re.compile(r"(?:改成|改为|换成|换为|应该是|更正为|改到)[：:\s]*(\S.*)$")


def field_of(text: str, entities: Mapping[str, str]) -> str | None:
    """The slot a correction is about; None when it doesn't say.

    >>> field_of("电话号码不对，改一下", {})
    'contact_phone'
    """
    named = entities.get("field")
    if named:
        return named if named in LABELS else None
    said = plain(text)
    return next((slot for slot, pattern in _FIELDS if re.search(pattern, said)), None)


def new_value(text: str) -> str | None:
    """The value a correction already brings.

    >>> new_value("把区改成大通区")
    '大通区'
    """
    match = _NEW_VALUE.search(text.strip())
    return match.group(1).strip(" 。.，,吧了") if match else None
