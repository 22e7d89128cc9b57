"""The processor time the app spends on one message: judging it and looking it up. Rasa's own time is not in it.

The parts run as they do in the app, with torch on one thread: the judges of danger and of scope, the search, and the
model of message kinds; for a story also the reading of the form's answers (category, place, time). The figures are
processor time over all threads, so other work on the machine hardly changes them. The messages are those of the
held-out sets.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.figures import Figure, percentile
from benchmarks.visitors import texts
from bot.actions.policy.topics import topic_entries
from bot.understanding import category
from bot.understanding.asking import without_lead_in
from bot.understanding.danger.judging import shipped as shipped_judge
from bot.understanding.decide import shipped as shipped_bars
from bot.understanding.evidence import Reader, SearchedOnce
from bot.understanding.mine import mine
from bot.understanding.shorthand import written_out
from core.clock import local, now
from core.settings import load_settings
from kb_index.entries.entry import Entry
from kb_index.index.meanings import shipped_meaning
from kb_index.publishing.build import build
from kb_index.search.searcher import SearchResult
from kb_index.service import KnowledgeBase

P95_BOUND_MS = 60
"""Most milliseconds of processor time that 95 % of the questions may take."""
QUESTIONS, STORIES, WARMING = 240, 60, 5
"""Number of questions, number of stories, and how many of each, the first ones, only warm up and are not counted."""


def run() -> list[Figure]:
    """The median and the 95th percentile for a question and for a story, and the medians of a question's two parts."""
    with tempfile.TemporaryDirectory(prefix="wenban-bench-") as folder:
        return asyncio.run(_run(Path(folder)))


async def _run(index: Path) -> list[Figure]:
    settings = load_settings()
    city = settings.city
    build(settings.knowledge_dir, index, settings.kb_model)
    async with KnowledgeBase(index, settings.kb_model, answer_at=shipped_bars().sure) as knowledge:
        once = SearchedOnce(knowledge)

        async def search(text: str) -> SearchResult:
            return await once.search(without_lead_in(text), regions=city.regions)

        async def about(text: str) -> tuple[Entry, ...]:
            return await topic_entries(once, text, city.regions)

        reader, judge = Reader(search, shipped_meaning().states, about), shipped_judge()

        async def danger(text: str) -> None:
            judge.judge(text)
            judge.scope(text)

        async def evidence(text: str) -> None:
            await reader.read(written_out(text))

        async def form(text: str) -> None:
            category.suggest(text)
            mine(text, local(now()), city)

        asked = [await _timed(text, danger, evidence) for text in texts("answers", QUESTIONS)]
        told = [await _timed(text, danger, evidence, form) for text in texts("matters", STORIES)]
    asked, told = asked[WARMING:], told[WARMING:]
    answer, story = [sum(row) for row in asked], [sum(row) for row in told]
    return [
        Figure(f"answer path on one core, p50 of {len(answer)} questions", percentile(answer, 0.5), "ms"),
        Figure("answer path on one core, p95", percentile(answer, 0.95), "ms", P95_BOUND_MS),
        Figure("… of this danger and scope, p50", percentile([row[0] for row in asked], 0.5), "ms"),
        Figure("… of this search and kinds, p50", percentile([row[1] for row in asked], 0.5), "ms"),
        Figure(
            f"story with its form's reading on one core, p50 of {len(story)}", percentile(story, 0.5), "ms"
        ),
        Figure("story with its form's reading on one core, p95", percentile(story, 0.95), "ms"),
    ]


async def _timed(text: str, *steps: Callable[[str], Awaitable[None]]) -> list[float]:
    """Milliseconds of processor time each step takes; the steps run one after the other on the same message."""
    found = []
    for step in steps:
        began = time.process_time()
        await step(text)
        found.append((time.process_time() - began) * 1000)
    return found
