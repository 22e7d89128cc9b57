"""Index versions on disk: built aside, put in service by one rename, kept for rollback.

Layout of the index folder::

    CURRENT                    name of the version in service, one line
    versions/<stamp>-<hash>/   manifest.json entries.jsonl questions.txt vectors.npy arrays.npz
                               asked/ whole/ text.json calibration.json

A version is complete before ``CURRENT`` names it, so a crash at any point leaves the former one in service.
Errors in the files make the build refuse (the version in service stays); ``skip_broken`` leaves those entries
out instead, named in the manifest.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import BadRequest, Conflict, NotFound
from kb_index import shelf as shelves
from kb_index.calibrate import SHIPPED, Calibration
from kb_index.check import check_entries, load_folder
from kb_index.dense import Encoder, Vectors, load_encoder
from kb_index.problems import Problem
from kb_index.rerank import load_reranker
from kb_index.search import Searcher
from kb_index.text import TextPipeline

FORMAT = 1
KEEP = 5
"""Versions kept, the one in service among them."""


class KnowledgeInvalid(BadRequest):
    """The Markdown has errors; nothing was published."""

    default_code = "kb_invalid"
    default_message = "知识库有错误，没有发布；运行 wenban kb check 查看"


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Args:
        version: name of the version in service now.
        entries: entries in it.
        questions: questions in it.
        embedded: questions whose vectors were made anew.
        left_out: files left out because of errors.
        unchanged: True when the version in service was already the same.
        seconds: time taken.
    """

    version: str
    entries: int
    questions: int
    embedded: int
    left_out: tuple[str, ...]
    unchanged: bool
    seconds: float


def current_version(index_dir: Path) -> str | None:
    """Name of the version in service, None when there is none."""
    try:
        name = (index_dir / "CURRENT").read_text("utf-8").strip()
    except OSError:
        return None
    return (
        name
        if name and "/" not in name and (index_dir / "versions" / name / "manifest.json").is_file()
        else None
    )


def versions(index_dir: Path) -> list[str]:
    """Complete versions, oldest first."""
    folder = index_dir / "versions"
    if not folder.is_dir():
        return []
    return sorted(p.name for p in folder.iterdir() if (p / "manifest.json").is_file())


def manifest(index_dir: Path, version: str) -> dict[str, Any]:
    """The manifest of a version.

    Raises:
        NotFound: when there is no such version.
    """
    try:
        text = (index_dir / "versions" / version / "manifest.json").read_text("utf-8")
    except OSError as error:
        raise NotFound(f"没有知识库版本 {version}", code="kb_version") from error
    found: dict[str, Any] = json.loads(text)
    return found


def build(
    knowledge_dir: Path,
    index_dir: Path,
    model: str,
    *,
    skip_broken: bool = False,
    calibration: Path = SHIPPED,
    progress: shelves.Progress | None = None,
) -> BuildReport:
    """Builds a version from the Markdown and puts it in service.

    Args:
        knowledge_dir: the editors' folder.
        index_dir: where versions live; made when missing.
        model: sentence-transformers folder or name.
        skip_broken: leave entries with errors out instead of refusing.
        calibration: weights and thresholds copied into the version.
        progress: called with (questions embedded, to embed).

    Raises:
        KnowledgeInvalid: when files have errors (unless ``skip_broken``), or none is left.
        Conflict: when another build is under way.
    """
    began = datetime.now(UTC)
    index_dir.mkdir(parents=True, exist_ok=True)
    with _lock(index_dir):
        parsed, problems = load_folder(knowledge_dir)
        problems += check_entries(parsed)
        broken = {p.file for p in problems if p.severity == "error"}
        if broken and not skip_broken:
            raise _refusal(problems)
        entries = [p for p in parsed if p.file not in broken]
        if not entries:
            raise KnowledgeInvalid(f"{knowledge_dir} 里没有能用的条目，没有发布", code="kb_empty")
        pipeline = TextPipeline.from_folder(knowledge_dir)
        encoder = load_encoder(model, pipeline)
        numbers = Calibration.load(calibration)
        content = _content_hash([p.digest for p in entries], pipeline, encoder, numbers)
        previous = current_version(index_dir)
        before = manifest(index_dir, previous) if previous else None
        if previous and before and before.get("content") == content and before.get("format") == FORMAT:
            return BuildReport(
                previous,
                before["entries"],
                before["questions"],
                0,
                tuple(sorted(broken)),
                True,
                _since(began),
            )
        known = _known_vectors(index_dir, previous, before, pipeline, encoder)
        shelf, vectors = shelves.build([p.entry for p in entries], pipeline, encoder, known, progress)
        embedded = sum(1 for q in shelf.questions if q not in known)
        name = f"{began:%Y%m%dT%H%M%S%f}Z-{content[:8]}"
        details = {
            "format": FORMAT,
            "version": name,
            "created_at": began.isoformat(timespec="seconds"),
            "content": content,
            "model": {
                "name": encoder.name,
                "fingerprint": encoder.fingerprint,
                "dimensions": encoder.dimensions,
            },
            "text": pipeline.fingerprint(),
            "entries": len(entries),
            "questions": len(shelf.questions),
            "files": {p.entry.id: {"file": p.file, "sha256": p.digest} for p in entries},
            "left_out": sorted(broken),
        }
        _publish(index_dir, name, shelf, vectors, pipeline, numbers, details)
        _prune(index_dir, name)
        return BuildReport(
            name, len(entries), len(shelf.questions), embedded, tuple(sorted(broken)), False, _since(began)
        )


