"""What automatic dispatch is worth (:mod:`tickets.automatic`): how often the department is right, from each certainty on.

The right department of a story is the one that the city's rules name for its labelled category. What is measured is the
way of a story that nobody corrects: its suggested category, and what the rules make of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from bot.evaluation.rows import CategoryRow
from bot.understanding import category
from core.city import City
from tickets import automatic, dispatch
from tickets.dispatch import Suggestion

BARS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.97, 0.99)
"""The certainties that are looked at."""
_Z = 1.96


@dataclass(frozen=True)
class Figure:
    """What a bar is worth.

    Args:
        bar: certainty from which a ticket is dispatched, 0 to 1.
        dispatched: share of all that is dispatched then, 0 to 1.
        right: share of these that go to the right department.
        least: the lower end of the 95 % interval of ``right`` (Wilson), over stories and not over stories × districts, because the
            districts of a story are not independent.
    """

    bar: float
    dispatched: float
    right: float
    least: float


def figures(rows: Sequence[CategoryRow], city: City) -> list[Figure]:
    """The figures of stories with both levels of their category, each told in every district of the city."""
    stories = [row for row in rows if "/" in row.category]
    districts = [one.name for one in city.districts]
    sure: list[tuple[float, bool]] = []
    for row in stories:
        shares = category.likely(row.text)
        suggested = category.suggest(row.text)
        for district in districts:
            wanted = dispatch.by_rules(city, row.category, district)
            found = dispatch.by_rules(city, suggested.category, district) if suggested else None
            told = Suggestion("", found or "", 1.0, "")
            certainty = automatic.certainty(city, district, told, shares) if found else 0.0
            sure.append((certainty, found == wanted))
    return [_figure(bar, sure, len(districts)) for bar in BARS]


def _figure(bar: float, sure: Sequence[tuple[float, bool]], districts: int) -> Figure:
    passed = [right for certainty, right in sure if certainty >= bar]
    if not passed:
        return Figure(bar, 0.0, 0.0, 0.0)
    share, n = sum(passed) / len(passed), len(passed) / districts
    middle, width = share + _Z**2 / (2 * n), _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    least = (middle - width) / (1 + _Z**2 / n)
    return Figure(bar, round(len(passed) / len(sure), 4), round(share, 4), round(least, 4))
