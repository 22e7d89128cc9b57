"""A city as its profile describes it, and the questions the other parts ask of it."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import Annotated

from pydantic import Field, model_validator

from core.city.elsewhere import Abroad, Elsewhere
from core.city.nation import EVERYWHERE, provinces
from core.city.parts import AreaCode, Department, District, Hotline, Name, Neighbours, Sources, Strict


class City(Strict):
    """One city.

    Args:
        name: as citizens say it, without 市; the name of its region in the knowledge base.
        full_name: with 市.
        province: without 省; the region above it in the knowledge base.
        prefix: the letters before each ticket number.
        area_code: telephone area code.
        source: where this was read.
        hotlines: hotlines beside 12345.
        neighbours: the cities around.
        words: local words as jieba reads them, ``word frequency tag``.
        districts: in the order they are offered; at least one.
        districts_source: where the districts were read.
        departments: who handles tickets.

    >>> city = load_city("huainan")                                                    # doctest: +SKIP
    >>> city.named("大通").name, city.lead("市政设施/路灯照明").name                       # doctest: +SKIP
    ('大通区', '市城市管理行政执法局')
    """

    name: Name
    full_name: Name
    province: Name
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,6}$")]
    area_code: AreaCode
    source: Sources = None
    hotlines: tuple[Hotline, ...] = ()
    neighbours: Neighbours = Neighbours()
    words: tuple[Annotated[str, Field(pattern=r"^\S+ \d+ [a-z]+$")], ...] = ()
    districts: tuple[District, ...] = Field(min_length=1)
    districts_source: Sources = None
    departments: tuple[Department, ...] = ()

    @model_validator(mode="after")
    def _nothing_twice(self) -> City:
        _once("district", [name for d in self.districts for name in (*d.names, *d.short)])
        _once("district code", [d.code for d in self.districts if d.code])
        _once("town", [town for d in self.districts for town in d.towns])
        _once("department", [d.name for d in self.departments])
        _once("category with a lead", [category for d in self.departments for category in d.leads])
        _once("department of a district", [d.district for d in self.departments if d.district])
        _once("neighbour", [n.name for n in self.neighbours.cities])
        if odd := {d.district for d in self.departments if d.district} - {d.name for d in self.districts}:
            raise ValueError(f"departments of districts that are not there: {sorted(odd)}")
        if self.province not in provinces():
            raise ValueError(f"no such province: {self.province}")
        return self

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions whose entries of the knowledge base hold here, the widest first."""
        return (EVERYWHERE, self.province, self.name)

    @cached_property
    def towns(self) -> dict[str, str]:
        """Town, township or sub-district → its county or district."""
        return {town: district.name for district in self.districts for town in district.towns}

    @property
    def example(self) -> str:
        """A district's name, to show a citizen what is meant."""
        return self.districts[0].name

    @property
    def example_number(self) -> str:
        """What a ticket number looks like, to show a citizen."""
        return f"{self.prefix}2026112300001"

    @property
    def dictionary(self) -> str:
        """The city's words as one of jieba's user dictionaries: those of the profile, the city, its districts."""
        places = [self.name, *(name for d in self.districts for name in (*d.names, *d.distinct))]
        return "".join(f"{line}\n" for line in (*self.words, *(f"{place} 1000 ns" for place in places)))

    def named(self, text: str) -> District | None:
        """The district ``text`` as a whole names, whatever stands in brackets behind it."""
        said = re.sub(r"\(.*\)", "", unicodedata.normalize("NFKC", text)).strip()
        said = said.removeprefix(f"{self.province}省").removeprefix(self.full_name).strip()
        for district in self.districts:
            if said in (*district.names, *district.short):
                return district
        return None

    def mentioned(self, text: str) -> District | None:
        """The district a longer text speaks of: the one whose full name stands in it first."""
        best: tuple[int, int, District] | None = None
        for district in self.districts:
            for name in district.names:
                at = text.find(name)
                # Of two names at the same place the longer one is meant (高新技术产业开发区 before 开发区).
                if at >= 0 and (best is None or (at, -len(name)) < best[:2]):
                    best = (at, -len(name), district)
        return best[2] if best else None

    def lead(self, category: str) -> Department | None:
        """The department that takes the lead on a category (``一级/二级``); None where the profile names none."""
        return self._leads.get(category)

    def department(self, name: str) -> Department | None:
        """The department of that name."""
        return next((found for found in self.departments if found.name == name), None)

    @cached_property
    def hotline_numbers(self) -> frozenset[str]:
        """The hotlines' numbers, as numbers in stories are kept: nobody's own."""
        return frozenset(hotline.kept for hotline in self.hotlines)

    def elsewhere(self, text: str) -> Elsewhere | None:
        """Another city or province as the place of what a text tells; None when it is only named in passing."""
        return self._abroad.place(text)

    def asks_elsewhere(self, text: str) -> Elsewhere | None:
        """Another city or province whose rule a question asks; None when it is only named in passing."""
        return self._abroad.rule(text)

    @cached_property
    def _leads(self) -> dict[str, Department]:
        return {category: department for department in self.departments for category in department.leads}

    @cached_property
    def _abroad(self) -> Abroad:
        home = [self.name, *self.towns, *(n for d in self.districts for n in (*d.names, *d.distinct))]
        return Abroad(home, self.name, self.province, self.neighbours.cities)


def _once(what: str, names: list[str]) -> None:
    """Raise when a name stands there twice."""
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"the same {what} twice: {', '.join(twice)}")