def rollback(index_dir: Path, to: str | None = None) -> str:
    """Puts an earlier version in service.

    Args:
        index_dir: the index folder.
        to: version name; None takes the one before the current one.

    Returns:
        The version now in service.

    Raises:
        NotFound: when there is no such version.
    """
    with _lock(index_dir):
        names = versions(index_dir)
        if to is None:
            current = current_version(index_dir)
            earlier = [name for name in names if current is None or name < current]
            if not earlier:
                raise NotFound("没有更早的知识库版本可以退回", code="kb_version")
            to = earlier[-1]
        elif to not in names:
            raise NotFound(f"没有知识库版本 {to}", code="kb_version")
        _point(index_dir, to)
        return to


def load_searcher(index_dir: Path, version: str, model: str, reranker: str = "") -> Searcher:
    """Loads a version for searching.

    Raises:
        NotFound: no such version.
        Conflict: the model in the settings is not the one the version was built with.
    """
    details = manifest(index_dir, version)
    folder = index_dir / "versions" / version
    text = json.loads((folder / "text.json").read_text("utf-8"))
    pipeline = TextPipeline(text["synonyms"], text["words"])
    encoder = load_encoder(model, pipeline)
    if encoder.fingerprint != details["model"]["fingerprint"] or details["format"] != FORMAT:
        raise Conflict(
            f"知识库版本 {version} 是用另一个模型或程序版本建的，请运行 wenban kb build",
            code="kb_model_changed",
        )
    calibration = Calibration.load(folder / "calibration.json")
    return Searcher(shelves.load(folder), pipeline, encoder, calibration, version, load_reranker(reranker))


def _refusal(problems: list[Problem]) -> KnowledgeInvalid:
    errors = [p for p in problems if p.severity == "error"]
    return KnowledgeInvalid(
        f"知识库有 {len(errors)} 处错误，没有发布，原来的版本继续使用。第一处：{errors[0]}",
        details={"problems": [p.to_json() for p in errors[:50]]},
    )


def _content_hash(digests: list[str], pipeline: TextPipeline, encoder: Encoder, numbers: Calibration) -> str:
    material = json.dumps(
        [sorted(digests), pipeline.fingerprint(), encoder.fingerprint, repr(numbers), FORMAT]
    )
    return hashlib.sha256(material.encode()).hexdigest()


def _known_vectors(
    index_dir: Path,
    previous: str | None,
    before: dict[str, Any] | None,
    pipeline: TextPipeline,
    encoder: Encoder,
) -> dict[str, Vectors]:
    """Vectors of the version in service by question, when they were made the same way."""
    if not previous or not before or before.get("format") != FORMAT:
        return {}
    if before["text"] != pipeline.fingerprint() or before["model"]["fingerprint"] != encoder.fingerprint:
        return {}
    folder = index_dir / "versions" / previous
    questions = (folder / "questions.txt").read_text("utf-8").split("\n")[:-1]
    vectors = np.load(folder / "vectors.npy").astype(np.float32)
    return dict(zip(questions, vectors, strict=True))


def _publish(
    index_dir: Path,
    name: str,
    shelf: shelves.Shelf,
    vectors: Vectors,
    pipeline: TextPipeline,
    numbers: Calibration,
    details: dict[str, Any],
) -> None:
    aside = index_dir / "versions" / f".{name}.part"
    aside.mkdir(parents=True)
    try:
        shelves.save(shelf, vectors, aside)
        text = {"synonyms": pipeline.synonyms, "words": pipeline.words}
        (aside / "text.json").write_text(json.dumps(text, ensure_ascii=False), "utf-8")
        numbers.save(aside / "calibration.json")
        (aside / "manifest.json").write_text(json.dumps(details, ensure_ascii=False, indent=1), "utf-8")
        for file in aside.rglob("*"):
            if file.is_file():
                _flush(file)
        aside.replace(aside.with_name(name))
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    _flush(index_dir / "versions")
    _point(index_dir, name)


def _point(index_dir: Path, name: str) -> None:
    temporary = index_dir / "CURRENT.tmp"
    temporary.write_text(name + "\n", "utf-8")
    _flush(temporary)
    temporary.replace(index_dir / "CURRENT")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prune(index_dir: Path, current: str) -> None:
    names = [name for name in versions(index_dir) if name != current]
    for name in names[: max(0, len(names) - (KEEP - 1))]:
        shutil.rmtree(index_dir / "versions" / name, ignore_errors=True)
    for leftover in (index_dir / "versions").glob(".*.part"):  # of a build that was killed; we hold the lock
        shutil.rmtree(leftover, ignore_errors=True)


@contextlib.contextmanager
def _lock(index_dir: Path) -> Iterator[None]:
    """One build or rollback at a time, across processes; the kernel lets go when a process dies."""
    index_dir.mkdir(parents=True, exist_ok=True)
    with (index_dir / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict("知识库正在生成，请稍后再试", code="kb_busy") from error
        yield


def _since(began: datetime) -> float:
    return round((datetime.now(UTC) - began).total_seconds(), 3)
