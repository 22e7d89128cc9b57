"""``wenban city``: the city's profile, for whoever writes one."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from core.city import City, load_city
from core.settings import load_settings
from tickets import departments

app = typer.Typer(no_args_is_help=True)
console = Console()


@app.callback()
def _group() -> None:
    """Keep `check` a command of its own."""


@app.command()
def check(
    profile: Annotated[
        str, typer.Argument(help="A folder's name in city/, or a folder's path; default: the one in service.")
    ] = "",
) -> None:
    """Read a profile and say what is wrong or missing in it. Exit status 1 when something is wrong."""
    city = load_city(profile or load_settings().city_profile)
    console.print(
        f"{city.full_name} ({city.prefix}): {len(city.districts)} districts, {len(city.towns)} towns, "
        f"{len(city.departments)} departments, {len(city.neighbours.cities)} neighbours, "
        f"{len(city.hotlines)} hotlines",
        highlight=False,
    )
    for line in _missing(city):
        console.print(f"[yellow]![/] {line}", highlight=False)
    wrong = departments.unknown_categories(city)
    for name in wrong:
        console.print(f"[red]✗[/] departments.yml: the catalogue has no category {name}", highlight=False)
    if wrong:
        raise typer.Exit(1)


def _missing(city: City) -> list[str]:
    """What a profile does without, and what that costs."""
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
