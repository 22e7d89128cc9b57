"""The parts of a city's profile: districts, departments, hotlines, neighbouring cities."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.phone import canonical

Name = Annotated[str, Field(min_length=2, max_length=20, pattern=r"^\S+$")]
"""A name without spaces, 2 to 20 characters."""
AreaCode = Annotated[str, Field(pattern=r"^0\d{2,3}$")]
"""A telephone area code with its leading 0, such as ``0554``."""
Source = Annotated[str, Field(min_length=4)]
"""Where a fact was read: a web address, or a file of this project."""
Sources = Source | tuple[Source, ...] | None
"""One source, several, or none."""

Kind = Literal["city", "county", "zone", "utility", "vertical", "party", "group", "hotline"]
"""The kind of a handling department.

In order: 市直部门, 县区, 功能区, 公用企业, 垂直管理单位, 党委部门, 群团组织, and the hotline itself.
"""


class Wrong(ValueError):
    """A rule that a profile breaks, in the words of whoever edits it.

    Args:
        words: what is wrong.
        value: the text in the file that is wrong, when the place of the check alone does not tell where.
        file: ``districts``, ``departments``, ``deadlines`` or ``handling``, when that text stands in this file.
    """

    def __init__(self, words: str, value: str = "", file: str = "") -> None:
        super().__init__(words)
        self.value, self.file = value, file


class Strict(BaseModel):
    """Base class of all parts of a profile. Unknown keys are errors; objects can't be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class District(Strict):
    """A county, district or zone that complaints can be filed for.

    Args:
        name: the name that is shown and stored.
        code: administrative division code (GB/T 2260); None for a zone.
        title: text of the button that chooses this district, when it should say more than the name.
        aliases: other full names. They mean this district anywhere in a text.
        short: short names. They mean this district only when the citizen wrote nothing else, because they are
            also parts of other names (大通 is part of road names).
        distinct: the names of ``short`` that are part of no other name. After 在, 住 … they need no 区 or 县.
        towns: full names of its towns, townships and sub-districts.
        source: where this district was read, when the source of the file does not cover it.
    """

    name: Name
    code: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    title: Annotated[str, Field(min_length=2, max_length=20)] = ""
    aliases: tuple[Name, ...] = ()
    short: tuple[Name, ...] = ()
    distinct: tuple[Name, ...] = ()
    towns: tuple[Name, ...] = ()
    source: Sources = None

    @model_validator(mode="after")
    def _distinct_is_short(self) -> District:
        if odd := set(self.distinct) - set(self.short):
            raise Wrong(f"distinct 里的 {'、'.join(sorted(odd))} 不在 short 里")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The names that mean this district anywhere in a text."""
        return (self.name, *self.aliases)


ALWAYS = "always"
"""Office hours of a department that can be reached day and night."""
Span = Annotated[str, Field(pattern=r"^\d\d:\d\d-\d\d:\d\d$")]
"""A time of day from and to, such as ``08:30-12:00``."""


class OfficeContact(Strict):
    """A post of a department that the hotline calls about tickets. A post and no person: people change, and their names are their own.

    Args:
        post: the post, such as 热线联络员 or 值班室.
        phone: its number as dialled in this city.
        source: where the number was read.
        example: whether it is made up, so that the desk has something to show.
    """

    post: Annotated[str, Field(min_length=2, max_length=20)]
    phone: Annotated[str, Field(pattern=r"^[\d-]{3,20}$")]
    source: Sources = None
    example: Annotated[bool, Field(strict=True)] = False

    @model_validator(mode="after")
    def _one_of_both(self) -> OfficeContact:
        if self.example == (self.source is not None):
            raise Wrong("source（号码在哪里读到的）和 example: true（样例）要写一个，也只能写一个")
        return self


class Department(Strict):
    """承办单位: an office that handles tickets.

    Args:
        name: the name that is shown and stored.
        kind: see :data:`Kind`.
        leads: the categories (``一级/二级``) for which this department is the lead department (牵头单位).
        district: the county, district or zone whose government this department is; "" for others.
        hours: its own office hours, in order, or :data:`ALWAYS`; None: those of the city (``deadlines.yml``).
        contact: whom the hotline calls there.
        deputies: who stands in, in the order in which they are called (代理).
        source: where this department was read.
    """

    name: Annotated[str, Field(min_length=2, max_length=80, pattern=r"^\S+$")]
    kind: Kind
    leads: tuple[Annotated[str, Field(pattern=r"^[^/\s]+/[^/\s]+$")], ...] = ()
    district: str = ""
    hours: Literal["always"] | Annotated[tuple[Span, ...], Field(min_length=1)] | None = None
    contact: OfficeContact | None = None
    deputies: tuple[OfficeContact, ...] = ()
    source: Sources = None

    @model_validator(mode="after")
    def _in_order(self) -> Department:
        spans = self.hours if isinstance(self.hours, tuple) else ()
        try:
            moments = [time.fromisoformat(one) for span in spans for one in span.split("-")]
        except ValueError as error:
            raise Wrong("hours：没有这样的钟点", self.name) from error
        if moments != sorted(set(moments)):
            raise Wrong("hours：各段要从早到晚，不能重叠", self.name)
        if self.deputies and self.contact is None:
            raise Wrong("有 deputies（代理），就要写 contact（联络员）", self.name)
        return self

    @model_validator(mode="after")
    def _of_a_district(self) -> Department:
        if (self.kind in ("county", "zone")) != bool(self.district):
            raise Wrong("kind 是 county 或 zone 的要写 district（哪个县区），别的不要写")
        return self


class Hotline(Strict):
    """A hotline other than 12345.

    Args:
        name: its name.
        number: the number as dialled in this city.
        source: where the number was read.
    """

    name: Name
    number: Annotated[str, Field(pattern=r"^[\d-]{3,14}$")]
    source: Source

    @property
    def kept(self) -> str:
        """The number in the form in which :mod:`core.phone` returns numbers."""
        return canonical(self.number) or self.number


class Neighbour(Strict):
    """Another city whose matters and rules come up here.

    Args:
        name: the name without 市.
        area_code: telephone area code.
        counties: counties and districts of that city that citizens name without naming their city.
        parts: parts of that city that count only right behind its name (合肥滨湖).
    """

    name: Name
    area_code: AreaCode
    counties: tuple[Name, ...] = ()
    parts: tuple[Name, ...] = ()


class Neighbours(Strict):
    """The neighbouring cities, and where they were read."""

    source: Sources = None
    cities: tuple[Neighbour, ...] = ()
