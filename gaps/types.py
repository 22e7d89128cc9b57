"""The value types of gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.clock import iso

Outcome = Literal["answer", "ask_back", "unknown"]
"""What the assistant did: gave an answer, asked which entry is meant, or said that it does not know."""
Verdict = Literal["useful", "useless"]
"""What the citizen said of the answer."""
Kind = Literal["all", "unanswered", "useless"]
"""``unanswered``: no answer was known, or all offered entries were wrong; ``useless``: the answer was 没用."""
State = Literal["open", "drafted", "dismissed"]
"""What an editor has done: nothing, written a draft, or set the group aside."""


@dataclass(frozen=True)
class Asked:
    """A question that the assistant passes on to be stored.

    Args:
        turn_id: the turn in which it was asked. The same turn again is the same question.
        question: the citizen's words. Personal data is removed before they are stored.
        outcome: what the assistant did.
        channel: the channel in which it was asked.
        entry_id: the entry that the assistant showed; None when it showed none.
        verdict: what the citizen said of the answer; None when nothing was said yet.
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
        """Whether an answer was given. As the question is a gap, the citizen called the answer 没用."""
        return self.outcome == "answer"


@dataclass(frozen=True)
class Named:
    """An entry that a group names.

    Args:
        id: id of the entry.
        title: its title.
        department: its 承办单位.
        count: how often it was shown and was 没用.
        probability: probability, 0 to 1, that it answers the group's question.
        answers: whether the version in service would give it as the answer now.
    """

    id: str
    title: str
    department: str = ""
    count: int = 0
    probability: float = 0.0
    answers: bool = False

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk and for ``--json``."""
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
        id: id of its earliest question. It stays the same when more questions join. The id of any member finds the
            group, too.
        question: the wording that was asked most.
        members: all questions, oldest first.
        wordings: the different wordings and how often each was asked, the most asked first.
        wrong: the entries that were shown and were 没用, the most frequent first.
        nearest: the entry that the version in service finds for the question, whether it is sure or not.
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
        """The number of its questions that no editor has handled."""
        return sum(m.state == "open" for m in self.members)

    @property
    def last_handled(self) -> Question | None:
        """The question that an editor handled last; None when none was handled."""
        handled = (m for m in self.members if m.state != "open")
        return max(handled, key=lambda m: (m.handled_at or m.asked_at, m.id), default=None)

    @property
    def state(self) -> str:
        """What an editor did with it. It is open again once it was asked more often since then than before."""
        last = self.last_handled
        return last.state if last is not None and 2 * self.unhandled <= self.count else "open"

    def to_json(self, examples: int = 5) -> dict[str, Any]:
        """The JSON form for the desk and for ``--json``.

        Args:
            examples: most wordings that are listed.
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
    """The groups of a time window.

    Args:
        groups: the most asked first, up to the limit that was asked for.
        total: number of all groups.
        questions: number of questions in all groups.
        left_out: number of questions that were not grouped, because there are too many.
    """

    groups: tuple[Group, ...]
    total: int
    questions: int
    left_out: int = 0


@dataclass(frozen=True)
class Draft:
    """An entry that was drafted for a group.

    Args:
        entry_id: id of the entry.
        file: path of its file within the knowledge folder.
    """

    entry_id: str
    file: str


@dataclass(frozen=True)
class Rating:
    """What citizens said of one entry's answers.

    Args:
        entry_id: id of the entry.
        useful: number of answers called 有用.
        useless: number of answers called 没用.
    """

    entry_id: str
    useful: int
    useless: int

    @property
    def share(self) -> float:
        """Share of 有用 among all verdicts, 0 to 1."""
        return self.useful / (self.useful + self.useless)
