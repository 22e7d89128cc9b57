"""``wenban tickets``: checks what tickets are handled by, and prints the table of moves."""

from __future__ import annotations

import typer
from rich.console import Console

from core.city import City
from service import city_checks
from tickets import catalog, reach
from tickets import table as moves

app = typer.Typer(no_args_is_help=True)
console = Console()


@app.command("check-catalog")
def check_catalog(profile: city_checks.Profile = None) -> None:
    """Say for each category and district who gets its tickets, and what is wrong or missing. Exit status 1 when something is wrong."""
    city = city_checks.read(profile)
    rules = city.handling
    city_checks.say(
        console,
        f"{city.full_name}：{len(city.departments)} 个承办单位，{len(_categories())} 个分类，"
        f"派单目录 {len(rules.directory)} 条，期限规则 {len(city.deadlines.rules)} 条",
    )
    bar = rules.dispatch.automatic_from
    city_checks.say(
        console, "自动派单：" + ("没有开" if bar is None else f"受理后，把握不小于 {bar:.0%} 的由系统派出")
    )
    city_checks.say(
        console,
        f"退单 {rules.returns.within.label}内、退过 {rules.returns.supervisor_after} 次由班长定；"
        f"延期最多 {rules.extension.times} 次、每次 {rules.extension.most_days} 个工作日；"
        f"挂起最多 {rules.suspension.times} 次、每次 {rules.suspension.most_days} 个工作日；"
        f"超期 {rules.reminders.supervise_after.label}督办；回访 {rules.callback.phone_after.label}没有回复打电话、打 {rules.callback.tries} 天，{rules.callback.archive_after.label}没有回复归档、"
        f"要裁决的 {rules.callback.decide_within.label}内由班长裁决",
    )
    city_checks.report(console, city, [*_nobody(city), *_examples(city), *_unreached(city)])


@app.command("table")
def table() -> None:
    """Print the table of moves × roles in Markdown, as it stands in docs/tickets.md."""
    print(moves.table())


def _categories() -> list[str]:
    return [f"{one.name}/{leaf.name}" for one in catalog.categories() for leaf in one.children]


def _nobody(city: City) -> list[str]:
    """Categories whose tickets would go to nobody in some district."""
    found = []
    for category in _categories():
        if city.lead(category) is not None:
            continue
        without = [
            district.name
            for district in city.districts
            if city.handling.directed(category, district.name) is None and city.local(district.name) is None
        ]
        if without:
            found.append(f"{category}：{'、'.join(without)} 没有承办单位，要人工派单")
    return found


def _unreached(city: City) -> list[str]:
    """What is not known of how departments can be reached."""
    every, (hours, contacts) = len(city.departments), reach.lacking(city)
    said = [
        (hours, "没有写自己的上班时间（hours），按全市的算"),
        (contacts, "没有写联络员和电话（contact）、代理（deputies）"),
    ]
    return [
        f"departments.yml：{'所有' if len(names) == every else '、'.join(names[:5])}{'' if len(names) <= 5 else f'等 {len(names)} 个'}单位{told}"
        for names, told in said
        if names
    ]


def _examples(city: City) -> list[str]:
    named = city.handling.examples
    return [f"handling.yml：{'、'.join(named)} 只是样例，请换成本热线自己的规定"] if named else []
