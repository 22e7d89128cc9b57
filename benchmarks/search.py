"""How long one search of the shipped knowledge base takes."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, percentile
from core.settings import load_settings
from kb_index.entries.folder import load_folder
from kb_index.publishing.build import build
from kb_index.service import KnowledgeBase

P95_BOUND_MS = 10
"""Most milliseconds that 95 % of the searches may take."""


def run() -> list[Figure]:
    """The median and the 95th percentile in milliseconds, over every variant of every entry."""
    return asyncio.run(_run())


async def _run() -> list[Figure]:
    settings = load_settings()
    with tempfile.TemporaryDirectory(prefix="wenban-bench-") as folder:
        build(settings.knowledge_dir, Path(folder), settings.kb_model)
        parsed, _ = load_folder(settings.knowledge_dir)
        questions = [variant for item in parsed for variant in item.entry.variants]
        times: list[float] = []
        async with KnowledgeBase(Path(folder), settings.kb_model) as knowledge:
            for question in questions[:20] + questions:
                began = time.perf_counter()
                await knowledge.search(question, regions=settings.city.regions)
                times.append((time.perf_counter() - began) * 1000)
    counted = times[20:]
    return [
        Figure(f"search, p50 of {len(counted)} questions", percentile(counted, 0.5), "ms"),
        Figure("search, p95", percentile(counted, 0.95), "ms", P95_BOUND_MS),
    ]
