"""``wenban kb test``: tries a file of questions with known entries (the batch hit test)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import NotFound
from core.progress import bars
from kb_index.cli.common import (
    OUTCOMES,
    AsJson,
    Index,
    Model,
    Regions,
    app,
    guarded,
    home_regions,
    index_dir,
    model_name,
    print_json,
    searcher_in,
)
from kb_index.entries.problems import shorten
from kb_index.measure.hits import IN_WORDS, Tried, changes, missing_entries, read_cases, try_all
from kb_index.search.searcher import Searcher


@app.command("test")
def hit_test(
    file: Annotated[
        Path, typer.Argument(help="Questions and the entry each should find: .jsonl, .csv or .xlsx.")
    ],
    baseline: Annotated[
        str | None, typer.Option(help="An earlier version: its name, or a folder (of a version or an index).")
    ] = None,
    version: Annotated[str | None, typer.Option(help="Version tested; default: the one in service.")] = None,
    region: Regions = None,
    index: Index = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Try a batch of questions (columns question and entry; no entry: nothing answers it), and list the misses.

    With --baseline the same questions are also put to an earlier version, and what got worse and better is listed.
    Exit code: 0 done; 1 with --baseline when something got worse; 2 could not run.
    """
    with guarded(), bars() as stage:
        cases = read_cases(file)
        regions, day = home_regions(region), dt.date.today()
        searcher = searcher_in(index_dir(index), version, model_name(model))
        tried = try_all(searcher, cases, regions, day, stage("逐题检索"))
        before: list[Tried] | None = None
        if baseline is not None:
            earlier = _baseline(baseline, index_dir(index), model_name(model))
            before = try_all(earlier, cases, regions, day, stage("逐题检索旧版本"))
    worse, better = changes(before, tried) if before is not None else ([], [])
    if as_json:
        found: dict[str, Any] = _summary(tried, searcher)
        found["misses"] = [t.to_json() for t in tried if not t.hit]
        if before is not None:
            found["baseline"] = _summary(before, earlier)
            pairs = {"worse": worse, "better": better}
            found |= {
                key: [{"before": b.to_json(), "after": a.to_json()} for b, a in pair]
                for key, pair in pairs.items()
            }
        print_json(found)
    else:
        _print(tried, searcher)
        if before is not None:
            hits = sum(t.hit for t in before)
            typer.echo(
                f"\n旧版本 {earlier.version} 命中 {hits} 条；变差 {len(worse)} 条，变好 {len(better)} 条"
            )
            for label, pairs_of in (("变差", worse), ("变好", better)):
                for old, now in pairs_of:
                    typer.echo(
                        f"{label}：{_question(now)}：{IN_WORDS[old.grade]} → {IN_WORDS[now.grade]}；{_found(now)}"
                    )
    if worse:
        raise typer.Exit(1)


def _baseline(name: str, folder: Path, model: str) -> Searcher:
    """Loads the baseline: a version by name or folder, or the version in service of another index folder."""
    path = Path(name)
    if (path / "manifest.json").is_file():
        path = path.resolve()
        return searcher_in(path.parent.parent, path.name, model)
    if (path / "CURRENT").is_file():
        return searcher_in(path, None, model)
    if "/" in name:
        raise NotFound(f"{name} 里没有知识库版本", code="kb_version")
    return searcher_in(folder, name, model)


def _summary(tried: list[Tried], searcher: Searcher) -> dict[str, Any]:
    hits = sum(t.hit for t in tried)
    return {
        "version": searcher.version,
        "questions": len(tried),
        "hits": hits,
        "hit_rate": round(hits / len(tried), 4),
        "grades": {grade: sum(t.grade == grade for t in tried) for grade in IN_WORDS},
        "missing_entries": missing_entries(tried, searcher),
    }


def _print(tried: list[Tried], searcher: Searcher) -> None:
    for t in tried:
        if not t.hit:
            wanted = f"应为 {t.expected}" if t.expected else "没有条目能答，不该直接答"
            typer.echo(f"{_question(t)}：{wanted}；{_found(t)}")
    missing = missing_entries(tried, searcher)
    if missing:
        typer.secho(f"这个版本里没有这些条目：{'、'.join(missing)}", fg="yellow", err=True)
    summary = _summary(tried, searcher)
    grades = "，".join(f"{IN_WORDS[g]} {n}" for g, n in summary["grades"].items() if n)
    typer.echo(
        f"版本 {summary['version']}：{summary['questions']} 条，命中 {summary['hits']} 条"
        f"（{summary['hit_rate']:.1%}）。{grades}"
    )


def _question(t: Tried) -> str:
    return f"第 {t.row} 行“{shorten(t.question)}”"


def _found(t: Tried) -> str:
    if not t.found:
        return "什么也没找到"
    place = f"，应有的排第 {t.found.index(t.expected) + 1}" if t.expected in t.found[1:] else ""
    return f"找到 {t.found[0]}“{shorten(t.titles[0], 24)}”（{OUTCOMES[t.outcome]}，把握 {t.probability:.0%}）{place}"
