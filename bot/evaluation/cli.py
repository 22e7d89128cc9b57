"""``wenban nlu …``: measures the understanding of messages, on the held-out sets or on another file."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.evaluation import CATEGORIES, MESSAGES, REQUESTS, STORIES, STORIES_NOW, STORIES_TOLD, dispatching
from bot.evaluation import slots as slot_figures
from bot.evaluation.figures import accuracy, confusions, macro_f1
from bot.evaluation.rows import CategoryRow, MessageRow, RequestsRow, StoryRow, read
from bot.parsing import parse
from bot.understanding import category
from bot.understanding.splitting import split
from core.clock import SHANGHAI
from core.errors import ConfigurationError
from core.settings import load_settings
from tickets import catalog

app = typer.Typer(no_args_is_help=True, help="Understanding: measure intents, categories and slots.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
"""The option ``--json``."""
NOTHING = "（未归类）"
"""Shown as the category of a story for which nothing was suggested."""


@app.command("evaluate")
def evaluate_command(
    file: Annotated[
        Path | None,
        typer.Argument(help='Rows {"text", "intent"}, JSON lines; default: the held-out messages.'),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Intent accuracy of the trained Rasa model (trained first if it is not there yet)."""
    rows = read(file or MESSAGES, MessageRow)
    found = parse(load_settings(), [row.text for row in rows])
    expected = [row.intent for row in rows]
    predicted = [str(item["intent"]) for item in found]
    _print(_figures([row.text for row in rows], expected, predicted), as_json)


