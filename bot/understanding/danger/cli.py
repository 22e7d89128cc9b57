"""``wenban danger …``: judges a message, and fits the judge to its examples."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer

from bot.understanding.category import fit as category
from bot.understanding.danger import fit, sequel, thresholds
from bot.understanding.danger.judgement import Judgement, Numbers
from bot.understanding.danger.judging import HERE, LETTER, Judge
from bot.understanding.danger.kinds import LABELS
from bot.understanding.encoding.reading import plain
from bot.understanding.encoding.tail import Tail
from core.errors import BadRequest
from core.text import written
from kb_index.language.pretrained import SHIPPED

TAIL = HERE / "tail.npz"
"""The file with the tail's weights."""

_BARS = {
    "clear": 0.8,
    "unclear": 0.3,
    "letter": 0.7,
    "even": 0.5,
    "quiet": 0.0,
    "alone": 0.99,
    "beside": 0.9,
    "letter_beside": 0.9,
    "window": 0.8,
    "scope": 0.5,
}
"""Thresholds with which texts are judged before these are fitted."""

app = typer.Typer(no_args_is_help=True, help="Danger and scope: judge a message, fit the judge.")

Encoder = Annotated[Path, typer.Option(help="Folder of the pretrained encoder.")]
"""The option ``--encoder``."""


@app.command("judge")
def judge_command(
    text: Annotated[str, typer.Argument(help="A message.")], encoder: Encoder = SHIPPED
) -> None:
    """Show the judgement of a message."""
    if not written(text):
        raise BadRequest("请写一句要判断的话")
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
    tuner = Tuner(encoder, LABELS, threads, below=7, own=2)
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
    held, wanted = [texts[n] for n in out], [labels[n] for n in out]
    stories, about = fit.mixed(texts, labels, away)
    rest = fit.fit_words([texts[n] for n in kept], [labels[n] for n in kept])
    words = rest.logits(held)
    tail = Tail(TAIL, encoder)
    logits = np.stack([tail.logits(plain(text)) for text in held])
    letters = [letter.text for letter in category.hands()["third"] if len(letter.text) >= LETTER]
    found: dict[str, Numbers] = {}
    for name, by_meaning in (("words_alone", None), ("with_tail", logits)):
        first = Numbers(*fit.weights(wanted, words, by_meaning), **_BARS)
        judged = _judged(first, rest, encoder, name, [*held, *stories, *letters])
        some, other = judged[: len(held)], judged[len(held) : -len(letters)]
        found[name] = replace(first, **thresholds.bars(held, wanted, some, judged[-len(letters) :]))
        if by_meaning is not None:
            quiet = thresholds.quiet(held, wanted, words, first.words)
            found[name] = replace(found[name], quiet=quiet)
        for what, shown, of in (("held back", wanted, some), ("stories", about, other)):
            figures = thresholds.figures(shown, of, found[name])
            typer.echo(f"{name}, {what}: " + ", ".join(f"{key} {value}" for key, value in figures.items()))
    fit.fit_words(texts, labels).save(HERE / "words.npz")
    fit.write_numbers(HERE / "numbers.json", found)
    fit_sequel_command()


@app.command("fit-sequel")
def fit_sequel_command() -> None:
    """Fit the reader of what is said after an alarm; prints its figures on each author, left out in turn."""
    rows = sequel.examples()
    for author in sorted({row[0] for row in rows}):
        held = [row for row in rows if row[0] == author]
        made = sequel.fit([row for row in rows if row[0] != author])
        typer.echo(f"{author}: {sequel.figures(made, held)}")
    sequel.fit(rows).save()


def _judged(
    numbers: Numbers, words: fit.Fitted, encoder: Path, name: str, texts: list[str]
) -> list[Judgement]:
    """The judgements of texts by words that have not seen them."""
    with TemporaryDirectory() as folder:
        words.save(Path(folder) / "words.npz")
        shutil.copy(TAIL, Path(folder) / TAIL.name)
        fit.write_numbers(Path(folder) / "numbers.json", {name: numbers})
        judge = Judge(Path(folder), encoder if name == "with_tail" else None)
        return [judge.judgement(text) for text in texts]
