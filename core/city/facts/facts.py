"""What a city's facts say on a day, at a place: the nearer wins, and what has ended is not there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from functools import cached_property

from core.city.facts.kinds import office_kinds
from core.city.facts.models import FactsFile, Notice, Office, Value, Window
from core.city.profile import City

NATION = "全国"
"""Place of the national numbers."""


class Level(IntEnum):
    """How near a fact is to the place that was asked for; the greater, the nearer."""

    NATION = 0
    CITY = 1
    DISTRICT = 2


@dataclass(frozen=True)
class Found:
    """An office that was found.

    Args:
        office: the office.
        level: how near it is.
        district: the county or district it belongs to; "" for the city's and national ones.
    """

    office: Office
    level: Level
    district: str = ""


def bare(name: str) -> str:
    """A name as it is compared: without blanks and brackets, half width, lower case."""
    said = unicodedata.normalize("NFKC", name).lower()
    return "".join(one for one in said if not one.isspace() and one not in "()[]·")


class Facts:
    """The facts of one city.

    Args:
        city: the city.
        files: its files, in the order in which they count.
        national: national numbers; those of other provinces are left out.

    >>> from core.city import load_city
    >>> Facts(load_city("huainan"), ()).office("公积金中心", on=date(2026, 11, 30)) is None
    True
    """

    def __init__(self, city: City, files: Iterable[FactsFile], national: FactsFile | None = None) -> None:
        self.city = city
        self.files = tuple(files)
        self.national = tuple(
            office
            for office in (national.offices if national else ())
            if not office.regions or city.province in office.regions
        )

    def office(self, name: str, *, on: date, district: str = "", city_only: bool = False) -> Found | None:
        """The nearest office with a name, a kind or a subject; None when none is on file on that day.

        Args:
            name: how the citizen calls it: a name, an alias, a kind's name, or what is done there.
            on: the day of the question.
            district: the county or district that was asked for; "" for the city.
            city_only: only the city's own (市社保局), not a county's and no national number.
        """
        wanted = bare(name)
        best: tuple[int, int, Found] | None = None
        for found, names in self._indexed:
            if wanted not in names or not found.office.holds(on):
                continue
            if found.level is Level.DISTRICT and found.district != district:
                continue
            if city_only and found.level is not Level.CITY:
                continue
            rank = (found.level, -names[wanted])
            if best is None or rank > best[:2]:
                best = (*rank, found)
        return best[2] if best else None

    def elsewhere(self, name: str, *, on: date) -> tuple[Found, ...]:
        """The offices of that name in the counties and districts, for who named none."""
        wanted = bare(name)
        return tuple(
            found
            for found, names in self._indexed
            if found.level is Level.DISTRICT and wanted in names and found.office.holds(on)
        )

    def values(self, *, on: date, entry: str = "", district: str = "") -> tuple[Value, ...]:
        """The values that hold on a day, the nearest place's; empty when none is on file.

        Args:
            entry: only those of this knowledge-base entry; "" for all.
        """
        for files in self._nearest(district):
            found = tuple(v for f in files for v in f.values if v.holds(on) and entry in ("", v.entry))
            if found:
                return found
        return ()

    def windows(self, *, on: date, entry: str = "", district: str = "") -> tuple[Window, ...]:
        """The yearly windows that have not closed, the nearest place's; see :meth:`values`."""
        for files in self._nearest(district):
            found = tuple(w for f in files for w in f.windows if w.holds(on) and entry in ("", w.entry))
            if found:
                return found
        return ()

    def notices(self, *, at: datetime, district: str = "") -> tuple[Notice, ...]:
        """The notices of a place that have not ended: the county's and the city's."""
        return tuple(n for files in self._nearest(district) for f in files for n in f.notices if n.holds(at))

    @cached_property
    def names(self) -> frozenset[str]:
        """All names by which an office may be asked for, in the form of :func:`bare`."""
        own = {name for found, names in self._indexed for name, rank in names.items() if rank < _TOPIC}
        return frozenset(
            own | {bare(name) for kind in office_kinds().values() for name in (kind.name, *kind.names)}
        )

    @cached_property
    def topics(self) -> frozenset[str]:
        """What is done at an office and stands for it in 公积金在哪办, in the form of :func:`bare`."""
        own = {name for found, names in self._indexed for name, rank in names.items() if rank >= _TOPIC}
        topics = {bare(name) for kind in office_kinds().values() for name in kind.topics}
        return frozenset((own | topics) - self.names)

    def __len__(self) -> int:
        """Number of facts of the city's own files."""
        return sum(len(f.offices) + len(f.values) + len(f.windows) + len(f.notices) for f in self.files)

    def _nearest(self, district: str) -> Iterator[Sequence[FactsFile]]:
        if district:
            yield [file for file in self.files if file.district == district]
        yield [file for file in self.files if not file.district]

    @cached_property
    def _indexed(self) -> tuple[tuple[Found, dict[str, int]], ...]:
        """Each office with all that it is called: name → how surely it is meant (the less, the surer)."""
        placed = [
            Found(office, Level.DISTRICT if file.district else Level.CITY, file.district)
            for file in self.files
            for office in file.offices
        ]
        placed += [Found(office, Level.NATION) for office in self.national]
        return tuple((found, self._called(found)) for found in placed)

    def _called(self, found: Found) -> dict[str, int]:
        office, kinds = found.office, office_kinds()
        called: dict[str, int] = {}
        kind_names = [
            n for kind in office.kinds if kind in kinds for n in (kinds[kind].name, *kinds[kind].names)
        ]
        kind_topics = [n for kind in office.kinds if kind in kinds for n in kinds[kind].topics]
        own = [office.name, *office.aliases]
        own += [short for name in own if (short := self._without_place(name, found.district))]
        for rank, names in ((0, own), (1, kind_names), (_TOPIC, office.asked_for), (_TOPIC + 1, kind_topics)):
            for name in names:
                called.setdefault(bare(name), rank)
        return called

    def _without_place(self, name: str, district: str) -> str:
        """A name without the place at its beginning (大通区民政局 → 民政局); "" when it has none."""
        places = [self.city.full_name, self.city.name, "市"]
        for one in self.city.districts:
            if one.name == district:
                places = [*one.names, *one.short, *places]
        place = next((p for p in sorted(places, key=len, reverse=True) if name.startswith(p)), "")
        rest = name.removeprefix(place)
        return rest if place and len(rest) > 1 else ""


_TOPIC = 2
"""Rank from which a name is only a subject."""