@app.command("classify")
def classify_command(
    file: Annotated[
        Path | None,
        typer.Argument(help='Rows {"text", "category"}, JSON lines; default: the held-out stories.'),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Accuracy of the category suggested for a story; a label is 一级 or 一级/二级."""
    rows = read(file or CATEGORIES, CategoryRow, _unknown_category)
    texts = [row.text for row in rows]
    expected = [row.category.partition("/")[0] for row in rows]
    suggested = [category.suggest(text) for text in texts]
    predicted = [found.level1 if found else NOTHING for found in suggested]
    figures = _figures(texts, expected, predicted)
    exact = [
        (row.category, found.category if found else NOTHING)
        for row, found in zip(rows, suggested, strict=True)
        if "/" in row.category
    ]
    level_2 = round(accuracy(*map(list, zip(*exact, strict=True))), 4) if exact else None
    _print({**figures, "accuracy_level_2": level_2}, as_json)


@app.command("dispatch")
def dispatch_command(
    file: Annotated[
        Path | None,
        typer.Argument(help='Rows {"text", "category"}, JSON lines; default: the held-out stories.'),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What automatic dispatch would be worth from each certainty on, over all districts of the city."""
    rows = read(file or CATEGORIES, CategoryRow, _unknown_category)
    found = dispatching.figures(rows, load_settings().city)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        typer.echo(
            f"from {one.bar:.2f}: {one.dispatched:.1%} dispatched, {one.right:.1%} of them right, "
            f"at least {one.least:.1%} by 95 % confidence"
        )


@app.command("slots")
def slots_command(
    file: Annotated[
        Path | None,
        typer.Argument(
            help='Rows {"text", "slots"}, JSON lines, "not" for what must not be read; default: the held-out stories.'
        ),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            help="The moment the stories were told, ISO 8601, in China's time; default: that of the file."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Precision, recall and F1 of the slots read from first messages."""
    told = STORIES_TOLD.get((file or STORIES).name, STORIES_NOW) if now is None else now
    try:
        moment = datetime.fromisoformat(told)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise ConfigurationError("--now 要写成 2026-01-31T08:30 这样") from error
    result = slot_figures.evaluate(
        read(file or STORIES, StoryRow, slot_figures.wrong_slots), moment, load_settings().city
    )
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2))
        return
    typer.echo(f"{'slot':<16}{'precision':>10}{'recall':>8}{'F1':>8}{'wanted':>8}")
    for name, one in result["per_slot"].items():
        typer.echo(
            f"{name:<16}{one['precision']:>10.3f}{one['recall']:>8.3f}{one['f1']:>8.3f}{one['wanted']:>8}"
        )
    typer.echo(
        f"{result['messages']} stories, precision {result['precision']:.3f}, recall {result['recall']:.3f}, "
        f"micro-F1 {result['micro_f1']:.3f}, {result['forbidden']} forbidden readings; with what is asked recall "
        f"{result['recall_asked']:.3f}, with places that lead there precision {result['precision_leads']:.3f}"
    )


@app.command("fit-slots")
def fit_slots_command(
    store: Annotated[
        float, typer.Option(help="Share (0 to 1) that must be right of all that is stored.")
    ] = 0.95,
    each: Annotated[float, typer.Option(help="The same of each field.")] = 0.9,
    short: Annotated[
        float, typer.Option(help="The same of what rules and chooser agree on in a short message.")
    ] = 0.85,
    ask: Annotated[float, typer.Option(help="Least probability (0 to 1) of what is asked about.")] = 0.5,
) -> None:
    """Train what reads the slots, and its thresholds, on the annotated stories. Takes six minutes of one core."""
    # Not at the top: the app imports this module, and never trains.
    from bot.understanding.slots import fit, reading

    for line in fit.renewed(
        reading.HERE, datetime.fromisoformat(STORIES_NOW), load_settings().city, store, each, short, ask
    ):
        typer.echo(line)


@app.command("fit-seams")
def fit_seams_command() -> None:
    """Train the judge that tells where a message goes over to another matter. Takes some minutes of one core."""
    # Not at the top: the app imports this module, and never trains.
    from bot.understanding.seams import fit, judging

    for line in fit.renewed(judging.WEIGHTS):
        typer.echo(line)


@app.command("requests")
def requests_command(
    file: Annotated[
        Path | None,
        typer.Argument(
            help='Rows {"text", "matters"}, JSON lines; default: the held-out messages of one and two matters.'
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Share of the messages that are cut into as many parts as they hold separate matters."""
    rows = read(file or REQUESTS, RequestsRow)
    right = [len(split(row.text)) == row.matters for row in rows]
    groups = {
        "right": right,
        "right_single": [one for one, row in zip(right, rows, strict=True) if row.matters == 1],
        "right_double": [one for one, row in zip(right, rows, strict=True) if row.matters > 1],
    }
    found = {name: round(sum(group) / len(group), 4) if group else None for name, group in groups.items()}
    if as_json:
        typer.echo(json.dumps({"messages": len(rows), **found}, ensure_ascii=False, indent=2))
        return
    for row, one in zip(rows, right, strict=True):
        if not one:
            typer.echo(
                f"{row.matters} ≠ {len(split(row.text))}: {' ‖ '.join(part.text for part in split(row.text))}"
            )
    typer.echo(f"{len(rows)} messages, " + ", ".join(f"{name} {value}" for name, value in found.items()))


def _unknown_category(row: CategoryRow) -> str | None:
    level1, slash, level2 = row.category.partition("/")
    children = {c.name: {leaf.name for leaf in c.children} for c in catalog.categories()}
    if level1 not in children or (slash and level2 not in children[level1]):
        return f"没有这个分类：{row.category}"
    return None


def _figures(texts: list[str], expected: list[str], predicted: list[str]) -> dict[str, Any]:
    return {
        "messages": len(texts),
        "accuracy": round(accuracy(expected, predicted), 4),
        "macro_f1": round(macro_f1(expected, predicted), 4),
        "confusions": confusions(texts, expected, predicted),
    }


def _print(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=2))
        return
    for pair in figures["confusions"]:
        examples = "；".join(pair["examples"])
        typer.echo(f"{pair['count']:>3}  {pair['expected']} → {pair['predicted']}: {examples}")
    typer.echo(
        f"{figures['messages']} messages, accuracy {figures['accuracy']:.3f}, macro-F1 {figures['macro_f1']:.3f}"
        + (
            f", both levels {figures['accuracy_level_2']:.3f}"
            if figures.get("accuracy_level_2") is not None
            else ""
        )
    )
