"""``wenban kb build``: makes a version of the entries' index from the Markdown and puts it in service.

:mod:`kb_index.search.loading` describes the content of a version, :mod:`kb_index.index.versions` its life.

When files have errors, the build refuses and the version in service stays. With ``skip_broken`` it leaves
these entries out instead and names them in the manifest.

Only changed files are parsed, tokenised and embedded. Everything else is copied from the version in service,
if that was made with the same model and text preparation.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import BadRequest, Conflict
from core.progress import Progress
from kb_index.entries.problems import Problem
from kb_index.fitting.adapt import adapt
from kb_index.index import meanings
from kb_index.index.shelf import Shelf
from kb_index.index.shelving import make_shelf
from kb_index.index.versions import current_version, locked, manifest, publish, version_name
from kb_index.language.encoder import Encoder, load_encoder
from kb_index.language.text import TextPipeline
from kb_index.publishing.files import read_files
from kb_index.search.calibration import SAFE, SHIPPED, Calibration
from kb_index.search.loading import CALIBRATION, FORMAT, numbers_of
from kb_index.search.searcher import Searcher

BUSY = "知识库正在生成，请稍后再试"
"""Error message for editors while another build or rollback is running."""

KEEP = 5
"""Number of versions kept, the one in service included."""

STALE = 0.1
"""Share (0 to 1) of a base's entries that may change before numbers fitted to its variants are fitted again."""


class KnowledgeInvalid(BadRequest):
    """The Markdown files have errors, so nothing was published."""

    default_code = "kb_invalid"
    default_message = "知识库有错误，没有发布；运行 wenban kb check 查看"


@dataclass(frozen=True)
class BuildReport:
    """The result of a build.

    Args:
        version: name of the version in service after the build.
        entries: number of its entries.
        questions: number of its questions.
        embedded: number of questions whose vectors were made by this build.
        left_out: files left out because of errors.
        unchanged: True when the version in service already had this content.
        seconds: duration of the build in seconds.
        numbers: the version's weights and thresholds.
    """

    version: str
    entries: int
    questions: int
    embedded: int
    left_out: tuple[str, ...]
    unchanged: bool
    seconds: float
    numbers: Calibration


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
        index_dir: the index folder; created when missing.
        model: sentence-transformers folder or name.
        skip_broken: leave out entries with errors instead of refusing the build.
        calibration: file with the numbers fitted to labelled questions; :mod:`kb_index.fitting.adapt` decides
            whether they are the version's.
        progress: called with (questions embedded, questions to embed).

    Raises:
        KnowledgeInvalid: when files have errors (without ``skip_broken``), or no entry is left.
        Conflict: when another build is running.
    """
    began = datetime.now(UTC)
    with locked(index_dir, BUSY):
        pipeline = TextPipeline.from_folder(knowledge_dir)
        encoder = load_encoder(model, pipeline)
        previous = current_version(index_dir)
        before = manifest(index_dir, previous) if previous else None
        earlier = _earlier(index_dir, before, pipeline, encoder)
        files, problems = read_files(knowledge_dir, before if earlier is not None else None)
        broken = {p.file for p in problems if p.severity == "error"}
        if broken and not skip_broken:
            raise _refusal(problems)
        files = [file for file in files if file.name not in broken]
        if not files:
            raise KnowledgeInvalid(f"{knowledge_dir} 里没有能用的条目，没有发布", code="kb_empty")
        shipped, safe = Calibration.load(calibration), Calibration.load(SAFE)
        content = _content_hash([file.digest for file in files], pipeline, encoder, shipped, safe)
        left_out = tuple(sorted(broken))
        if previous and before and before.get("content") == content and before.get("format") == FORMAT:
            served = numbers_of(index_dir, previous)
            return BuildReport(
                previous, before["entries"], before["questions"], 0, left_out, True, _since(began), served
            )
        shelf = make_shelf(
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
        searcher = Searcher(shelf, pipeline, encoder, safe, meanings=meant, meaning=meaning)
        bases = hashlib.sha256(repr([shipped, safe, encoder.fingerprint]).encode()).hexdigest()[:16]
        changed = sum(file.entry is not None for file in files)
        carried = _carried(index_dir, before, bases, changed) if earlier is not None else None
        numbers = carried or adapt(searcher, shipped, safe)
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
            "numbers": {
                "source": numbers.source,
                "chosen_from": bases,
                "changed": changed + before["numbers"]["changed"] if carried and before else 0,
            },
            "entries": len(files),
            "questions": len(shelf.questions),
            "files": {
                file.id: {"file": file.name, "sha256": file.digest, "title": file.title} for file in files
            },
            "left_out": list(left_out),
        }

        def write(folder: Path) -> None:
            shelf.save(folder)
            if meant is not None:
                meant.save(folder)
            pipeline.save(folder / "text.json")
            numbers.save(folder / CALIBRATION)

        publish(index_dir, name, write, details, KEEP)
        return BuildReport(
            name,
            len(files),
            len(shelf.questions),
            shelf.embedded,
            left_out,
            False,
            _since(began),
            numbers,
        )


def _carried(index_dir: Path, before: dict[str, Any] | None, bases: str, changed: int) -> Calibration | None:
    """The numbers of the version in service, if few entries changed since they were fitted; else None.

    Fitting asks hundreds of wordings, which a build of a few changes must not wait for.
    """
    fitted = before.get("numbers") if before else None
    if before is None or fitted is None or fitted["chosen_from"] != bases:
        return None
    if fitted["source"] != "variants" or fitted["changed"] + changed > STALE * before["entries"]:
        return None
    return numbers_of(index_dir, before["version"])


def _place(earlier: Shelf | None, entry_id: str) -> int:
    place = earlier.store.place(entry_id) if earlier is not None else None
    if place is None:
        raise Conflict(f"知识库版本里少了条目 {entry_id}，请删掉索引文件夹后重新生成", code="kb_damaged")
    return place


def _earlier(
    index_dir: Path, before: dict[str, Any] | None, pipeline: TextPipeline, encoder: Encoder
) -> Shelf | None:
    """The shelf in service, if a build can reuse it; None when it is damaged or was made in another way."""
    if before is None or before.get("format") != FORMAT:
        return None
    if before["text"] != pipeline.fingerprint() or before["model"]["fingerprint"] != encoder.fingerprint:
        return None
    try:
        return Shelf.load(index_dir / "versions" / before["version"])
    except (OSError, ValueError, KeyError):
        return None


def _refusal(problems: list[Problem]) -> KnowledgeInvalid:
    errors = [p for p in problems if p.severity == "error"]
    return KnowledgeInvalid(
        f"知识库有 {len(errors)} 处错误，没有发布，原来的版本继续使用。第一处：{errors[0]}",
        details={"problems": [p.to_json() for p in errors[:50]]},
    )


def _content_hash(digests: list[str], pipeline: TextPipeline, encoder: Encoder, *numbers: Calibration) -> str:
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
