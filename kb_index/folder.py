"""The files of a knowledge folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from core.errors import NotFound
from kb_index.entries import ParsedEntry, parse_file
from kb_index.problems import Problem

NOT_ENTRIES = frozenset({"README.md"})


def entry_files(folder: Path) -> Iterator[Path]:
    """Every ``*.md`` below the folder in path order; README.md and hidden files and folders are left out.

    Raises:
        NotFound: when the folder is not there.
    """
    if not folder.is_dir():
        raise NotFound(f"没有知识库文件夹 {folder}", code="kb_folder")
    for path in sorted(folder.rglob("*.md")):
        inside = path.relative_to(folder).parts
        hidden = any(part.startswith((".", "_")) for part in inside)
        if path.name not in NOT_ENTRIES and not hidden and path.is_file():
            yield path


def parse_files(paths: Iterable[Path], folder: Path) -> tuple[list[ParsedEntry], list[Problem]]:
    """Parses files of a folder, in the order given: the usable entries, and everything found wrong."""
    parsed: list[ParsedEntry] = []
    problems: list[Problem] = []
    for path in paths:
        entry, found = parse_file(path, folder)
        problems += found
        if entry is not None:
            parsed.append(entry)
    return parsed, problems


def load_folder(folder: Path) -> tuple[list[ParsedEntry], list[Problem]]:
    """Parses every entry of a folder.

    Raises:
        NotFound: when the folder is not there.
    """
    return parse_files(entry_files(folder), folder)
