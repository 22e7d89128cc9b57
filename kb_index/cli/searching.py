"""``wenban kb search``: searches one question and shows the scores behind the result."""

from __future__ import annotations

from typing import Any

import typer

from kb_index.cli.common import (
    OUTCOMES,
    AsJson,
    Index,
    Model,
    Regions,
    Shown,
    app,
    guarded,
    home_regions,
    index_dir,
    model_name,
    print_json,
    searcher_in,
)
from kb_index.search.searcher import Hit


@app.command()
def search(
    question: str,
    region: Regions = None,
    limit: Shown = 5,
    index: Index = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Search the version in service, and show the scores of each part, the probability, and the matching question."""
    with guarded():
        searcher = searcher_in(index_dir(index), None, model_name(model))
        result = searcher.search(question, home_regions(region, question), limit=limit)
        if as_json:
            hits = [{**_shown(hit), "variant": hit.variant} for hit in result.hits]
            print_json({"outcome": result.outcome, "version": result.version, "hits": hits})
            return
        typer.echo(f"结论：{OUTCOMES[result.outcome]}（版本 {result.version}）")
        for place, hit in enumerate(result.hits, 1):
            typer.echo(
                f"{place}. 把握 {hit.probability:.1%}  {hit.entry.id}  {hit.entry.title}\n"
                f"   合计 {hit.fused:.3f}  词面 {hit.lexical:.3f}  语义 {hit.dense:.3f}"
                f"  全文 {hit.whole:.3f}  命中问法：{hit.variant}"
            )


def _shown(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.entry.id,
        "title": hit.entry.title,
        "probability": hit.probability,
        "fused": hit.fused,
        "lexical": hit.lexical,
        "dense": hit.dense,
        "whole": hit.whole,
    }
