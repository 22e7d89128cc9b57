"""``wenban kb test``: searches a list of questions with known entries, and compares with a baseline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BadRequest
from kb_index.measure.evaluate import Labelled
from kb_index.search.searcher import Searcher
from kb_index.tables import sheets

SHOWN = 3
"""Largest number of entries offered to a citizen."""

GRADES = ("wrong", "missed", "offered", "first", "right")
"""Grades of a result, worst first.

``wrong``: another entry was the answer. ``missed``: the right entry was not offered. ``offered``: it was
offered. ``first``: it came first, but was not given as the answer at once. ``right``: it was the answer. For
a question without a right entry: ``right`` means unknown, ``offered`` means asked back, ``wrong`` means
answered.
"""

IN_WORDS = {
    "wrong": "答错",
    "missed": "没找到",
    "offered": "列在候选里",
    "first": "排第一，没直接答",
    "right": "答对",
}
"""Grade → its Chinese name for editors."""


@dataclass(frozen=True)
class Tried:
    """The result of one question.

    Args:
        row: row or line number in the file.
        question: the question.
        expected: id of the right entry; None when no entry answers the question.
        found: ids of the found entries, best first.
        titles: titles of the found entries.
        outcome: what a citizen would get: ``answer``, ``ask_back`` or ``unknown``.
        probability: probability of the first entry, 0 to 1.
        also: ids of other entries that are right, too.
    """

    row: int
    question: str
    expected: str | None
    found: tuple[str, ...]
    titles: tuple[str, ...]
    outcome: str
    probability: float
    also: tuple[str, ...] = ()

    @property
    def grade(self) -> str:
        """One of :data:`GRADES`."""
        answered = self.outcome == "answer"
        if self.expected is None:
            return {"answer": "wrong", "ask_back": "offered"}.get(self.outcome, "right")
        wanted = {self.expected, *self.also}
        if not wanted.isdisjoint(self.found[:1]):
            return "right" if answered else "first"
        if answered:
            return "wrong"
        return "missed" if wanted.isdisjoint(self.found[:SHOWN]) else "offered"

    @property
    def hit(self) -> bool:
        """Whether the expected entry came first or, without an expected entry, nothing was answered."""
        return self.grade in {"first", "right"} or (self.expected is None and self.grade != "wrong")

    def to_json(self) -> dict[str, Any]:
        """A JSON-safe form for ``--json``."""
        return {
            "row": self.row,
            "question": self.question,
            "expected": self.expected,
            "found": list(self.found),
            "outcome": self.outcome,
            "probability": self.probability,
            "grade": self.grade,
        }


def read_cases(path: Path) -> list[tuple[int, Labelled]]:
    """Reads questions and their right entries from JSON lines or a table with the columns 问题 and 条目.

    An empty cell (or null) in the second column means that no entry answers the question.

    Raises:
        BadRequest: when the file can't be read; the message names the row.
    """
    if path.suffix.lower() == ".jsonl":
        found = [(number, _case(path, number, row)) for number, row in sheets.read_objects(path)]
    else:
        rows = sheets.read_rows(path)
        header = [cell.lower() for cell in next(rows, (1, []))[1]]
        question = next((i for i, c in enumerate(header) if c in {"question", "问题", "问法"}), None)
        entry = next(
            (i for i, c in enumerate(header) if c in {"entry", "id", "条目", "编号", "条目编号"}), None
        )
        if question is None or entry is None:
            raise BadRequest(f"{path.name} 没有认出表头：要有“问题”和“条目”两列", code="no_header")
        found = [
            (number, Labelled(row[question], row[entry] if entry < len(row) and row[entry] else None))
            for number, row in rows
            if question < len(row) and row[question]
        ]
    if not found:
        raise BadRequest(f"{path.name} 里没有问题", code="no_questions")
    return found


def _case(path: Path, number: int, row: dict[str, Any]) -> Labelled:
    question, entry, also = row.get("question"), row.get("entry"), row.get("also", [])
    others = isinstance(also, list) and all(isinstance(one, str) for one in also)
    if not isinstance(question, str) or not isinstance(entry, str | None) or not others:
        raise BadRequest(
            f'{path.name} 第 {number} 行要写成 {{"question": "问题", "entry": "条目编号或 null"}}',
            code="bad_row",
        )
    return Labelled(question, entry, tuple(also))


def try_all(
    searcher: Searcher,
    cases: list[tuple[int, Labelled]],
    regions: Sequence[str],
    on: dt.date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Tried]:
    """Searches every question as for a citizen of these regions on that day."""
    tried = []
    for done, (row, case) in enumerate(cases, 1):
        result = searcher.search(case.question, regions, on, limit=SHOWN)
        tried.append(
            Tried(
                row=row,
                question=case.question,
                expected=case.entry,
                found=tuple(hit.entry.id for hit in result.hits),
                titles=tuple(hit.entry.title for hit in result.hits),
                outcome=result.outcome,
                probability=result.hits[0].probability if result.hits else 0.0,
                also=case.also,
            )
        )
        if progress is not None:
            progress(done, len(cases))
    return tried


def changes(
    before: list[Tried], after: list[Tried]
) -> tuple[list[tuple[Tried, Tried]], list[tuple[Tried, Tried]]]:
    """(before, after) of the questions whose grade fell, and of those whose grade rose."""
    pairs = list(zip(before, after, strict=True))
    level = GRADES.index
    worse = [(b, a) for b, a in pairs if level(a.grade) < level(b.grade)]
    better = [(b, a) for b, a in pairs if level(a.grade) > level(b.grade)]
    return worse, better


def missing_entries(tried: list[Tried], searcher: Searcher) -> list[str]:
    """Ids of expected entries that the version does not contain."""
    return sorted(
        {t.expected for t in tried if t.expected and searcher.shelf.store.place(t.expected) is None}
    )
