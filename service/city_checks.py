"""What both commands that check a city's files do: read the profile, print what is missing and what is wrong, and end."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from core.city import City, load_city
from core.city.facts import Facts
from core.city.facts.reading import Read, files_in, named_twice, national_numbers, out_of_date, read_file
from core.city.loading import FACTS, profile_folder
from core.clock import local, now
from core.errors import ConfigurationError
from core.settings import load_settings
from tickets import deadlines, departments

Profile = Annotated[
    str | None,
    typer.Argument(help="A folder's name in city/, or a folder's path; default: the one in service."),
]
"""The argument of a command that names a profile."""


def read(profile: str | None) -> City:
    """The named profile; None: the one in service."""
    return load_city(load_settings().city_profile if profile is None else profile)


def say(console: Console, line: str) -> None:
    """Print a line as it is, however long."""
    console.print(line, highlight=False, soft_wrap=True)


def facts_folder(profile: str | None) -> Path:
    """The folder of the named profile's facts; None: of those in service."""
    return load_settings().facts_folder if profile is None else profile_folder(profile) / FACTS


def report_facts(console: Console, city: City, folder: Path) -> bool:
    """Print how many facts there are, what is out of date in them, and what is wrong.

    Returns:
        Whether nothing is wrong.
    """
    good: list[Read] = []
    wrong: list[str] = []
    for path in files_in(folder):
        try:
            good.append(read_file(path, folder, city))
        except ConfigurationError as error:
            wrong += error.message.splitlines()
    facts = Facts(city, [one.facts for one in good], national_numbers())
    say(console, f"事实（{folder}）：{len(facts)} 条，另有 {len(facts.national)} 个全国统一的号码")
    for line in out_of_date(good, local(now()).date()):
        say(console, f"[yellow]![/] {escape(line)}")
    wrong += named_twice(good)
    for line in wrong:
        say(console, f"[red]✗[/] {escape(line)}")
    return not wrong


def report(console: Console, city: City, missing: Iterable[str]) -> None:
    """Print what is missing, and what is wrong in the profile.

    Raises:
        typer.Exit: with status 1, when something is wrong.
    """
    for line in missing:
        say(console, f"[yellow]![/] {escape(line)}")
    wrong = [f"departments.yml：{line}" for line in departments.unknown_categories(city)]
    wrong += [f"deadlines.yml：{line}" for line in deadlines.unknown(city)]
    wrong += [f"handling.yml：{line}" for line in departments.unknown_directory(city)]
    for line in wrong:
        say(console, f"[red]✗[/] {escape(line)}")
    if wrong:
        raise typer.Exit(1)
