"""The entries' files at a build: which ones changed since the version in service, and their problems."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb_index.checks.entries import check_entries
from kb_index.entries.entry import Entry
from kb_index.entries.folder import entry_files, parse_files
from kb_index.entries.links import MARK, expand
from kb_index.entries.problems import Problem


@dataclass(frozen=True)
class EntryFile:
    """An entry's file: name, hash, id, title, and the parsed entry if it changed since the last version."""

    name: str
    digest: str
    id: str
    title: str
    entry: Entry | None = None


def read_files(knowledge_dir: Path, before: dict[str, Any] | None) -> tuple[list[EntryFile], list[Problem]]:
    """All entries in path order, and the problems. Files unchanged since the last version are not parsed.

    Args:
        knowledge_dir: the editors' folder.
        before: manifest of the version to reuse; None: parse all files.
    """
    known = (
        {
            kept["file"]: EntryFile(kept["file"], kept["sha256"], i, kept["title"])
            for i, kept in before["files"].items()
        }
        if before
        else {}
    )
    names, problems = entry_files(knowledge_dir)
    same: dict[str, EntryFile] = {}
    folder, mark = str(knowledge_dir), MARK.encode()
    for name in names if known else ():
        with contextlib.suppress(OSError):  # the parser reports an unreadable file
            with open(f"{folder}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - 20,000 Paths take half a second
                raw = file.read()
            unchanged = name in known and hashlib.sha256(raw).hexdigest() == known[name].digest
            # a file that refers to another entry is parsed again, because that entry's title may have changed
            if unchanged and mark not in raw:
                same[name] = known[name]
    parsed, found = parse_files([name for name in names if name not in same], knowledge_dir)
    fresh = {item.entry.id for item in parsed}
    doubted = [file.name for file in same.values() if file.id in fresh]
    if doubted:  # two files now have the same id: parse both, so that the report names both
        again, more = parse_files(doubted, knowledge_dir)
        parsed, found = sorted([*parsed, *again], key=lambda item: item.file), found + more
    parsed = expand(parsed, {file.id: file.title for file in same.values()})
    problems += found + check_entries(parsed)
    changed = {
        item.file: EntryFile(item.file, item.digest, item.entry.id, item.entry.title, item.entry)
        for item in parsed
    }
    files = {**same, **changed}
    return [files[name] for name in names if name in files], problems
