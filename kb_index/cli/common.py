"""Shared by all ``wenban kb`` commands: the command group, options, error handling."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import NotFound, WenbanError
from core.settings import load_settings
from kb_index.index.versions import current_version
from kb_index.search.loading import load_searcher
from kb_index.search.searcher import Searcher

app = typer.Typer(help="The knowledge base: check, build, search, measure.", no_args_is_help=True)

Knowledge = Annotated[
    Path | None, typer.Option("--dir", help="Folder of Markdown entries (setting: knowledge_dir).")
]
Index = Annotated[
    Path | None, typer.Option("--index", help="Folder of index versions (setting: kb_index_dir).")
]
Model = Annotated[
    str | None, typer.Option("--model", help="sentence-transformers folder or name (setting: kb_model).")
]
Regions = Annotated[
    list[str] | None,
    typer.Option("--region", help="Where the citizen is, all levels (default: the city's)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


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


def home_regions(names: list[str] | None) -> Sequence[str]:
    """The given regions; without any, those of the city profile."""
    return names or load_settings().city.regions


def print_json(data: Any) -> None:
    """Prints data as JSON."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Turns an expected error in the block into one line on standard error and exit code 2."""
    try:
        yield
    except WenbanError as error:
        typer.secho(error.message, fg="red", err=True)
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
