"""``wenban city``: checks a city's profile, for the person who writes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console

from core.city import City, load_city
from core.clock import local, now
from core.settings import load_settings
from tickets import deadlines, departments
from tickets.working_time import last_known_year

app = typer.Typer(no_args_is_help=True)
console = Console()

_AHEAD = timedelta(days=45)
"""Time ahead for which the calendar must know the holidays. It is longer than most deadlines."""


@app.callback()
def _group() -> None:
    """Keep `check` as a sub-command, although there is only one."""


@app.command()
def check(
    profile: Annotated[
        str, typer.Argument(help="A folder's name in city/, or a folder's path; default: the one in service.")
    ] = "",
) -> None:
    """Read a profile, and say what is wrong or missing in it. Exit status 1 when something is wrong."""
    city = load_city(profile or load_settings().city_profile)
    console.print(
        f"{city.full_name} ({city.prefix}): {len(city.districts)} districts, {len(city.towns)} towns, "
        f"{len(city.departments)} departments, {len(city.neighbours.cities)} neighbours, "
        f"{len(city.hotlines)} hotlines, {len(city.deadlines.rules)} rules for deadlines",
        highlight=False,
    )
    for line in _missing(city):
        console.print(f"[yellow]![/] {line}", highlight=False)
    wrong = [
        f"departments.yml: the catalogue has no category {name}"
        for name in departments.unknown_categories(city)
    ]
    wrong += [f"deadlines.yml: there is no such thing: {name}" for name in deadlines.unknown(city)]
    for line in wrong:
        console.print(f"[red]✗[/] {line}", highlight=False)
    if wrong:
        raise typer.Exit(1)


def _missing(city: City) -> list[str]:
    """What a profile does not have, and what follows from it."""
    found = [
        f"districts.yml: {district.name} has no towns: a town alone will not tell the district"
        for district in city.districts
        if district.code and not district.towns
    ]
    governed = {department.district for department in city.departments}
    found += [
        f"departments.yml: no department for {district.name}"
        for district in city.districts
        if district.name not in governed
    ]
    if left := departments.without_lead(city):
        shown = "、".join(left[:5]) + ("…" if len(left) > 5 else "")
        found.append(f"departments.yml: {len(left)} categories without a lead: {shown}")
    found += _deadlines(city)
    if not city.neighbours.cities:
        found.append("city.yml: no neighbours: citizens are not told another city's 12345")
    sources = {
        "city.yml: source (area_code)": city.source,
        "city.yml: neighbours": city.neighbours.source if city.neighbours.cities else "none",
        "districts.yml": city.districts_source,
        "departments.yml": all(department.source for department in city.departments) or None,
    }
    found += [f"{place}: no source" for place, source in sources.items() if not source]
    return found


def _deadlines(city: City) -> list[str]:
    """What the rules for deadlines do not have, and what follows from it."""
    if not city.deadlines.rules:
        return ["deadlines.yml: missing or empty: tickets get no deadlines"]
    found = []
    if named := deadlines.examples(city):
        found.append(f"deadlines.yml: only examples, which citizens are not told: {'、'.join(named)}")
    if not deadlines.covers_all(city):
        found.append("deadlines.yml: no rule for all the rest: some tickets get no deadlines")
    if local(now() + _AHEAD).year > last_known_year():
        found.append(
            f"chinesecalendar knows holidays up to {last_known_year()}: later deadlines are provisional, and counted"
            " again once a newer version knows the year"
        )
    return found
