"""Measures the slots read from first messages: precision, recall, F1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.evaluation.rows import StoryRow
from bot.understanding.mine import Mined, Unsure, mine
from bot.understanding.name import introduced_name
from bot.understanding.slots.agreement import alike, leads, same_time, time_key
from bot.understanding.slots.naming import districts
from bot.understanding.when import Moment, moment
from core.city import City
from core.phone import canonical

SLOTS = ("complaint_type", "district", "town", "address", "happened_at", "subject", "phone", "ticket_number")
"""The slots that are measured."""
NAME = "name"
"""The citizen's own name: measured where some row of a file tells it, since not every author labelled names."""
_LOOSE = ("address", "subject")


@dataclass
class _Count:
    right: int = 0
    filled: int = 0
    wanted: int = 0
    forbidden: int = 0
    asked: int = 0
    asked_right: int = 0
    leads: int = 0
    known: int = 0

    def figures(self) -> dict[str, float | int]:
        precision = self.right / self.filled if self.filled else 0.0
        recall = self.right / self.wanted if self.wanted else 0.0
        both = self.filled + self.wanted
        return {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(2 * self.right / both if both else 0.0, 4),
            "wanted": self.wanted,
            "filled": self.filled,
            "forbidden": self.forbidden,
            "asked": self.asked,
            "asked_right": self.asked_right,
            "recall_asked": round(self.known / self.wanted if self.wanted else 0.0, 4),
            "precision_leads": round(self.leads / self.filled if self.filled else 0.0, 4),
        }


def wrong_slots(row: StoryRow) -> str | None:
    """The error of a row with an unknown slot name; None when all names are known."""
    unknown = sorted({*row.slots, *row.never} - {*SLOTS, NAME})
    return f"没有 {'、'.join(unknown)} 这样的项，只有 {'、'.join((*SLOTS, NAME))}" if unknown else None


def evaluate(rows: Sequence[StoryRow], now: datetime, city: City) -> dict[str, Any]:
    """Read the slots of all stories and compare what would be stored unasked with the labels.

    A row's value under ``not`` must not be read: a subject that equals it (发商), or any other reading that contains
    it, is wrong and counted as ``forbidden``.
    A slot that a row with ``not`` leaves out is not judged otherwise.

    Returns:
        ``messages``, ``per_slot``, ``precision``, ``recall``, ``micro_f1``, ``forbidden`` and ``misses``. In ``per_slot``,
        ``asked`` counts unsure readings that the form asks about or marks in the summary, and ``asked_right`` those that agree with
        the label; ``recall_asked`` counts both what is stored and what is asked. ``precision_leads`` also counts as right an address or
        subject that says more or less than the label and leads to the same spot or party (:func:`agreement.leads`).
    """
    slots = (*SLOTS, NAME) if any(NAME in row.slots for row in rows) else SLOTS
    counts = {name: _Count() for name in slots}
    misses = []
    for row in rows:
        found, unsure = read(row.text, now, city)
        for name in slots:
            said, truth, never = found.get(name, ""), row.slots.get(name, ""), row.never.get(name, "")
            broken = bool(never) and (never == said if name == "subject" else never in said)
            if row.never and not truth and not broken:
                continue
            if name == "district":
                truth = districts(city).get(truth, truth)  # labels may use another of its names
            right = bool(truth) and not broken and _is_right(name, said, truth, now)
            counts[name].right += right
            counts[name].filled += bool(said)
            same_spot = name in _LOOSE and bool(truth) and not broken and leads(said, truth)
            counts[name].leads += right or same_spot
            counts[name].wanted += bool(truth)
            counts[name].forbidden += broken
            counts[name].asked += name in unsure
            asked = bool(truth) and _is_right(name, unsure.get(name, ""), truth, now)
            counts[name].asked_right += asked
            counts[name].known += right or asked
            if not right and (said or truth):
                misses.append({"slot": name, "expected": truth, "found": said, "text": row.text})
    total = _Count(
        *(
            sum(getattr(count, part) for count in counts.values())
            for part in ("right", "filled", "wanted", "forbidden", "asked", "asked_right", "leads", "known")
        )
    ).figures()
    return {
        "messages": len(rows),
        "per_slot": {name: count.figures() for name, count in counts.items()},
        "precision": total["precision"],
        "recall": total["recall"],
        "micro_f1": total["f1"],
        "recall_asked": total["recall_asked"],
        "precision_leads": total["precision_leads"],
        "forbidden": total["forbidden"],
        "misses": misses,
    }


def read(text: str, now: datetime, city: City) -> tuple[dict[str, str], dict[str, str]]:
    """The slots read from a story, in the format of the rows: what is stored, and what is unsure and asked about."""
    found = mine(text, now, city)
    stored = _values(found)
    if name := introduced_name(text):
        stored[NAME] = name
    return stored, _values(found.unsure)


def _values(found: Mined | Unsure) -> dict[str, str]:
    values = {name: getattr(found, name, "") for name in SLOTS if name != "happened_at"}
    values["happened_at"] = time_key(found.happened_at)
    return {name: value for name, value in values.items() if value}


def _is_right(name: str, said: str, truth: str, now: datetime) -> bool:
    """Whether a value agrees with a label. A label that tells a time in the story's words also stands for its date."""
    if agree(name, said, truth):
        return True
    worded = name == "happened_at" and not truth[:4].isdigit()
    return worded and same_time(said, time_key(moment(truth, now) or Moment(truth, None, "vague")))


def agree(name: str, said: str, truth: str) -> bool:
    """Whether the value read from a message agrees with the labelled value of a slot."""
    if said == truth:
        return True
    if name == "phone":
        return bool(said) and said == canonical(truth)
    if name == "happened_at":
        return same_time(said, truth)
    return name in _LOOSE and alike(said, truth)
