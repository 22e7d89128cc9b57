"""The knowledge folder: which files are entries, and reports on files that look like mistakes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from core.errors import NotFound
from core.progress import Progress
from kb_index.entries.entry import ParsedEntry, parse_file
from kb_index.entries.links import expand
from kb_index.entries.problems import Problem, Severity

NOT_ENTRIES = {"README.md"}
"""Names of Markdown files that are not entries."""
OTHER_FILES = {"words.txt", "synonyms.yml", "places.yml", "questions.jsonl", "details.jsonl"}
"""Names of the files that belong into the knowledge folder besides the entries."""
_DOCUMENTS = {
    ".md", ".markdown", ".txt", ".rtf", ".doc", ".docx", ".wps", ".pdf", ".xls", ".xlsx", ".et", ".csv", ".htm",
    ".html",
}  # fmt: skip


def load_folder(folder: Path, progress: Progress | None = None) -> tuple[list[ParsedEntry], list[Problem]]:
    """Reads all entries below the folder as citizens will see them: titles replace cross-references.

    Args:
        folder: the knowledge folder.
        progress: called with (files read, files in all).

    Returns:
        The entries in path order, and the problems found.

    Raises:
        NotFound: when the folder does not exist.
    """
    parsed, problems = read_folder(folder, progress)
    return expand(parsed), problems


def read_folder(folder: Path, progress: Progress | None = None) -> tuple[list[ParsedEntry], list[Problem]]:
    """Like :func:`load_folder`, but keeps each text as the editor wrote it. For checks and export."""
    names, problems = entry_files(folder)
    parsed, found = parse_files(names, folder, progress)
    return parsed, problems + found


def parse_files(
    names: Sequence[str], folder: Path, progress: Progress | None = None
) -> tuple[list[ParsedEntry], list[Problem]]:
    """Parses these files of a folder in the order given; returns the usable entries and the problems."""
    parsed: list[ParsedEntry] = []
    problems: list[Problem] = []
    for done, name in enumerate(names, 1):
        entry, found = parse_file(folder / name, folder)
        problems += found
        if entry is not None:
            parsed.append(entry)
        if progress is not None:
            progress(done, len(names))
    return parsed, problems


def entry_files(folder: Path) -> tuple[list[str], list[Problem]]:
    """Lists ``*.md`` below the folder without README.md and hidden files; reports likely mistakes.

    Returns:
        The names relative to the folder, with slashes, in path order; and the problems.

    Raises:
        NotFound: when the folder does not exist.
    """
    if not folder.is_dir():
        raise NotFound(f"没有知识库文件夹 {folder}", code="kb_folder")
    found: list[str] = []
    problems: list[Problem] = []

    def report(name: str, severity: Severity, code: str, message: str, mend: str) -> None:
        problems.append(Problem(name, 1, severity, code, message, mend))

    def walk(here: str) -> None:
        # os.scandir entries are used because 20,000 Path objects take as long as a whole small build
        try:
            with os.scandir(folder / here) as listed:
                items = sorted(listed, key=lambda item: item.name)
        except OSError as error:
            reason = error.strerror or str(error)
            report(here, "error", "file_unreadable", f"文件夹读不出来：{reason}", "检查文件夹权限")
            return
        for item in items:
            name, below = item.name, f"{here}/{item.name}".removeprefix("/")
            if name.startswith((".", "_")):
                continue
            # for a link to itself the directory entry raises an error, while Path answers False
            link = item.is_symlink()
            if not (Path(item).is_dir() if link else item.is_dir()):
                look(name, below, Path(item).is_file() if link else item.is_file())
            elif not link:
                walk(below)
            else:
                mend = "把文件夹本身放进来；链接指回自己会没完没了，所以不跟"
                report(below, "warning", "folder_link", "是指向别处的链接，里面的条目没有读", mend)

    def look(name: str, below: str, readable: bool) -> None:
        if name.startswith("~") or name in NOT_ENTRIES:
            return
        if not name.endswith(".md"):
            if Path(name).suffix.lower() in _DOCUMENTS and name not in OTHER_FILES:
                mend = "条目要存成 .md 文本；表格可用 wenban kb import 导入"
                report(below, "warning", "file_ignored", f"不是 .md 文件，没有读：{name}", mend)
        elif readable:
            found.append(below)
        else:
            mend = "换成真正的文件"
            report(below, "error", "file_unreadable", "不是文件，或链接指向的文件不在", mend)

    walk("")
    return found, problems
