"""``wenban danger …``: judges a message, and fits the judge to its examples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from bot.understanding.danger import fit
from bot.understanding.danger.judging import HERE, Judge
from bot.understanding.danger.kinds import LABELS
from bot.understanding.encoding.reading import plain
from bot.understanding.encoding.tail import Tail
from kb_index.language.pretrained import SHIPPED

TAIL = HERE / "tail.npz"
"""The file with the tail's weights."""

app = typer.Typer(no_args_is_help=True, help="Danger and scope: judge a message, fit the judge.")

Encoder = Annotated[Path, typer.Option(help="Folder of the pretrained encoder.")]


@app.command("judge")
def judge_command(
    text: Annotated[str, typer.Argument(help="A message.")], encoder: Encoder = SHIPPED
) -> None:
    """Show the judgement of a message."""
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
    epochs: Annotated[int, typer.Option(help="Times every message is seen.")] = 5,
    threads: Annotated[int, typer.Option(help="CPU threads.")] = 1,
    encoder: Encoder = SHIPPED,
    further: Annotated[bool, typer.Option(help="Tune the present tail further, with lower rates.")] = False,
) -> None:
    """Tune the tail on all examples except those held back for the thresholds.

    It takes about 20 minutes of one core, for 5 epochs. Run `wenban danger fit` afterwards.
    """
    from bot.understanding.encoding.tuning import Tuner

    texts, labels, away = fit.parted(fit.groups())
    kept = [n for n in range(len(texts)) if not away[n]]
    mixed, mixed_labels = fit.mixed(texts, labels, ~away)
    tuner = Tuner(encoder, LABELS, threads)
    tail = tuner.tune(
        tuner.states([*(texts[n] for n in kept), *mixed]),
        [*(labels[n] for n in kept), *mixed_labels],
        epochs,
        typer.echo,
        TAIL if further else None,
    )
    tuner.save(tail, TAIL)


@app.command("fit")
def fit_command(encoder: Encoder = SHIPPED) -> None:
    """Fit the score by words, the weights of both scores, and the thresholds; prints their figures."""
    texts, labels, away = fit.parted(fit.groups())
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
