"""Huainan's counties and districts (县区), and the zones (功能区) that take complaints of their own.

Names and codes of the seven: GB/T 2260 as the Ministry of Civil Affairs publishes it (340400 淮南市); zones
have no code of their own there.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class District:
    """A county, district or zone.

    Args:
        name: as shown and stored.
        code: administrative division code, None for a zone.
        aliases: other full names that mean it wherever they stand in a text.
        short: names that mean it only when they are all that was said ("大通" is also part of road names).
    """

    name: str
    code: str | None
    aliases: tuple[str, ...] = ()
    short: tuple[str, ...] = ()


DISTRICTS: tuple[District, ...] = (
    District("田家庵区", "340403", ("田家庵",), ("田区",)),
    District("大通区", "340402", (), ("大通",)),
    District("谢家集区", "340404", ("谢家集",), ("谢区",)),
    District("八公山区", "340405", (), ("八公山", "八区")),
    District("潘集区", "340406", (), ("潘集",)),
    District("凤台县", "340421", (), ("凤台",)),
    District("寿县", "340422", ()),
    District("毛集实验区", None, ("毛集社会发展综合实验区", "毛集区"), ("毛集",)),
    District("高新区", None, ("淮南高新技术产业开发区", "高新技术产业开发区", "山南新区"), ("山南", "高新")),
    District("经开区", None, ("淮南经济技术开发区", "经济技术开发区"), ("开发区", "经开")),
)
"""In the order they are offered."""


def named(text: str) -> District | None:
    """The district ``text`` as a whole names, whatever stands in brackets behind it.

    >>> named("大通").name
    '大通区'
    >>> named("高新区（山南新区）").name
    '高新区'
    """
    said = re.sub(r"\(.*\)", "", unicodedata.normalize("NFKC", text)).strip()
    said = said.removeprefix("安徽省").removeprefix("淮南市").strip()
    for district in DISTRICTS:
        if said in (district.name, *district.aliases, *district.short):
            return district
    return None


def mentioned(text: str) -> District | None:
    """The district a longer text speaks of: the one whose full name stands in it first.

    >>> mentioned("田家庵区国庆路边上的大通区公交站").name
    '田家庵区'
    >>> mentioned("大通路堵车") is None
    True
    """
    best: tuple[int, int, District] | None = None
    for district in DISTRICTS:
        for name in (district.name, *district.aliases):
            at = text.find(name)
            # Of two names at the same place the longer one is meant (高新技术产业开发区 before 开发区).
            if at >= 0 and (best is None or (at, -len(name)) < best[:2]):
                best = (at, -len(name), district)
    return best[2] if best else None
