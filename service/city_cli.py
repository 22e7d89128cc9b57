"""``wenban city``: checks a city's profile, for the person who writes it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from core.city import City
from core.clock import local, now
from core.errors import BadRequest
from core.holidays import last_known_year
from service import city_checks, city_tables
from tickets import deadlines, departments

app = typer.Typer(no_args_is_help=True)
Values = Annotated[bool, typer.Option("--values", help="Values (amounts) in place of offices.")]
Named = Annotated[str | None, typer.Option("--profile", help="A folder's name in city/, or a folder's path.")]
console = Console()

_AHEAD = timedelta(days=45)
"""Time ahead for which the calendar must know the holidays. It is longer than most deadlines."""


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


@app.command("export")
def export_(
    table: Annotated[Path, typer.Argument(help="New .xlsx or .csv file.")],
    values: Values = False,
    department: Annotated[str, typer.Option(help="Only what this department keeps or issued.")] = "",
    profile: Named = None,
) -> None:
    """Write the offices (or values) of a city to a table, for a department to fill in."""
    if table.suffix.lower() not in (".xlsx", ".csv"):
        raise BadRequest("文件名要以 .xlsx、.csv 结尾", code="bad_format")
    city, folder = city_checks.read(profile), city_checks.facts_folder(profile)
    count = city_tables.export_table(table, folder, city, "values" if values else "offices", department)
    city_checks.say(console, f"{table}：{count} 行")


@app.command("import")
def import_(
    table: Annotated[Path, typer.Argument(help=".xlsx or .csv file with the columns of an export.")],
    values: Values = False,
    replace: Annotated[
        bool, typer.Option(help="Put rows in place of what is there; the old file is kept beside it.")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="Only report.")] = False,
    profile: Named = None,
) -> None:
    """Take a table's rows into the city's facts. Exit status 1 when a row was refused; nothing is overwritten unasked."""
    city, folder = city_checks.read(profile), city_checks.facts_folder(profile)
    part: city_tables.Part = "values" if values else "offices"
    report = city_tables.import_table(table, folder, city, part, replace=replace, dry_run=dry_run)
    head = "只是试一遍，没有写：" if dry_run else ""
    city_checks.say(
        console,
        f"{head}新增 {len(report.added)}，替换 {len(report.replaced)}，没有变 {report.same}，没有收 {len(report.refused)}",
    )
    for one in report.refused:
        city_checks.say(console, f"[red]✗[/] {escape(f'第 {one.row} 行：{one.reason}')}")
    for path in report.files:
        city_checks.say(console, f"写好了 {path}")
    if report.refused:
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
