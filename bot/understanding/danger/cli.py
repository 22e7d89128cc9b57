"""``wenban danger …``: judge a message, and make the judge anew from its examples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from bot.understanding.danger import fit
from bot.understanding.danger.judging import HERE, Judge
from bot.understanding.danger.kinds import LABELS
from bot.understanding.encoding.bert import ENCODER
from bot.understanding.encoding.reading import plain
from bot.understanding.encoding.tail import Tail
from core.errors import ConfigurationError

TAIL = HERE / "tail.npz"
"""Weights of the tail."""

app = typer.Typer(no_args_is_help=True, help="Danger and scope: judge a message, make the judge anew.")

Held = Annotated[str, typer.Option(help="The hand some of whose messages the thresholds are fitted on.")]
Encoder = Annotated[Path, typer.Option(help="Folder of the pretrained encoder.")]


@app.command("judge")
def judge_command(
    text: Annotated[str, typer.Argument(help="A message.")], encoder: Encoder = ENCODER
) -> None:
    """Say what a message is taken for, and how surely."""
    judge = Judge(encoder=encoder)
    found = judge.judgement(text)
    danger, scope = judge.judge(text), judge.scope(text)
    verdict = "nothing" if danger is None else "clear" if danger.clear else "asked about"
    typer.echo(f"danger {found.danger[1]} {found.danger[0]:.3f}: {verdict}")
    typer.echo(f"scope  {found.scope[1]} {found.scope[0]:.3f}: {scope or 'nothing'}")
    if not judge.with_tail:
        typer.echo("(by words alone: there is no pretrained encoder)")


@app.command("tune")
def tune_command(
    held: Held = "second",
    epochs: Annotated[int, typer.Option(help="Times every message is seen.")] = 5,
    threads: Annotated[int, typer.Option(help="CPU threads.")] = 1,
    encoder: Encoder = ENCODER,
) -> None:
    """Tune the tail on all examples but those held back for the thresholds.

    A quarter of an hour of one core. `wenban danger fit` comes after.
    """
    from bot.understanding.encoding.tuning import Tuner

    texts, labels, away = _parted(held)
    kept = [n for n in range(len(texts)) if not away[n]]
    mixed, mixed_labels = fit.mixed(texts, labels, ~away)
    tuner = Tuner(encoder, LABELS, threads)
    tail = tuner.tune(
        tuner.states([*(texts[n] for n in kept), *mixed]),
        [*(labels[n] for n in kept), *mixed_labels],
        epochs,
        typer.echo,
    )
    tuner.save(tail, TAIL)


@app.command("fit")
def fit_command(held: Held = "second", encoder: Encoder = ENCODER) -> None:
    """Fit the words' scores, what each score is worth, and the thresholds; prints what they give."""
    texts, labels, away = _parted(held)
    kept, out = np.flatnonzero(~away), np.flatnonzero(away)
    wanted = [labels[n] for n in out]
    rest = fit.fit_words([texts[n] for n in kept], [labels[n] for n in kept])
    words = rest.logits([texts[n] for n in out])
    tail = Tail(TAIL, encoder)
    logits = np.stack([tail.logits(plain(texts[n])) for n in out])
    numbers = {
        "words_alone": fit.numbers(wanted, words, None),
        "with_tail": fit.numbers(wanted, words, logits),
    }
    for name, one in numbers.items():
        figures = fit.figures(wanted, words, logits if name == "with_tail" else None, one)
        typer.echo(f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()))
    fit.fit_words(texts, labels).save(HERE / "words.npz")
    fit.write_numbers(HERE / "numbers.json", numbers)


def _parted(held: str) -> tuple[list[str], list[str], NDArray[np.bool_]]:
    groups = fit.groups()
    if held not in {group.name for group in groups}:
        raise ConfigurationError(f"There are no examples by the hand {held!r} in {fit.EXAMPLES}")
    return fit.parted(groups, held)
