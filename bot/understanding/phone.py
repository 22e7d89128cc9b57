"""A phone number within what somebody said, typed or dictated."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

_SPOKEN = str.maketrans("零〇幺一二两三四五六七八九", "0011223456789")
_DICTATED = re.compile(r"[零〇幺一二两三四五六七八九\d](?:[\s\-,，、]?[零〇幺一二两三四五六七八九\d]){6,14}")
_MOBILE = re.compile(r"1[3-9]\d{9}")


def phone(text: str) -> str | None:
    """The first number in a text that can be called: 11 digits of a mobile, or a landline with its area code.

    >>> phone("我手机是幺三八 零零零零 幺二三四，晚上打")
    '13800001234'
    >>> phone("座机0554-6660000") , phone("工单HN2026112300001")
    ('0554-6660000', None)
    """
    folded = unicodedata.normalize("NFKC", text)
    plain = _DICTATED.sub(lambda m: re.sub(r"[\s,，、]", "", m.group()).translate(_SPOKEN), folded)
    for match in phonenumbers.PhoneNumberMatcher(plain, "CN"):
        national = str(match.number.national_number)
        if match.number.country_code != 86:
            continue
        if _MOBILE.fullmatch(national):
            return national
        if match.raw_string.startswith(("0", "(0", "+86")):
            code = phonenumbers.length_of_national_destination_code(match.number) or 3
            return f"0{national[:code]}-{national[code:]}"
    return None
