"""``wenban city``: checks a city's profile, for the person who writes it."""

from __future__ import annotations

from datetime import timedelta

import typer
from rich.console import Console

from core.city import City
from core.clock import local, now
from core.holidays import last_known_year
from service import city_checks
from tickets import deadlines, departments

app = typer.Typer(no_args_is_help=True)
console = Console()

_AHEAD = timedelta(days=45)
"""Time ahead for which the calendar must know the holidays. It is longer than most deadlines."""


@app.callback()
def _group() -> None:
    """Keep `check` as a sub-command, although there is only one."""


@app.command()
def check(profile: city_checks.Profile = None) -> None:
    """Read a profile, and say what is wrong or missing in it. Exit status 1 when something is wrong."""
    city = city_checks.read(profile)
    city_checks.say(
        console,
        f"{city.full_name}（{city.prefix}）：{len(city.districts)} 个县区，{len(city.towns)} 个乡镇街道，"
        f"{len(city.departments)} 个单位，{len(city.neighbours.cities)} 个相邻城市，"
        f"{len(city.hotlines)} 条其他热线，{len(city.deadlines.rules)} 条期限规则",
    )
    well = city_checks.report_facts(console, city, city_checks.facts_folder(profile))
    city_checks.report(console, city, _missing(city))
    if not well:
        raise typer.Exit(1)


def _missing(city: City) -> list[str]:
    """What a profile does not have, and what follows from it."""
    found = [
        f"districts.yml：{district.name}没有写乡镇街道，群众只说乡镇时认不出县区"
        for district in city.districts
        if district.code and not district.towns
    ]
    governed = {department.district for department in city.departments}
    found += [
        f"departments.yml：没有{district.name}的政府或管委会"
        for district in city.districts
        if district.name not in governed
    ]
    if left := departments.without_lead(city):
        shown = "、".join(left[:5]) + ("…" if len(left) > 5 else "")
        found.append(f"departments.yml：{len(left)} 个分类没有牵头单位，要人工派单：{shown}")
    found += _deadlines(city)
    if not city.neighbours.cities:
        found.append("city.yml：没有写相邻城市，群众问别的城市时给不出那里的 12345")
    sources = {
        "city.yml": city.source,
        "city.yml 的 neighbours": city.neighbours.source if city.neighbours.cities else "none",
        "districts.yml": city.districts_source,
        "departments.yml": all(department.source for department in city.departments) or None,
    }
    found += [f"{place}：没有写依据（source）" for place, source in sources.items() if not source]
    return found


def _deadlines(city: City) -> list[str]:
    """What the rules for deadlines do not have, and what follows from it."""
    if not city.deadlines.rules:
        return ["deadlines.yml：没有或者是空的，工单不算期限"]
    found = []
    if named := deadlines.examples(city):
        found.append(f"deadlines.yml：{'、'.join(named)} 只是样例，不会告诉群众")
    if not deadlines.covers_all(city):
        found.append("deadlines.yml：没有管“其余所有工单”的规则，有的工单不算期限")
    if local(now() + _AHEAD).year > last_known_year():
        found.append(
            f"节假日只知道到 {last_known_year()} 年（chinesecalendar 库）：以后的期限是暂定的，更新这个库以后会重新计算"
        )
    return found
