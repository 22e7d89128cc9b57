"""``wenban evaluate``: measures with labelled messages what citizens see, through the whole system."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from bot.evaluation import ANSWERS, DANGERS, MATTERS, whole
from bot.evaluation.rows import AnswerRow, DangerRow, MatterRow, read
from bot.evaluation.seen import Seen
from core.settings import load_settings
from service import logs
from service.measured import measured

app = typer.Typer(no_args_is_help=True, help="What citizens see, measured end to end.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
"""Option: print JSON."""
_SHOWN = 20
"""Most misses that are shown on the terminal. ``--json`` shows all."""


@app.command("answers")
def answers_command(
    file: Annotated[
        Path | None,
        typer.Argument(help='Rows {"question", "entry"} (null: nothing answers it); default: held-out ones.'),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure questions: answered right at once, among choices, put into the form, not known, or wrong."""
    rows = read(file or ANSWERS, AnswerRow)
    _print(whole.answers(rows, _say([row.question for row in rows])), as_json)


@app.command("matters")
def matters_command(
    file: Annotated[
        Path | None,
        typer.Argument(help='Rows {"text", "kind"}: matter, question, both, talk; default: held-out ones.'),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure messages: taken for a matter, a question, both, or talk."""
    rows = read(file or MATTERS, MatterRow)
    _print(whole.matters(rows, _say([row.text for row in rows])), as_json)


@app.command("danger")
def danger_command(
    file: Annotated[
        Path | None,
        typer.Argument(help='Rows {"text", "label"}: a danger, scope_…, none; default: held-out ones.'),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure danger: recognised where there is danger and only there; and matters out of scope: declined."""
    rows = read(file or DANGERS, DangerRow)
    _print(whole.danger(rows, _say([row.text for row in rows])), as_json)


def _say(texts: Sequence[str]) -> list[Seen]:
    settings = load_settings()
    logs.configure("error", settings.log_format)

    async def run() -> list[Seen]:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("Starting Rasa and the app", total=None)
            async with measured(settings) as system:
                progress.update(task, description="Messages", total=len(texts), completed=0)
                return await system.say_all(texts, lambda: progress.advance(task))

    return asyncio.run(run())


def _print(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=2))
        return
    for miss in figures.pop("misses", [])[:_SHOWN]:
        typer.echo(f"{miss['kind']:<15}{miss['expected']} ← {miss['got']}: {miss['text'][:80]}")
    for pair in figures.pop("confusions", []):
        typer.echo(
            f"{pair['count']:>4}  {pair['expected']} → {pair['predicted']}: {pair['examples'][0][:80]}"
        )
    for name, value in figures.items():
        typer.echo(f"{name:<24}{json.dumps(value, ensure_ascii=False)}")
