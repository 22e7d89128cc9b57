"""Measures knowledge bases of 20,000 and 100,000 entries: full build, incremental build, search, memory, disk.

The entries are made from statutes, one from each sentence, in the form of the shipped ones: a title, six variants and
an answer. Every step runs in a process of its own that may use only one core.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from benchmarks.figures import Figure, percentile
from core.settings import ROOT, load_settings
from kb_index.statutes.laws import newest_laws, read_articles
from kb_index.training.material import FRAMES, noisy

SIZES = (20_000, 100_000)
"""Numbers of entries of the bases that are measured."""
VARIANTS = 6
"""Number of variants (相似问法) of an entry."""
QUERIES = 400
"""Number of questions searched in each base."""
CHANGED = 10
"""Number of entries changed before the incremental build."""
BOUNDS = {
    "build": (60, "s"),
    "incremental build of 10 changed entries": (3, "s"),
    "search, p95": (15, "ms"),
    "memory of the index": (200, "MB"),
}
"""Figure → the largest value allowed, and its unit; for a base of ``BOUND_AT`` entries. Other bases are only reported."""
BOUND_AT = 20_000
"""Number of entries of the base that has to keep the bounds."""

_SENTENCE = re.compile(r"[。；;\n]")
_CLAUSE = re.compile(r"[，。、；：,;:（）()《》“”\s]+")
_ENTRY = """---
id: scale-{number:06d}
title: {title}
department: 某某局
topic: {topic}
regions: [全国]
tags: []
basis: []
sources:
  - document: {document}
    url: https://flk.npc.gov.cn/
    opened: 2026-01-01
effective: 2020-01-01
expires: null
reviewed: {reviewed}
---
## 相似问法
{variants}

