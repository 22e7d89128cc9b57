"""The knowledge folder: which files are entries, which are not and why."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import NotFound
from kb_index.entries import ParsedEntry, parse_file
from kb_index.links import expand
from kb_index.problems import Problem, Severity
from kb_index.progress import Progress

NOT_ENTRIES = {"README.md"}
OTHER_FILES = {"words.txt", "synonyms.yml", "places.yml", "questions.jsonl"}
_DOCUMENTS = {
    ".md", ".markdown", ".txt", ".rtf", ".doc", ".docx", ".wps", ".pdf", ".xls", ".xlsx", ".et", ".csv", ".htm",
    ".html",
}  # fmt: skip


def load_folder(folder: Path, progress: Progress | None = None) -> tuple[list[ParsedEntry], list[Problem]]:
    """Reads every entry below the folder as citizens are to see it: cross-references replaced by titles.

    Args:
        folder: the knowledge folder.
        progress: called with (files read, files in all).

    Returns:
        The entries in path order, and what was wrong with files on the way.

    Raises:
        NotFound: when the folder is not there.
    """
    parsed, problems = read_folder(folder, progress)
    return expand(parsed), problems


def read_folder(folder: Path, progress: Progress | None = None) -> tuple[list[ParsedEntry], list[Problem]]:
    """The same as :func:`load_folder`, each text as its editor wrote it: for checks and export."""
    paths, problems = entry_files(folder)
    parsed, found = parse_files(paths, folder, progress)
    return parsed, problems + found


def parse_files(
    paths: list[Path], folder: Path, progress: Progress | None = None
) -> tuple[list[ParsedEntry], list[Problem]]:
    """Parses files of a folder, in the order given: the usable entries, and everything found wrong."""
    parsed: list[ParsedEntry] = []
    problems: list[Problem] = []
    for done, path in enumerate(paths, 1):
        entry, found = parse_file(path, folder)
        problems += found
        if entry is not None:
            parsed.append(entry)
        if progress is not None:
            progress(done, len(paths))
    return parsed, problems


def entry_files(folder: Path) -> tuple[list[Path], list[Problem]]:
    """``*.md`` below the folder, README.md and hidden files left out; what looks like a mistake is reported.

    Raises:
        NotFound: when the folder is not there.
    """
    if not folder.is_dir():
        raise NotFound(f"没有知识库文件夹 {folder}", code="kb_folder")
    paths: list[Path] = []
    problems: list[Problem] = []

    def report(path: Path, severity: Severity, code: str, message: str, mend: str) -> None:
        problems.append(Problem(path.relative_to(folder).as_posix(), 1, severity, code, message, mend))

    def unreadable(error: OSError) -> None:
        reason = error.strerror or str(error)
        report(
            Path(error.filename), "error", "file_unreadable", f"文件夹读不出来：{reason}", "检查文件夹权限"
        )

    for root, folders, files in os.walk(folder, onerror=unreadable):
        here = Path(root)
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in [name for name in folders if (here / name).is_symlink()]:
            mend = "把文件夹本身放进来；链接指回自己会没完没了，所以不跟"
            report(here / name, "warning", "folder_link", "是指向别处的链接，里面的条目没有读", mend)
        for name in sorted(files):
            path = here / name
            if name.startswith((".", "_", "~")) or name in NOT_ENTRIES:
                continue
            if path.suffix != ".md":
                if path.suffix.lower() in _DOCUMENTS and name not in OTHER_FILES:
                    mend = "条目要存成 .md 文本；表格可用 wenban kb import 导入"
                    report(path, "warning", "file_ignored", f"不是 .md 文件，没有读：{name}", mend)
            elif path.is_file():
                paths.append(path)
            else:
                mend = "换成真正的文件"
                report(path, "error", "file_unreadable", "不是文件，或链接指向的文件不在", mend)
    return sorted(paths), problems
