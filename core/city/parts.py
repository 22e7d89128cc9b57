"""What a city's profile is made of: districts, departments, hotlines, the cities around."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.phone import canonical

Name = Annotated[str, Field(min_length=2, max_length=20, pattern=r"^\S+$")]
AreaCode = Annotated[str, Field(pattern=r"^0\d{2,3}$")]
Source = Annotated[str, Field(min_length=4)]
"""Where a fact was read: an address, or a file of this project."""
Sources = Source | tuple[Source, ...] | None

Kind = Literal["city", "county", "zone", "utility", "vertical", "party", "group", "hotline"]
"""What a handling department is: 市直部门, 县区, 功能区, 公用企业, 垂直管理单位, 党委部门, 群团组织, or the hotline itself."""


class Strict(BaseModel):
    """Base of everything in a profile: an unknown key is a mistake, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class District(Strict):
    """A county, district or zone that takes complaints of its own.

    Args:
        name: as shown and stored.
        code: administrative division code (GB/T 2260), None for a zone.
        title: on the button that chooses it, where that says more than the name.
        aliases: other full names that mean it wherever they stand in a text.
        short: names that mean it only when they are all that was said (大通 is also part of road names).
        distinct: those of ``short`` that are part of no other name, so that after 在, 住 … they need nothing behind them.
        towns: towns, townships and sub-districts, by their full names.
        source: where this was read, when the file's own source does not hold for it.
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
            raise ValueError(f"{self.name}: distinct names that are not among the short ones: {sorted(odd)}")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The names that mean it wherever they stand."""
        return (self.name, *self.aliases)


class Department(Strict):
    """承办单位: an office that handles tickets.

    Args:
        name: as shown and stored.
        kind: see :data:`Kind`.
        leads: categories it takes the lead on, ``一级/二级``.
        district: the county, district or zone it is the government of.
        source: where this was read.
    """

    name: Annotated[str, Field(min_length=2, max_length=80, pattern=r"^\S+$")]
    kind: Kind
    leads: tuple[Annotated[str, Field(pattern=r"^[^/\s]+/[^/\s]+$")], ...] = ()
    district: str = ""
    source: Sources = None

    @model_validator(mode="after")
    def _of_a_district(self) -> Department:
        if (self.kind in ("county", "zone")) != bool(self.district):
            raise ValueError(f"{self.name}: a county or zone, and no other, names its district")
        return self


class Hotline(Strict):
    """A hotline beside 12345.

    Args:
        number: as it is dialled here.
    """

    name: Name
    number: Annotated[str, Field(pattern=r"^[\d-]{3,14}$")]
    source: Source

    @property
    def kept(self) -> str:
        """The number as numbers in stories are kept (:mod:`core.phone`)."""
        return canonical(self.number) or self.number


class Neighbour(Strict):
    """A city around.

    Args:
        name: without 市.
        area_code: its telephone area code.
        counties: those of its counties that citizens here name without their city.
    """

    name: Name
    area_code: AreaCode
    counties: tuple[Name, ...] = ()


class Neighbours(Strict):
    """The cities around, and where this was read."""

    source: Sources = None
    cities: tuple[Neighbour, ...] = ()
