"""``wenban danger …``: judge a message, and make the judge anew from its examples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from bot.understanding.danger import fit
from bot.understanding.danger.judging import ENCODER, HERE, Judge
from bot.understanding.danger.kinds import LABELS, Floats
from core.errors import ConfigurationError

app = typer.Typer(no_args_is_help=True, help="Danger and scope: judge a message, make the judge anew.")
HELD = HERE / "held.npz"
"""What a tail said of messages that it was not tuned on; thresholds are fitted on these."""

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
    held: Annotated[
        str, typer.Option(help="The hand whose messages the thresholds are fitted on.")
    ] = "second",
    epochs: Annotated[int, typer.Option(help="Times every message is seen.")] = 6,
    threads: Annotated[int, typer.Option(help="CPU threads.")] = 1,
    encoder: Encoder = ENCODER,
) -> None:
    """Tune the tail twice: without one hand, to fit thresholds on that hand's words; then on everything.

    Half an hour of one core. `wenban danger fit` comes after.
    """
    from bot.understanding.danger.tune import Tuner

    groups = fit.groups()
    if held not in {group.name for group in groups}:
        raise ConfigurationError(f"There are no examples by the hand {held!r} in {fit.EXAMPLES}")
    tuner = Tuner(encoder, threads)
    texts, labels, away = fit.parted(groups, held)
    mixed, mixed_labels = fit.mixed(texts, labels, ~away)
    states = tuner.states(texts)
    typer.echo(f"Without {held}:")
    kept = [n for n in range(len(texts)) if not away[n]]
    tail = tuner.tune(
        [*(states[n] for n in kept), *tuner.states(mixed)],
        [*(labels[n] for n in kept), *mixed_labels],
        epochs,
        typer.echo,
    )
    out = np.flatnonzero(away)
    np.savez_compressed(HELD, logits=tuner.logits(tail, [states[n] for n in out]).astype(np.float16))
    typer.echo("On everything:")
    mixed, mixed_labels = fit.mixed(texts, labels, np.ones(len(texts), bool))
    whole = tuner.tune([*states, *tuner.states(mixed)], [*labels, *mixed_labels], epochs, typer.echo)
    tuner.save(whole, HERE / "tail.npz")


@app.command("fit")
def fit_command(
    held: Annotated[
        str, typer.Option(help="The hand whose messages the thresholds are fitted on.")
    ] = "second",
) -> None:
    """Fit the words' scores, what each score is worth, and the thresholds; prints what they give."""
    groups = fit.groups()
    texts, labels, away = fit.parted(groups, held)
    kept = [n for n in range(len(texts)) if not away[n]]
    fitted = fit.fit_words([texts[n] for n in kept], [labels[n] for n in kept])
    out = [n for n in range(len(texts)) if away[n]]
    words, wanted = fitted.logits([texts[n] for n in out]), [labels[n] for n in out]
    tail: Floats | None = None
    if HELD.is_file():
        tail = np.load(HELD)["logits"].astype(np.float32)
        if tail.shape != (len(out), len(LABELS)):
            raise ConfigurationError(
                "The examples changed since the tail was tuned: run `wenban danger tune` first."
            )
    numbers = {"words_alone": fit.numbers(wanted, words, None)}
    if tail is not None:
        numbers["with_tail"] = fit.numbers(wanted, words, tail)
    for name, one in numbers.items():
        figures = fit.figures(wanted, words, tail if name == "with_tail" else None, one)
        typer.echo(f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()))
    fit.fit_words(texts, labels).save(HERE / "words.npz")
    fit.write_numbers(HERE / "numbers.json", numbers)
