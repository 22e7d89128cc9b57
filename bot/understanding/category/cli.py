"""``wenban category …``: suggests a story's category, and fits the classifier to its examples."""

from __future__ import annotations

import json
from typing import Annotated

import numpy as np
import typer

from bot.understanding.category import fit
from bot.understanding.category.judging import HERE, Classifier, suggest
from core.errors import BadRequest
from core.text import written
from kb_index.language.pretrained import SHIPPED
from tickets import catalog

app = typer.Typer(no_args_is_help=True, help="The category of a story: suggest it, make the classifier anew.")

Held = Annotated[str, typer.Option(help="The author some of whose letters the weights are fitted on.")]
"""The option ``--held``."""


@app.command("suggest")
def suggest_command(text: Annotated[str, typer.Argument(help="A story.")]) -> None:
    """Print the probable category of a story, and the probability (0 to 1) that its level 1 is right."""
    if not written(text):
        raise BadRequest("请写一段要归类的诉求")
    found = suggest(text)
    typer.echo(
        "nothing points to a category" if found is None else f"{found.category} {found.confidence:.3f}"
    )


@app.command("tune")
def tune_command(
    held: Held = "third",
    epochs: Annotated[int, typer.Option(help="Times every letter is seen.")] = 8,
    threads: Annotated[int, typer.Option(help="CPU threads.")] = 1,
) -> None:
    """Tune the tail on all letters except those held back. Takes about ten minutes of one core; run `fit` afterwards."""
    from bot.understanding.encoding.tuning import Tuner

    kept, _ = fit.parted(held)
    tuner = Tuner(SHIPPED, catalog.names(), threads)
    states = tuner.states([letter.text for letter in kept])
    tail = tuner.tune(states, [letter.category for letter in kept], epochs, typer.echo)
    tuner.save(tail, HERE / "tail.npz")


@app.command("fit")
def fit_command(held: Held = "third") -> None:
    """Fit the weights of words and tail on the letters held back, and print the shares that are then right."""
    _, away = fit.parted(held)
    wanted = [letter.category for letter in away]
    classifier = Classifier()
    nothing = np.zeros(len(catalog.names()))
    scores = [catalog.scores(letter.text) for letter in away]
    words = np.stack([nothing if one is None else one for one in scores]).astype(np.float32)
    tail = np.stack([classifier.tail_scores(letter.text) for letter in away])
    found = {
        "words_alone": fit.weights(wanted, words, None),
        "with_tail": fit.weights(wanted, words, tail),
    }
    for name, one in found.items():
        level1, whole = fit.right(wanted, words, tail if name == "with_tail" else None, one)
        typer.echo(
            f"{name}: level 1 right {level1:.3f}, whole category {whole:.3f} of {len(wanted)} letters held back"
        )
    (HERE / "weights.json").write_text(json.dumps(found, indent=2) + "\n", "utf-8")
