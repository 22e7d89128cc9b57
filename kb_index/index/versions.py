"""Versions of an index on disk. A new version is built aside and put in service by renaming one file.

Layout of an index folder::

    CURRENT                     name of the version in service, one line
    versions/<stamp>-<hash>/    manifest.json and the files of the index

A version is complete and on disk before ``CURRENT`` names it, so a crash at any point leaves the earlier
version in service. The index of the entries and that of the statutes both use this module.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import Conflict, NotFound


def current_version(index_dir: Path) -> str | None:
    """Name of the version in service; None when there is none."""
    try:
        name = (index_dir / "CURRENT").read_text("utf-8").strip()
    except OSError:
        return None
    whole = name and "/" not in name and (index_dir / "versions" / name / "manifest.json").is_file()
    return name if whole else None


def versions(index_dir: Path) -> list[str]:
    """Names of the complete versions, oldest first."""
    folder = index_dir / "versions"
    if not folder.is_dir():
        return []
    return sorted(
        p.name for p in folder.iterdir() if not p.name.startswith(".") and (p / "manifest.json").is_file()
    )


def manifest(index_dir: Path, version: str) -> dict[str, Any]:
    """Reads the manifest of a version.

    Raises:
        NotFound: when there is no such version.
    """
    try:
        text = (index_dir / "versions" / version / "manifest.json").read_text("utf-8")
    except OSError as error:
        raise NotFound(f"没有知识库版本 {version}", code="kb_version") from error
    found: dict[str, Any] = json.loads(text)
    return found


def version_name(began: datetime, content: str) -> str:
    """A version's name from its start time and a hash of its content; names sort by time."""
    return f"{began:%Y%m%dT%H%M%S%f}Z-{content[:8]}"


def publish(
    index_dir: Path, name: str, write: Callable[[Path], None], details: dict[str, Any], keep: int
) -> None:
    """Writes a version and puts it in service; on any error the earlier version stays in service.

    Args:
        index_dir: the index folder; the caller must hold its lock.
        name: name of the new version.
        write: writes the version's files into the given folder.
        details: the content of the manifest.
        keep: number of versions kept, the new one included; older ones are deleted.
    """
    aside = index_dir / "versions" / f".{name}.part"
    aside.mkdir(parents=True)
    try:
        write(aside)
        (aside / "manifest.json").write_text(json.dumps(details, ensure_ascii=False), "utf-8")
        for file in aside.rglob("*"):
            if file.is_file():
                _flush(file)
        aside.replace(aside.with_name(name))
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    _flush(index_dir / "versions")
    point(index_dir, name)
    _prune(index_dir, name, keep)


def point(index_dir: Path, name: str) -> None:
    """Puts a complete version in service."""
    temporary = index_dir / "CURRENT.tmp"
    temporary.write_text(name + "\n", "utf-8")
    _flush(temporary)
    temporary.replace(index_dir / "CURRENT")


@contextlib.contextmanager
def locked(index_dir: Path, busy: str) -> Iterator[None]:
    """Holds a lock: one build or rollback at a time, across processes. The lock ends with its process.

    Args:
        index_dir: the index folder; created when missing.
        busy: error message when another process holds the lock.

    Raises:
        Conflict: when another build or rollback is running.
    """
    index_dir.mkdir(parents=True, exist_ok=True)
    with (index_dir / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(busy, code="kb_busy") from error
        yield


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prune(index_dir: Path, current: str, keep: int) -> None:
    names = [name for name in versions(index_dir) if name != current]
    for name in names[: max(0, len(names) - (keep - 1))]:
        shutil.rmtree(index_dir / "versions" / name, ignore_errors=True)
    for leftover in (index_dir / "versions").glob(".*.part"):  # left by a killed build: we hold the lock
        shutil.rmtree(leftover, ignore_errors=True)