## 答案
{answer}
"""

Log = Callable[[str], None]
"""Is called with a line of text about each step."""


def run(laws: Path, sizes: tuple[int, ...] = SIZES, log: Log = print) -> list[Figure]:
    """Makes and measures a base of each size.

    Args:
        laws: folder of statutes the entries are made from.
        sizes: numbers of entries.
        log: called with a line about each step.
    """
    figures: list[Figure] = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="wenban-scale-") as scratch:
            folder, index = Path(scratch) / "knowledge", Path(scratch) / "index"
            log(f"{size} entries: writing them")
            questions = write_entries(laws, size, folder)
            (Path(scratch) / "queries.json").write_text(json.dumps(questions, ensure_ascii=False), "utf-8")
            log(f"{size} entries: building")
            built = _worker("build", folder, index)
            _change(folder, CHANGED)
            log(f"{size} entries: building again after {CHANGED} changes")
            again = _worker("build", folder, index)
            log(f"{size} entries: searching")
            queries = Path(scratch) / "queries.json"
            found = _worker("search", queries, index)
            # The memory with a base of one entry, that of libraries, dictionary and model, is subtracted below.
            _keep_one(folder)
            _worker("build", folder, Path(scratch) / "one")
            floor = _worker("search", queries, Path(scratch) / "one")
            disk = sum(f.stat().st_size for f in _current(index).rglob("*") if f.is_file()) / 1e6
        if again["embedded"] < CHANGED:
            raise RuntimeError(f"only {again['embedded']} questions were embedded anew")
        values = {
            "build": built["wall_s"],
            "build, processor time": built["cpu_s"],
            "build, peak memory": built["peak_mb"],
            "incremental build of 10 changed entries": again["wall_s"],
            "incremental build, processor time": again["cpu_s"],
            "load": found["load_s"],
            "search, p50": percentile(found["ms"], 0.5),
            "search, p95": percentile(found["ms"], 0.95),
            "memory of the index": found["resident_mb"] - floor["resident_mb"],
            "memory of the process": found["resident_mb"],
            "on disk": disk,
        }
        for name, value in values.items():
            bound, unit = BOUNDS.get(name, (None, _unit(name)))
            figures.append(
                Figure(f"{size} entries: {name}", value, unit, bound if size == BOUND_AT else None)
            )
    return figures


def _unit(name: str) -> str:
    if name.startswith("search"):
        return "ms"
    return "MB" if "memory" in name or name == "on disk" else "s"


def sentences(laws: Path) -> Iterator[tuple[str, str, str]]:
    """Each sentence of the statutes once: (name of the document, the sentence, it and the two after it in its article)."""
    seen: set[str] = set()
    for path in newest_laws(laws):
        name = path.stem.split("(")[0]
        for article in read_articles(path.read_text("utf-8")):
            parts = [p.strip() for p in _SENTENCE.split(article.text)]
            for place, part in enumerate(parts):
                if 12 <= len(part) <= 120 and part not in seen:
                    seen.add(part)
                    yield name, part, "。".join(parts[place : place + 3])


def write_entries(laws: Path, count: int, folder: Path) -> list[str]:
    """Writes ``count`` different entries into a new folder.

    Returns:
        Questions about the first ``QUERIES`` of them, as citizens might type them.

    Raises:
        RuntimeError: the statutes have fewer usable sentences.
    """
    chance = random.Random(count)
    material = list(sentences(laws))
    if len(material) < count:
        raise RuntimeError(f"{laws} gives {len(material)} entries, {count} are wanted")
    chance.shuffle(material)
    frames = [frame for kind in FRAMES.values() for frame in kind]
    reviewed = dt.date.today().isoformat()
    questions: list[str] = []
    for number, (document, sentence, answer) in enumerate(material[:count]):
        if number % 500 == 0:
            (folder / f"{number // 500:03d}").mkdir(parents=True)
        clauses = [c for c in _CLAUSE.split(sentence) if len(c) >= 3] or [sentence]
        # Every wording has a different frame, and the title holds the beginning of the sentence, so no two entries are
        # the same.
        wordings = [
            frame.format(chance.choice(clauses)[:24] if place else sentence[:40])
            for place, frame in enumerate(chance.sample(frames, VARIANTS + 1))
        ]
        text = _ENTRY.format(
            number=number,
            title=json.dumps(wordings[0], ensure_ascii=False),
            topic=json.dumps(document[:40], ensure_ascii=False),
            document=json.dumps(document, ensure_ascii=False),
            reviewed=reviewed,
            variants="\n".join(f"- {w}" for w in wordings[1:]),
            answer=answer[:400],
        )
        (folder / f"{number // 500:03d}" / f"{number:06d}.md").write_text(text, "utf-8")
        if number < QUERIES:
            questions.append(noisy(chance.choice(wordings), chance))
    for name in ("synonyms.yml", "words.txt"):
        (folder / name).write_bytes((ROOT / "knowledge_base" / name).read_bytes())
    return questions


def _change(folder: Path, count: int) -> None:
    """Adds a new variant to ``count`` entries spread over the folder."""
    files = sorted(folder.rglob("*.md"))
    for number, path in enumerate(files[:: max(1, len(files) // count)][:count]):
        text = path.read_text("utf-8")
        path.write_text(text.replace("## 相似问法\n", f"## 相似问法\n- 第{number}个新问法怎么算\n"), "utf-8")


def _keep_one(folder: Path) -> None:
    for path in sorted(folder.rglob("*.md"))[1:]:
        path.unlink()


def _current(index: Path) -> Path:
    return index / "versions" / (index / "CURRENT").read_text("utf-8").strip()


def _worker(step: str, source: Path, index: Path) -> dict[str, Any]:
    """Runs a step in a new process, on one core. Returns the JSON object it prints last."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", step, str(source), str(index)],
        cwd=ROOT,
        env={**os.environ, **threads, "TOKENIZERS_PARALLELISM": "false"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _build(folder: Path, index: Path) -> dict[str, Any]:
    import resource

    from kb_index.publishing.build import build

    began, used = time.perf_counter(), time.process_time()
    report = build(folder, index, load_settings().kb_model)
    return {
        "wall_s": time.perf_counter() - began,
        "cpu_s": time.process_time() - used,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "embedded": report.embedded,
    }


def _search(queries: Path, index: Path) -> dict[str, Any]:
    from kb_index.index.versions import current_version
    from kb_index.search.loading import load_searcher

    settings = load_settings()
    began = time.perf_counter()
    version = current_version(index)
    assert version is not None
    searcher = load_searcher(index, version, settings.kb_model)
    load_s = time.perf_counter() - began
    times: list[float] = []
    for question in json.loads(queries.read_text("utf-8")):
        began = time.perf_counter()
        searcher.search(question, settings.city.regions, dt.date.today())
        times.append((time.perf_counter() - began) * 1000)
    gc.collect()
    resident = psutil.Process().memory_info().rss / 1e6
    return {"load_s": load_s, "ms": times[20:], "resident_mb": resident}


def _step() -> None:
    """Runs one step; this is the program of the process that :func:`_worker` starts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=["build", "search"])
    parser.add_argument("source", type=Path)
    parser.add_argument("index", type=Path)
    given = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    step = _build if given.step == "build" else _search
    print(json.dumps(step(given.source, given.index)))


if __name__ == "__main__":
    _step()
