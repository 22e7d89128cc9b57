"""The plain values gaps are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.clock import iso

Outcome = Literal["answer", "ask_back", "unknown"]
Verdict = Literal["useful", "useless"]
Kind = Literal["all", "unanswered", "useless"]
"""``unanswered``: nothing was known, or none of the candidates; ``useless``: an answer was given and was 没用."""
State = Literal["open", "drafted", "dismissed"]


@dataclass(frozen=True)
class Asked:
    """A question as the assistant hands it over to be kept.

    Args:
        turn_id: the turn it was asked in; the same turn again is the same question.
        question: the citizen's words; personal data is taken out before they are stored.
        outcome: what the assistant did with it.
        entry_id: the entry it showed, if any.
        verdict: what the citizen said of the answer, once they did.
    """

    turn_id: str
    question: str
    outcome: Outcome
    channel: str
    entry_id: str | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Question:
    """A stored question that is a gap."""

    id: str
    text: str
    outcome: str
    entry_id: str | None
    asked_at: datetime
    state: str
    draft_id: str | None
    handled_by: str
    handled_at: datetime | None

    @property
    def answered(self) -> bool:
        """Whether an answer was given, which then was 没用."""
        return self.outcome == "answer"


@dataclass(frozen=True)
class Named:
    """An entry as a group refers to it, with how often or how surely."""

    id: str
    title: str
    department: str = ""
    count: int = 0
    probability: float = 0.0
    answers: bool = False
    """Whether the version in service would give it as the answer now."""

    def to_json(self) -> dict[str, Any]:
        """The shape the desk and ``--json`` show."""
        return {
            "id": self.id,
            "title": self.title,
            "department": self.department,
            "count": self.count,
            "probability": self.probability,
            "answers": self.answers,
        }


@dataclass(frozen=True)
class Group:
    """Questions that mean the same.

    Args:
        id: id of its earliest question; it stays when more join. The id of any member finds the group.
        question: the wording asked most.
        members: all questions, oldest first.
        wordings: the different wordings with how often each was asked, most first.
        wrong: the entries that were shown and were 没用, most often first.
        nearest: the entry the version in service finds for it, sure or not.
    """

    id: str
    question: str
    members: tuple[Question, ...]
    wordings: tuple[tuple[str, int], ...]
    wrong: tuple[Named, ...] = ()
    nearest: Named | None = None

    @property
    def count(self) -> int:
        """How often it was asked."""
        return len(self.members)

    @property
    def unhandled(self) -> int:
        """How many of its questions no editor has handled."""
        return sum(m.state == "open" for m in self.members)

    @property
    def last_handled(self) -> Question | None:
        """The question an editor handled last."""
        handled = (m for m in self.members if m.state != "open")
        return max(handled, key=lambda m: (m.handled_at or m.asked_at, m.id), default=None)

    @property
    def state(self) -> str:
        """What an editor did with it; open again once it was asked more often since then than before."""
        last = self.last_handled
        return last.state if last is not None and 2 * self.unhandled <= self.count else "open"

    def to_json(self, examples: int = 5) -> dict[str, Any]:
        """The shape the desk and ``--json`` show.

        Args:
            examples: wordings at most.
        """
        last = self.last_handled
        return {
            "id": self.id,
            "question": self.question,
            "count": self.count,
            "useless": sum(m.answered for m in self.members),
            "first_asked": iso(self.members[0].asked_at),
            "last_asked": iso(self.members[-1].asked_at),
            "examples": [{"text": text, "count": count} for text, count in self.wordings[:examples]],
            "wordings": len(self.wordings),
            "wrong": [entry.to_json() for entry in self.wrong],
            "nearest": self.nearest.to_json() if self.nearest else None,
            "state": self.state,
            "handled": None
            if last is None
            else {
                "state": last.state,
                "by": last.handled_by,
                "at": iso(last.handled_at or last.asked_at),
                "draft": last.draft_id,
                "since": self.unhandled,
            },
        }


@dataclass(frozen=True)
class Overview:
    """The groups of a stretch of time.

    Args:
        groups: most asked first, as many as were wanted.
        total: groups there are.
        questions: questions in all groups.
        left_out: questions that were not grouped because there are too many.
    """

    groups: tuple[Group, ...]
    total: int
    questions: int
    left_out: int = 0


@dataclass(frozen=True)
class Draft:
    """An entry drafted for a group: its id, and its file within the knowledge folder."""

    entry_id: str
    file: str


@dataclass(frozen=True)
class Rating:
    """What citizens said of one entry's answers."""

    entry_id: str
    useful: int
    useless: int

    @property
    def share(self) -> float:
        """Share of 有用 among all verdicts, 0 to 1."""
        return self.useful / (self.useful + self.useless)
