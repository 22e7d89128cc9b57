"""``wenban kb evaluate``: measures how well questions find their entry and what citizens would get."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadRequest
from core.progress import Progress, unwatched
from kb_index.entries.entry import Entry
from kb_index.fitting.probability import calibration_error, wilson
from kb_index.search.calibration import FEATURES, Calibration
from kb_index.search.evidence import rows
from kb_index.search.ranking import Candidates, Part, Ranking, order
from kb_index.search.searcher import Searcher

DEPTH = 10
"""Number of first entries that count for recall and mean reciprocal rank."""
PARTS: tuple[Part, ...] = ("lexical", "dense")
"""Parts of the search that are also measured alone."""


@dataclass(frozen=True)
class Labelled:
    """A question and the entries that answer it.

    Args:
        question: a citizen's words.
        entry: id of the entry that answers best; None when no entry does.
        also: ids of other entries that answer it as well.
        weight: how much it counts when numbers are fitted.
    """

    question: str
    entry: str | None
    also: tuple[str, ...] = ()
    weight: float = 1.0

    def right(self) -> frozenset[str]:
        """Ids of all entries that answer."""
        return frozenset((self.entry, *self.also)) if self.entry is not None else frozenset()


def read_questions(path: Path) -> list[Labelled]:
    """Reads ``{"question", "entry", "also"}`` rows from JSON lines; the key of the question may also be ``text``.

    ``also`` may be missing. Rows of another ``kind`` than ``question`` are left out: nobody wants an answer there.

    Raises:
        BadRequest: naming the line that is not such a row.
    """
    found = []
    for number, row in _rows(path):
        if row.get("kind", "question") != "question":
            continue
        question = row.get("question", row.get("text"))
        also = row.get("also", [])
        told = isinstance(also, list) and all(isinstance(one, str) for one in also)
        if not isinstance(question, str) or not isinstance(row.get("entry", 0), str | None) or not told:
            raise BadRequest(
                f'{path}:{number}: need {{"question": text, "entry": id or null}}', code="bad_row"
            )
        found.append(Labelled(question, row["entry"], tuple(also)))
    if not found:
        raise BadRequest(f"{path} holds no questions", code="no_questions")
    return found


def read_corpus(path: Path) -> list[Entry]:
    """Reads ``{"id", "title", "variants", "answer"}`` rows as entries valid everywhere and at all times.

    Raises:
        BadRequest: naming the line that is not such a row.
    """
    found = []
    for number, row in _rows(path):
        try:
            entry_id, title = str(row["id"]), str(row["title"])
        except KeyError as error:
            raise BadRequest(f"{path}:{number}: {error} is missing", code="bad_row") from error
        variants = tuple(str(v) for v in row.get("variants") or ())
        found.append(foreign_entry(entry_id, title, variants, str(row.get("answer") or "")))
    if not found:
        raise BadRequest(f"{path} holds no entries", code="no_entries")
    return found


def foreign_entry(entry_id: str, title: str, variants: tuple[str, ...], answer: str) -> Entry:
    """An entry valid everywhere and at all times; not validated: a foreign base may have other ids and lengths."""
    day = dt.date(2000, 1, 1)
    return Entry.model_construct(
        id=entry_id,
        title=title,
        department="-",
        topic="",
        regions=("全国",),
        effective=day,
        reviewed=day,
        variants=variants,
        answer=answer,
    )


def _rows(path: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    if not path.is_file():
        raise BadRequest(f"There is no file {path}", code="no_file")
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise BadRequest(f"{path}:{number}: not JSON: {error}", code="bad_row") from error
            if not isinstance(row, dict):
                raise BadRequest(f"{path}:{number}: not an object", code="bad_row")
            yield number, row


@dataclass(frozen=True)
class Judged:
    """Result of one question: rank of the right entry (0 is best, None: not found) and the top's features."""

    rank: int | None
    features: NDArray[np.float64]
    answerable: bool
    parts: Mapping[Part, int | None]

    @property
    def right(self) -> bool:
        """Whether the top entry answers the question."""
        return self.rank == 0


def rank_of(ranking: Ranking, wanted: Collection[int]) -> int | None:
    """Rank of the first entry at one of the places ``wanted``; 0 is the first, None: none is in the ranking."""
    found = np.flatnonzero(np.isin(ranking.places, list(wanted)))
    return int(found[0]) if found.size else None


