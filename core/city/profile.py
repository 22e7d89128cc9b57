"""A city as described by its profile, with the questions that other packages ask about it."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import Annotated

from pydantic import Field, model_validator

from core.city.deadlines import DeadlineRules
from core.city.elsewhere import Abroad, Elsewhere
from core.city.handling import LOCAL, Handling
from core.city.nation import EVERYWHERE, provinces
from core.city.notice import PrivacyNotice
from core.city.parts import AreaCode, Department, District, Hotline, Name, Neighbours, Sources, Strict, Wrong


class City(Strict):
    """One city.

    Args:
        name: the name as citizens say it, without 市. The knowledge base uses it as the name of the region.
        full_name: the name with 市.
        province: the name of the province without 省. In the knowledge base it is the region above the city.
        prefix: the letters at the beginning of each ticket number.
        area_code: telephone area code.
        source: where these facts were read.
        hotlines: hotlines other than 12345.
        neighbours: the neighbouring cities.
        words: local words in the format of jieba's dictionary, ``word frequency tag``.
        districts: the districts, in the order in which citizens are offered them; at least one.
        districts_source: where the districts were read.
        departments: the departments that handle tickets.
        deadlines: how long the steps of a ticket may take.
        handling: how tickets are dispatched, returned, extended, pressed and called back.
        notice: what citizens are told about their data; None when the profile has none.

    >>> from core.city import load_city
    >>> city = load_city("huainan")
    >>> city.named("大通").name, city.lead("市政设施/路灯照明").name
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
    deadlines: DeadlineRules = DeadlineRules()
    handling: Handling = Handling()
    notice: PrivacyNotice | None = None

    @model_validator(mode="after")
    def _nothing_twice(self) -> City:
        _once("县区名称", "districts", [name for d in self.districts for name in (*d.names, *d.short)])
        _once("县区代码", "districts", [d.code for d in self.districts if d.code])
        _once("乡镇街道", "districts", [town for d in self.districts for town in d.towns])
        _once("单位名称", "departments", [d.name for d in self.departments])
        _once("分类（只能有一个牵头单位）", "departments", [c for d in self.departments for c in d.leads])
        _once("县区（只能有一个政府）", "departments", [d.district for d in self.departments if d.district])
        _once("相邻城市", "", [n.name for n in self.neighbours.cities])
        known = {d.name for d in self.districts}
        for department in self.departments:
            if department.district and department.district not in known:
                words = f"districts.yml 里没有 {department.district} 这个县区"
                raise Wrong(words, department.district, "departments")
        offices = {d.name for d in self.departments} | {LOCAL}
        for rule in self.handling.directory:
            for name in (rule.lead, *rule.assisting):
                if name not in offices:
                    raise Wrong(f"departments.yml 里没有“{name}”这个单位", name, "handling")
            for name in rule.districts:
                if name not in known:
                    raise Wrong(f"districts.yml 里没有 {name} 这个县区", name, "handling")
        if self.province not in provinces():
            raise Wrong(f"没有“{self.province}”这个省；不要写“省”字，如 安徽", self.province)
        return self

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions whose knowledge-base entries hold in this city, from the widest to the narrowest."""
        return (EVERYWHERE, self.province, self.name)

    def regions_of(self, text: str) -> tuple[str, ...]:
        """The regions whose entries answer a question: those of the city, and the district that the question names.

        >>> from core.city import load_city
        >>> load_city("huainan").regions_of("寿县的公租房怎么申请")
        ('全国', '安徽', '淮南', '寿县')
        """
        there = self.mentioned(text)
        return self.regions if there is None else (*self.regions, there.name)

    @cached_property
    def towns(self) -> dict[str, str]:
        """Town, township or sub-district → its county or district."""
        return {town: district.name for district in self.districts for town in district.towns}

    @property
    def example(self) -> str:
        """The name of a district, used as an example in texts for citizens."""
        return self.districts[0].name

    @property
    def example_number(self) -> str:
        """A made-up ticket number, used as an example in texts for citizens."""
        return f"{self.prefix}2026112300001"

    @property
    def dictionary(self) -> str:
        """A user dictionary for jieba: words of the profile, name of the city, names of the districts."""
        places = [self.name, *(name for d in self.districts for name in (*d.names, *d.distinct))]
        return "".join(f"{line}\n" for line in (*self.words, *(f"{place} 1000 ns" for place in places)))

    def named(self, text: str) -> District | None:
        """The district whose name is the whole ``text``. Text in brackets is ignored.

        None when there is no such district.
        """
        said = re.sub(r"\(.*\)", "", unicodedata.normalize("NFKC", text)).strip()
        said = said.removeprefix(f"{self.province}省").removeprefix(self.full_name).strip()
        for district in self.districts:
            if said in (*district.names, *district.short):
                return district
        return None

    def mentioned(self, text: str) -> District | None:
        """The district whose full name comes first in a longer text; None when there is no such name."""
        best: tuple[int, int, District] | None = None
        for district in self.districts:
            for name in district.names:
                at = text.find(name)
                # When two names begin at the same place, the longer one is meant (高新技术产业开发区, not 开发区).
                if at >= 0 and (best is None or (at, -len(name)) < best[:2]):
                    best = (at, -len(name), district)
        return best[2] if best else None

    def lead(self, category: str) -> Department | None:
        """The department that is the lead of a category (``一级/二级``); None when the profile names none."""
        return self._leads.get(category)

    def department(self, name: str) -> Department | None:
        """The department with this name; None when there is none."""
        return next((found for found in self.departments if found.name == name), None)

    def local(self, district: str) -> Department | None:
        """The government of a district (属地); None when the profile names none."""
        return next(
            (found for found in self.departments if found.district and found.district == district), None
        )

    @cached_property
    def hotline_numbers(self) -> frozenset[str]:
        """The numbers of the hotlines, in the form of :mod:`core.phone`.

        Such a number is never a citizen's own.
        """
        return frozenset(hotline.kept for hotline in self.hotlines)

    def elsewhere(self, text: str) -> Elsewhere | None:
        """The other city or province where the matter of a text lies.

        None when the text names no such place, or names one only in passing.
        """
        return self._abroad.place(text)

    def asks_elsewhere(self, text: str) -> Elsewhere | None:
        """The other city or province whose rule a question asks for.

        None when the text names no such place, or names one only in passing.
        """
        return self._abroad.rule(text)

    @cached_property
    def _leads(self) -> dict[str, Department]:
        return {category: department for department in self.departments for category in department.leads}

    @cached_property
    def _abroad(self) -> Abroad:
        home = [self.name, *self.towns, *(n for d in self.districts for n in (*d.names, *d.distinct))]
        return Abroad(home, self.name, self.province, self.neighbours.cities)


def _once(what: str, file: str, names: list[str]) -> None:
    """Raise :class:`Wrong` when a name occurs twice."""
    for name in names:
        if names.count(name) > 1:
            raise Wrong(f"{what}写了两次：{name}", name, file)
