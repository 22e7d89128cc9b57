"""Builds a version of the entries' index from the Markdown, and loads one for searching.

A version's folder holds entries and questions, their tokens and vectors, two lexical indexes, text.json (synonyms and
words) and calibration.json; how versions come and go is in :mod:`kb_index.index.versions`.

Errors in the files make the build refuse (the version in service stays); ``skip_broken`` leaves those entries
out instead, named in the manifest.

Only files that changed are parsed, cut and embedded; everything else is carried over from the version in
service, when that was made with the same model and text preparation.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import BadRequest, Conflict, NotFound
from core.progress import Progress
from kb_index.checks.check import check_entries
from kb_index.entries.entry import Entry
from kb_index.entries.folder import entry_files, parse_files
from kb_index.entries.links import MARK, expand
from kb_index.entries.problems import Problem
from kb_index.index import meanings
from kb_index.index import shelf as shelves
from kb_index.index.versions import current_version, locked, manifest, point, publish, version_name, versions
from kb_index.language.encoder import Encoder, load_encoder
from kb_index.language.text import TextPipeline
from kb_index.search.calibrate import SHIPPED, Calibration
from kb_index.search.rerank import load_reranker
from kb_index.search.search import Searcher

FORMAT = 5
_BUSY = "知识库正在生成，请稍后再试"
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


def build(
    knowledge_dir: Path,
    index_dir: Path,
    model: str,
    *,
    skip_broken: bool = False,
    calibration: Path = SHIPPED,
    progress: Progress | None = None,
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
    with locked(index_dir, _BUSY):
        pipeline = TextPipeline.from_folder(knowledge_dir)
        encoder = load_encoder(model, pipeline)
        previous = current_version(index_dir)
        before = manifest(index_dir, previous) if previous else None
        earlier = _earlier(index_dir, before, pipeline, encoder)
        files, problems = _read(knowledge_dir, before if earlier is not None else None)
        broken = {p.file for p in problems if p.severity == "error"}
        if broken and not skip_broken:
            raise _refusal(problems)
        files = [file for file in files if file.name not in broken]
        if not files:
            raise KnowledgeInvalid(f"{knowledge_dir} 里没有能用的条目，没有发布", code="kb_empty")
        numbers = Calibration.load(calibration)
        content = _content_hash([file.digest for file in files], pipeline, encoder, numbers)
        left_out = tuple(sorted(broken))
        if previous and before and before.get("content") == content and before.get("format") == FORMAT:
            return BuildReport(
                previous, before["entries"], before["questions"], 0, left_out, True, _since(began)
            )
        shelf = shelves.build(
            [file.entry or _place(earlier, file.id) for file in files],
            pipeline,
            encoder,
            earlier=earlier,
            progress=progress,
        )
        meaning = meanings.shipped_meaning()
        known = (
            meanings.kept(index_dir / "versions" / previous, earlier.questions, meaning)
            if previous and earlier is not None
            else {}
        )
        meant = meanings.make(shelf.questions, shelf.starts, meaning, known, progress)
        name = version_name(began, content)
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
            "entries": len(files),
            "questions": len(shelf.questions),
            "files": {
                file.id: {"file": file.name, "sha256": file.digest, "title": file.title} for file in files
            },
            "left_out": list(left_out),
        }

        def write(folder: Path) -> None:
            shelves.save(shelf, folder)
            if meant is not None:
                meant.save(folder)
            pipeline.save(folder / "text.json")
            numbers.save(folder / "calibration.json")

        publish(index_dir, name, write, details, KEEP)
        return BuildReport(
            name,
            len(files),
            len(shelf.questions),
            shelf.embedded,
            left_out,
            False,
            _since(began),
        )


@dataclass(frozen=True)
class _File:
    """An entry's file: its name, hash, id and title; the entry when it has changed since the version in service."""

    name: str
    digest: str
    id: str
    title: str
    entry: Entry | None = None


