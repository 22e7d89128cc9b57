"""What both commands that check a city's files do: read the profile, print what is missing and what is wrong, and end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from core.city import City, load_city
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
