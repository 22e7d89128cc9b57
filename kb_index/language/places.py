"""Provinces, prefecture-level cities and the knowledge base's counties, and which place lies in which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from core.city.nation import EVERYWHERE as EVERYWHERE
from core.city.nation import by_province, cities, provinces
from core.errors import ConfigurationError

PROVINCES = list(provinces())
"""Short names of the provinces; see :func:`core.city.nation.provinces`."""
CITIES = list(cities())
"""Short names of the prefecture-level cities."""

_SUFFIX = re.compile(r"(?<=..)(?:省|市|县|区)$")
_NOT_A_STREET = r"(?![东西南北中]?(?:路|街|大道|大街|大学|学院|医院|火车站|高铁站))"


def elsewhere(text: str, home: Iterable[str]) -> bool:
    """Whether a text names a province or city outside the home regions.

    Args:
        text: a question.
        home: names of the home regions, all levels.

    >>> elsewhere("合肥公积金怎么取", ["安徽", "淮南"]), elsewhere("淮南公积金怎么取", ["安徽", "淮南"])
    (True, False)
    """
    known = {name.removesuffix("省").removesuffix("市") for name in home}
    return any(name.removesuffix("市") not in known for name in _NAMES.findall(text))


def _pattern(names: Iterable[str], after: str = "") -> re.Pattern[str]:
    longest_first = sorted(set(names), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, longest_first))}){after}")


_NAMES = _pattern([*PROVINCES, *CITIES])


class Places:
    """Finds the places that a text names, and compares them with regions.

    Args:
        counties: city → its counties and districts, as editors write them in ``places.yml``.

    >>> places = Places({"淮南": ["寿县", "凤台县"]})
    >>> places.outside("合肥公积金怎么取", ["淮南"]), places.outside("寿县公积金怎么取", ["淮南"])
    (['合肥'], [])
    """

    def __init__(self, counties: Mapping[str, Iterable[str]] | None = None) -> None:
        self._within = {_bare(c): province for province, found in by_province().items() for c in found}
        names = [*PROVINCES, *CITIES]
        for city, found in (counties or {}).items():
            for county in found:
                self._within.setdefault(_bare(county), _bare(city))
                names.append(county)
        self._names = _pattern(names, _NOT_A_STREET)

    @classmethod
    def from_folder(cls, folder: Path) -> Places:
        """Reads ``places.yml`` in the knowledge folder; without it only provinces and cities are known.

        Raises:
            ConfigurationError: when the file does not map a city to its list of counties.
        """
        path = folder / "places.yml"
        if not path.is_file():
            return cls()
        try:
            data = yaml.safe_load(path.read_text("utf-8")) or {}
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"{path.name} 不是正确的 YAML：{error}", code="places_invalid"
            ) from error
        if not isinstance(data, dict) or not all(
            isinstance(k, str) and isinstance(v, list) and all(isinstance(c, str) for c in v)
            for k, v in data.items()
        ):
            raise ConfigurationError(f"{path.name} 每行要写成“市: [县, 区]”", code="places_invalid")
        return cls(data)

    def named(self, text: str) -> list[str]:
        """The places a text names, in order. Place names in streets, schools and hospitals do not count."""
        return list(dict.fromkeys(self._names.findall(text)))

    def outside(self, text: str, regions: Iterable[str]) -> list[str]:
        """The places a text names that neither lie in any of the regions nor contain one.

        Empty when at least one named place fits ("从合肥转到淮南"), and when the regions include 全国.
        """
        held = [_bare(region) for region in regions]
        if EVERYWHERE in held:
            return []
        found = self.named(text)
        fits = any(
            region in self._above(name) or _bare(name) in self._above(region)
            for name in found
            for region in held
        )
        return [] if fits else found

    def _above(self, name: str) -> list[str]:
        """The place and all places that contain it."""
        chain = [_bare(name)]
        while (outer := self._within.get(chain[-1])) and outer not in chain:
            chain.append(outer)
        return chain


def _bare(name: str) -> str:
    """A name without its suffix: 淮南市 → 淮南; but 寿县 stays, because one character would be too short."""
    return _SUFFIX.sub("", name)
