"""Finds where a message names a district or a town of the city, by any of its names, and what each name means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from core.city import City

_ENDING = re.compile(r"(?:回族)?[镇乡]$|街道$")
_LEAST = 2


@lru_cache(maxsize=8)
def districts(city: City) -> Mapping[str, str]:
    """Each name of a district or of one of its towns, and the district that it means."""
    found = {name: town_of for town, town_of in city.towns.items() for name in _spellings(town)}
    for one in city.districts:
        found |= dict.fromkeys((*one.short, *one.names), one.name)
    return found


@lru_cache(maxsize=8)
def towns(city: City) -> Mapping[str, str]:
    """Each name of a town, with and without its ending (贺疃 for 贺疃镇), and the town that it means."""
    taken = {name for one in city.districts for name in (*one.names, *one.short)}
    found = {name: town for town in city.towns for name in _spellings(town) if name not in taken}
    return found | {town: town for town in city.towns}


def mentions(read: str, names: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Where a plain text names something; of names that overlap the longest."""
    if names:
        pattern = "|".join(re.escape(one) for one in sorted(names, key=len, reverse=True))
        yield from (found.span() for found in re.finditer(pattern, read))


def _spellings(town: str) -> Iterator[str]:
    """The ways to name a town: 李冲回族乡, 李冲乡, 李冲."""
    bare = _ENDING.sub("", town)
    if len(bare) >= _LEAST:
        yield bare
    if "回族" in town:
        yield town.replace("回族", "")
    yield town
