"""Makes commands in tests fast: the tree of a command is made once in a process, as it is for an operator."""

from __future__ import annotations

from functools import cache
from typing import Any

import typer.main
import typer.testing
from typer import Typer


def share_commands() -> None:
    """Let all calls of a command in this process share the tree of its sub-commands, which no call changes.

    Typer makes the tree at each call. ``wenban`` calls it once in a process; the tests do so a thousand times, and to make
    the tree takes longer than most commands.
    """
    make = typer.main.get_command

    @cache
    def made(app: Typer, commands: int, groups: int) -> Any:
        return make(app)

    def command(app: Typer) -> Any:
        # The whole command gets its sub-commands late (service/cli.py), so their number tells trees apart.
        return made(app, len(app.registered_commands), len(app.registered_groups))

    typer.main.get_command = command
    typer.testing._get_command = command