def _read(knowledge_dir: Path, before: dict[str, Any] | None) -> tuple[list[_File], list[Problem]]:
    """All entries in path order; those that are as in the version in service are not parsed."""
    known = (
        {
            kept["file"]: _File(kept["file"], kept["sha256"], i, kept["title"])
            for i, kept in before["files"].items()
        }
        if before
        else {}
    )
    names, problems = entry_files(knowledge_dir)
    same: dict[str, _File] = {}
    folder, mark = str(knowledge_dir), MARK.encode()
    for name in names if known else ():
        with contextlib.suppress(OSError):  # reported when it is parsed
            with open(f"{folder}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - 20,000 Paths take half a second
                raw = file.read()
            unchanged = name in known and hashlib.sha256(raw).hexdigest() == known[name].digest
            # one that shows another's title is read again: that title may have changed
            if unchanged and mark not in raw:
                same[name] = known[name]
    parsed, found = parse_files([name for name in names if name not in same], knowledge_dir)
    fresh = {item.entry.id for item in parsed}
    doubted = [file.name for file in same.values() if file.id in fresh]
    if doubted:  # an id that now stands in two files: both are looked at, so that the report names both
        again, more = parse_files(doubted, knowledge_dir)
        parsed, found = sorted([*parsed, *again], key=lambda item: item.file), found + more
    parsed = expand(parsed, {file.id: file.title for file in same.values()})
    problems += found + check_entries(parsed)
    changed = {
        item.file: _File(item.file, item.digest, item.entry.id, item.entry.title, item.entry)
        for item in parsed
    }
    files = {**same, **changed}
    return [files[name] for name in names if name in files], problems


def _place(earlier: shelves.Shelf | None, entry_id: str) -> int:
    place = earlier.store.place(entry_id) if earlier is not None else None
    if place is None:
        raise Conflict(f"知识库版本里少了条目 {entry_id}，请删掉索引文件夹后重新生成", code="kb_damaged")
    return place


def _earlier(
    index_dir: Path, before: dict[str, Any] | None, pipeline: TextPipeline, encoder: Encoder
) -> shelves.Shelf | None:
    """The version in service, when what it holds was made as it would be made now; a damaged one is made anew."""
    if before is None or before.get("format") != FORMAT:
        return None
    if before["text"] != pipeline.fingerprint() or before["model"]["fingerprint"] != encoder.fingerprint:
        return None
    try:
        return shelves.load(index_dir / "versions" / before["version"])
    except (OSError, ValueError, KeyError):
        return None


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
    with locked(index_dir, _BUSY):
        names = versions(index_dir)
        if to is None:
            current = current_version(index_dir)
            earlier = [name for name in names if current is None or name < current]
            if not earlier:
                raise NotFound("没有更早的知识库版本可以退回", code="kb_version")
            to = earlier[-1]
        elif to not in names:
            raise NotFound(f"没有知识库版本 {to}", code="kb_version")
        point(index_dir, to)
        return to


def load_searcher(index_dir: Path, version: str, model: str, reranker: str = "") -> Searcher:
    """Loads a version for searching.

    Raises:
        NotFound: no such version.
        Conflict: the model in the settings is not the one the version was built with.
    """
    details = manifest(index_dir, version)
    folder = index_dir / "versions" / version
    pipeline = TextPipeline.load(folder / "text.json")
    encoder = load_encoder(model, pipeline)
    if encoder.fingerprint != details["model"]["fingerprint"] or details["format"] != FORMAT:
        raise Conflict(
            f"知识库版本 {version} 是用另一个模型或程序版本建的，请运行 wenban kb build",
            code="kb_model_changed",
        )
    calibration = Calibration.load(folder / "calibration.json")
    shelf, meaning = shelves.load(folder), meanings.shipped_meaning()
    meant = meanings.load(folder, shelf.questions, shelf.starts, meaning)
    return Searcher(shelf, pipeline, encoder, calibration, version, load_reranker(reranker), meant, meaning)


def _refusal(problems: list[Problem]) -> KnowledgeInvalid:
    errors = [p for p in problems if p.severity == "error"]
    return KnowledgeInvalid(
        f"知识库有 {len(errors)} 处错误，没有发布，原来的版本继续使用。第一处：{errors[0]}",
        details={"problems": [p.to_json() for p in errors[:50]]},
    )


def _content_hash(digests: list[str], pipeline: TextPipeline, encoder: Encoder, numbers: Calibration) -> str:
    material = json.dumps(
        [
            sorted(digests),
            pipeline.fingerprint(),
            encoder.fingerprint,
            meanings.shipped_meaning().encoder.fingerprint,
            repr(numbers),
            FORMAT,
        ]
    )
    return hashlib.sha256(material.encode()).hexdigest()


def _since(began: datetime) -> float:
    return round((datetime.now(UTC) - began).total_seconds(), 3)
