"""The facts that a file may hold: offices, values, yearly windows, notices."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, model_validator

from core.city.facts.hours import Hours
from core.city.facts.proof import Proof
from core.city.parts import Strict, Wrong
from core.clock import SHANGHAI, local

Said = Annotated[str, Field(min_length=2, max_length=30, pattern=r"^\S+$")]
"""A name as citizens say it: no blanks, 2 to 30 characters."""
_Line = Annotated[str, Field(min_length=2, max_length=200)]


class Phone(Strict):
    """A telephone number of an office. In the file it may also be written as the number alone.

    Args:
        number: as dialled, such as ``0728-5551234``.
        note: what it is for, when the office has several.
    """

    number: Annotated[str, Field(pattern=r"^\d[\d-]{1,17}$")]
    note: Annotated[str, Field(max_length=40)] = ""

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, value: Any) -> Any:
        return {"number": value} if isinstance(value, str) else value


class Point(Strict):
    """A point on the map (GCJ-02, as Chinese maps use it).

    Args:
        lat: latitude in degrees.
        lon: longitude in degrees.
    """

    lat: Annotated[float, Field(ge=3, le=54)]
    lon: Annotated[float, Field(ge=73, le=136)]


class Form(Strict):
    """A form that the office asks for.

    Args:
        name: its name.
        address: the web address where it is.
    """

    name: _Line
    address: Annotated[str, Field(pattern=r"^https?://\S+$")]


class Office(Strict):
    """An office or a hotline that citizens ask for.

    Args:
        name: its name. An office of a county has the county's name in it only when that is its full name.
        kinds: ids of kinds in ``core/city/offices.yml``; whoever asks for such a kind is given this office.
        aliases: other names.
        asked_for: what citizens want there (办社保卡, 医保报销), as they say it.
        phones: its numbers, the best first.
        address: where it is.
        hours: when it is open.
        point: where it is on the map.
        online: how its business is done online, such as 皖事通 › 社保.
        forms: forms that it asks for.
        department: who keeps this row in a table; "" for nobody.
        regions: for ``core/city/numbers.yml`` only: the provinces where it holds; empty: everywhere.
        proof: where this was read.
    """

    name: Annotated[str, Field(min_length=2, max_length=60)]
    kinds: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z-]*$")], ...] = ()
    aliases: tuple[Said, ...] = ()
    asked_for: tuple[Said, ...] = ()
    phones: tuple[Phone, ...] = ()
    address: _Line | None = None
    hours: Hours | None = None
    point: Point | None = None
    online: _Line | None = None
    forms: tuple[Form, ...] = ()
    department: Annotated[str, Field(max_length=60)] = ""
    regions: tuple[Said, ...] = ()
    proof: Proof

    @model_validator(mode="after")
    def _says_something(self) -> Office:
        if not (self.phones or self.address or self.hours or self.online):
            raise Wrong(
                "phones（电话）、address（地址）、hours（上班时间）、online（网上怎么办）至少要写一个",
                self.name,
            )
        return self

    def holds(self, on: date) -> bool:
        """Whether it may be told on a day."""
        return self.proof.holds(on)


class Value(Strict):
    """A local amount, such as the minimum wage.

    Args:
        name: what it is.
        entry: the knowledge-base entry it belongs to; "" when it belongs to none.
        amount: the amount as it is told, such as ``2060`` or ``每月 50 至 100``.
        unit: its unit, such as 元/月.
        conditions: for whom or when it is this much.
        since: the first day on which it holds; ``from`` in the file.
        until: the last day; None: no end is known.
        department: who keeps this row in a table; "" for nobody.
        proof: where this was read.
    """

    name: _Line
    entry: Annotated[str, Field(pattern=r"^[a-z0-9-]*$")] = ""
    amount: Annotated[str, Field(min_length=1, max_length=60)]
    unit: Annotated[str, Field(min_length=1, max_length=20)]
    conditions: Annotated[str, Field(max_length=200)] = ""
    since: Annotated[date | None, Field(alias="from")] = None
    until: date | None = None
    department: Annotated[str, Field(max_length=60)] = ""
    proof: Proof

    @model_validator(mode="after")
    def _in_order(self) -> Value:
        _ordered(self.since, self.until, "until（到哪天）不能早于 from（从哪天起）")
        return self

    def holds(self, on: date) -> bool:
        """Whether it may be told on a day."""
        begun = self.since is None or self.since <= on
        return begun and (self.until is None or on <= self.until) and self.proof.holds(on)


class Window(Strict):
    """A time of the year in which something is done, such as paying for residents' health insurance.

    Args:
        name: what is done.
        entry: the knowledge-base entry it belongs to; "" when it belongs to none.
        year: the year it is for.
        opens: the first day; None: not announced yet.
        closes: the last day; None: not announced yet.
        conditions: for whom, or how.
        proof: where this was read.
    """

    name: _Line
    entry: Annotated[str, Field(pattern=r"^[a-z0-9-]*$")] = ""
    year: Annotated[int, Field(strict=True, ge=2000, le=2100)]
    opens: date | None = None
    closes: date | None = None
    conditions: Annotated[str, Field(max_length=200)] = ""
    proof: Proof

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        _ordered(self.opens, self.closes, "closes（哪天截止）不能早于 opens（哪天开始）")
        return self

    def holds(self, on: date) -> bool:
        """Whether it may be told on a day: until it has closed."""
        return (self.closes is None or on <= self.closes) and self.proof.holds(on)


class Notice(Strict):
    """An announcement that ends, such as water being cut off.

    Args:
        subject: what it is about, such as 停水.
        text: what is told.
        places: districts, towns, roads or housing estates it is for; empty: all of the place of the file.
        begins: when it begins.
        ends: when it ends. Then it is gone.
        proof: where this was read.
    """

    subject: Said
    text: Annotated[str, Field(min_length=4, max_length=400)]
    places: tuple[Said, ...] = ()
    begins: datetime
    ends: datetime
    proof: Proof

    @model_validator(mode="after")
    def _in_order(self) -> Notice:
        if (self.begins.tzinfo is None) != (self.ends.tzinfo is None) or self.ends <= self.begins:
            raise Wrong("ends（结束）要晚于 begins（开始）", self.subject)
        return self

    def holds(self, at: datetime) -> bool:
        """Whether it may be told at a moment: until it ends. A time without zone is China's."""
        end = self.ends if self.ends.tzinfo else self.ends.replace(tzinfo=SHANGHAI)
        return at < end and self.proof.holds(local(at).date())


class FactsFile(Strict):
    """One file of facts.

    Args:
        district: the county or district whose facts these are; needed in a folder below, and only there.
        offices: see :class:`Office`.
        values: see :class:`Value`.
        windows: see :class:`Window`.
        notices: see :class:`Notice`.
    """

    district: str = ""
    offices: tuple[Office, ...] = ()
    values: tuple[Value, ...] = ()
    windows: tuple[Window, ...] = ()
    notices: tuple[Notice, ...] = ()


def _ordered(first: date | None, last: date | None, words: str) -> None:
    if first is not None and last is not None and last < first:
        raise Wrong(words, str(last))