def judgement(searcher: Searcher, item: Labelled, found: Candidates) -> Judged:
    """Ranks the candidates of one question with the searcher's numbers."""
    places = (searcher.shelf.store.place(entry) for entry in item.right())
    wanted = [place for place in places if place is not None]
    ranking = searcher.order(found)
    features = rows(searcher.shelf, ranking, 1)[0] if ranking.places.size else np.zeros(len(FEATURES))
    alone = {part: rank_of(order(found, searcher.calibration, part), wanted) for part in PARTS}
    return Judged(rank_of(ranking, wanted), features, item.entry is not None, alone)


def judge(
    searcher: Searcher,
    questions: list[Labelled],
    regions: Sequence[str] = (),
    progress: Progress = unwatched,
) -> tuple[list[Judged], list[float]]:
    """Searches every question.

    Args:
        searcher: the searcher to measure.
        questions: questions labelled with entries of that searcher.
        regions: names of the citizens' regions.
        progress: called with (questions ranked, questions to rank).

    Returns:
        One judgement for each question, and the duration of each search in seconds.
    """
    judged, seconds = [], []
    for done, item in enumerate(questions, 1):
        began = time.perf_counter()
        searcher.search(item.question, regions)
        seconds.append(time.perf_counter() - began)
        judged.append(judgement(searcher, item, searcher.candidates(item.question, regions)))
        progress(done, len(questions))
    return judged, seconds


def _recall(ranks: list[int | None]) -> dict[str, float]:
    total = max(1, len(ranks))
    return {
        f"recall_at_{k}": round(sum(r is not None and r < k for r in ranks) / total, 4) for k in (1, 3, DEPTH)
    }


def report(
    judged: list[Judged], seconds: list[float], probability: NDArray[np.float64], numbers: Calibration
) -> dict[str, Any]:
    """The figures of ``wenban kb evaluate --json``.

    Args:
        judged: one for each question.
        seconds: duration of each search in seconds.
        probability: probability of the top entry, 0 to 1; [questions].
        numbers: contains the thresholds.
    """
    answerable = [j for j in judged if j.answerable]
    right = np.array([j.right for j in judged])
    can = np.array([j.answerable for j in judged])
    given = probability >= numbers.answer_at
    refused = probability < numbers.ask_at
    ranks = [j.rank for j in answerable]
    wrong, false = int((given & ~right).sum()), int((given & ~can).sum())
    refusals = int(refused.sum())
    hits = sum(r == 0 for r in ranks)
    unanswerable = int((~can).sum())
    return {
        "questions": len(judged),
        **_recall(ranks),
        "mrr": round(sum(1 / (r + 1) for r in ranks if r is not None and r < DEPTH) / max(1, len(ranks)), 4),
        "wrong_answer_share": round(wrong / len(judged), 4),
        "unanswerable_answered_share": round(false / unanswerable, 4) if unanswerable else 0.0,
        "answered_share": round(float(given.mean()), 4),
        "asked_back_share": round(float((~given & ~refused).mean()), 4),
        "refusal_precision": round(float((refused & ~can).sum() / refusals), 4) if refusals else None,
        "refusal_recall": round(float((refused & ~can).sum() / unanswerable), 4) if unanswerable else None,
        "calibration_error": round(calibration_error(probability, right), 4),
        "latency_ms": {
            "p50": round(float(np.percentile(seconds, 50)) * 1000, 3),
            "p95": round(float(np.percentile(seconds, 95)) * 1000, 3),
        },
        "bm25": _recall([j.parts.get("lexical") for j in answerable]),
        "dense": _recall([j.parts.get("dense") for j in answerable]),
        "confidence_95": {
            "recall_at_1": _interval(hits, len(ranks)),
            "wrong_answer_share": _interval(wrong, len(judged)),
            "unanswerable_answered_share": _interval(false, unanswerable),
        },
        "unanswerable": unanswerable,
        "thresholds": {"answer_at": numbers.answer_at, "ask_at": numbers.ask_at},
    }


def _interval(successes: int, total: int) -> list[float]:
    low, high = wilson(successes, total)
    return [round(low, 4), round(high, 4)]


def evaluate(
    searcher: Searcher,
    questions: list[Labelled],
    regions: Sequence[str] = (),
    progress: Progress = unwatched,
) -> dict[str, Any]:
    """Measures a searcher without fitting anything; for the arguments see :func:`judge`."""
    judged, seconds = judge(searcher, questions, regions, progress)
    probability = searcher.calibration.probability(np.array([j.features for j in judged]))
    return report(judged, seconds, probability, searcher.calibration)
