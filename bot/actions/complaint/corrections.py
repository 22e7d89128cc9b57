"""Changing one line of the complaint: by button (``/correct{"field": …}``) or by words ("改一下地址")."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.actions.complaint.fields import BY_NAME, FIELDS
from bot.actions.runtime.wording import plain

_HEARD = tuple(
    (field.name, re.compile(field.words)) for field in sorted(FIELDS, key=lambda field: field.heard)
)
_NEW_VALUE = re.compile(r"(?:改成|改为|换成|换为|应该是|更正为|改到)[：:\s]*(\S.*)$")


def field_of(text: str, entities: Mapping[str, str]) -> str | None:
    """The slot a correction is about; None when it doesn't say.

    >>> field_of("电话号码不对，改一下", {})
    'contact_phone'
    """
    named = entities.get("field")
    if named:
        return named if named in BY_NAME else None
    said = plain(text)
    return next((slot for slot, pattern in _HEARD if pattern.search(said)), None)


def new_value(text: str) -> str | None:
    """The value a correction already brings.

    >>> new_value("把区改成大通区")
    '大通区'
    """
    match = _NEW_VALUE.search(text.strip())
    return match.group(1).strip(" 。.，,吧了") if match else None
