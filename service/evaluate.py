"""``wenban evaluate``: measures with labelled messages what citizens see, through the whole system."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress

from bot.evaluation import ANSWERS, DANGERS, MATTERS, TALKS, talks, talks_told, whole
from bot.evaluation.rows import AnswerRow, DangerRow, MatterRow, TalkRow, read
from bot.evaluation.seen import Seen
from core.settings import load_settings
from kb_index.entries.folder import load_folder
from service import logs
from service.measured import Measured, measured

app = typer.Typer(
    no_args_is_help=True,
    help="What citizens see, measured end to end: first messages (answers, matters, danger) and whole talks.",
)

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


@app.command("talks")
def talks_command(
    file: Annotated[
        Path | None,
        typer.Argument(
            help='Rows {"id", "channel", "turns": [{"say", "expect"}, …]}, each one conversation; default: held-out ones.'
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure whole talks turn by turn: first questions, follow-ups, unanswerable ones, matters, danger."""
    entries = {one.entry.id for one in load_folder(load_settings().knowledge_dir)[0]}
    rows = read(file or TALKS, TalkRow, talks.wrong_in(entries))
    said = [[turn.say for turn in row.turns] for row in rows]
    seen: list[list[Seen]] = _run("Talks", len(said), lambda system, done: system.talk_all(said, done))
    figures = talks.talks(rows, seen)
    if as_json:
        _print(figures, as_json)
        return
    for line in talks_told.lines(figures, _SHOWN):
        typer.echo(line)


def _say(texts: Sequence[str]) -> list[Seen]:
    return _run("Messages", len(texts), lambda system, done: system.say_all(texts, done))


_Found = TypeVar("_Found")


def _run(
    what: str, total: int, work: Callable[[Measured, Callable[[], None]], Awaitable[list[_Found]]]
) -> list[_Found]:
    """Start the whole system, and do the work with it, which calls its second argument after each part.

    Args:
        what: how the terminal names the parts.
        total: the number of parts.
    """
    settings = load_settings()
    logs.configure("error", settings.log_format)

    async def run() -> list[_Found]:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("Starting Rasa and the app", total=None)
            async with measured(settings) as system:
                progress.update(task, description=what, total=total, completed=0)
                return await work(system, lambda: progress.advance(task))

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
