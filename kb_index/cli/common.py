"""Shared by all ``wenban kb`` commands: the command group, options, error handling."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import NotFound
from core.mishaps import in_words
from core.settings import load_settings
from kb_index.index.versions import current_version
from kb_index.search.calibration import Calibration
from kb_index.search.loading import load_searcher
from kb_index.search.searcher import Searcher

if TYPE_CHECKING:
    from kb_index.measure.evaluate import Labelled

app = typer.Typer(help="The knowledge base: check, build, search, measure.", no_args_is_help=True)
"""The group of all ``wenban kb`` commands."""

Knowledge = Annotated[
    Path | None, typer.Option("--dir", help="Folder of Markdown entries (setting: knowledge_dir).")
]
"""Option: folder of the entries; None: the setting's."""
Index = Annotated[
    Path | None, typer.Option("--index", help="Folder of index versions (default: the setting's).")
]
"""Option: folder of the index versions; None: the setting's."""
Model = Annotated[
    str | None, typer.Option("--model", help="sentence-transformers folder or name (setting: kb_model).")
]
"""Option: the static model; None: the setting's."""
Regions = Annotated[
    list[str] | None,
    typer.Option("--region", help="Where the citizen is, all levels (default: the city's)."),
]
"""Option: regions of the citizen; None: the city's."""
Questions = Annotated[
    list[Path] | None,
    typer.Option(help="Labelled questions, JSON lines; may be repeated; default: the shipped set."),
]
"""Option: files of labelled questions; None: the shipped ones."""
Shown = Annotated[int, typer.Option(min=1, max=50, help="Most hits shown.")]
"""Option: most hits to show."""
SkipBroken = Annotated[bool, typer.Option(help="Leave entries with errors out instead of refusing.")]
"""Option: leave entries with errors out."""
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
"""Option: print JSON."""

OUTCOMES = {"answer": "直接答", "ask_back": "反问，列出候选", "unknown": "说不知道，转人工"}
"""Outcome of a search → its Chinese description for editors."""


def knowledge_dir(path: Path | None) -> Path:
    """The given knowledge folder; None: the one of the settings."""
    return path or load_settings().knowledge_dir


def index_dir(path: Path | None) -> Path:
    """The given index folder; None: the one of the settings."""
    return path or load_settings().index_dir


def model_name(name: str | None) -> str:
    """The given model; None: the one of the settings."""
    return name or load_settings().kb_model


def labelled(files: list[Path] | None, knowledge: Path | None, others: float = 1.0) -> list[Labelled]:
    """The labelled questions of all files; without any, those of the knowledge folder.

    Args:
        files: the files.
        knowledge: the knowledge folder.
        others: weight of the questions of other files than the knowledge folder's own.
    """
    from kb_index.measure.evaluate import read_questions

    own = knowledge_dir(knowledge) / "questions.jsonl"
    return [
        replace(q, weight=1.0 if file.resolve() == own.resolve() else others)
        for file in files or [own]
        for q in read_questions(file)
    ]


def home_regions(names: list[str] | None, question: str = "") -> Sequence[str]:
    """The given regions; without any, those of the city profile and of the district that the question names."""
    return names or load_settings().city.regions_of(question)


def print_json(data: Any) -> None:
    """Prints data as JSON."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


def weights_in_words(numbers: Calibration) -> str:
    """What a version's weights were fitted to, in Chinese for editors."""
    found = numbers.report or {}
    if numbers.source == "labelled":
        return "用标注问题拟合的那一套"
    if numbers.source == "safe":
        return (
            f"稳妥的通用一套（本库能留出来试的相似问法只有 {found.get('variants', 0)} 条，不够拟合；"
            "每个条目多写几条相似问法，权重就会按本库拟合）"
        )
    first = {name: found[name]["recall_at_1"] for name in ("fitted", "safe", "words")}
    chosen = {"fitted": "按本库的相似问法拟合", "safe": "稳妥的通用一套", "words": "只看词面"}
    return (
        f"{chosen[found['weights']]}（留出 {found['variants']} 条相似问法来试，排第一的：拟合 {first['fitted']:.1%}，"
        f"通用 {first['safe']:.1%}，只看词面 {first['words']:.1%}）"
    )


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Turns an expected error in the block into one line on standard error and exit code 2."""
    try:
        yield
    except Exception as error:
        words = in_words(error)
        if words is None:
            raise
        typer.secho(words, fg="red", err=True)
        raise typer.Exit(2) from error


def searcher_in(folder: Path, version: str | None, model: str) -> Searcher:
    """Loads a version of an index folder for searching.

    Args:
        folder: the index folder.
        version: name of the version; None: the one in service.
        model: the model the version was built with.

    Raises:
        NotFound: when there is no such version.
    """
    name = version or current_version(folder)
    if name is None:
        raise NotFound("还没有知识库版本，请先运行 wenban kb build", code="kb_version")
    return load_searcher(folder, name, model, load_settings().kb_reranker)
