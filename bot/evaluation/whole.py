"""End-to-end figures: compares what citizens saw with what they should have seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from bot.evaluation.figures import confusions, latency, share
from bot.evaluation.rows import AnswerRow, DangerRow, MatterRow
from bot.evaluation.seen import Seen

NONE = "none"
"""Label of a message without danger and within the hotline's scope."""
SCOPE = "scope_"
"""How the labels of matters outside the hotline's scope begin."""


def answers(rows: Sequence[AnswerRow], seen: Sequence[Seen]) -> dict[str, Any]:
    """Figures of questions.

    Shares (0 to 1) are of the answerable questions, except ``wrong`` (of all) and ``unanswerable_answered``.

    - ``right_at_once``: the labelled entry was the answer.
    - ``right_among_choices``: it was the answer or among the choices.
    - ``form``: the complaint form opened without an answer.
    - ``unknown``: the assistant said that it does not know or did not understand.
    - ``other``: everything else: a human, danger advice, declined, small talk, other choices, a wrong answer.
    """
    counted: Counter[str] = Counter()
    misses: list[dict[str, Any]] = []
    for row, one in zip(rows, seen, strict=True):
        right = {row.entry, *row.also} if row.entry else set()
        wrong = one.entry is not None and one.entry not in right
        counted["wrong"] += wrong
        if row.entry is None:
            counted["unanswerable"] += 1
            counted["unanswerable_answered"] += one.entry is not None
        else:
            counted["answerable"] += 1
            counted[_share_of(one, right)] += 1
        if wrong or (row.entry and one.entry is None):
            misses.append(_miss(row.question, row.entry, one))
    answerable = counted["answerable"]
    shares = {name: counted[name] for name in ("right_at_once", "form", "unknown", "other")}
    shares["right_among_choices"] = counted["right_at_once"] + counted["among_choices"]
    return {
        "questions": len(rows),
        **{name: share(count, answerable) for name, count in shares.items()},
        "wrong": share(counted["wrong"], len(rows)),
        "unanswerable": counted["unanswerable"],
        "unanswerable_answered": share(counted["unanswerable_answered"], counted["unanswerable"]),
        "latency_ms": latency([one.took_ms for one in seen]),
        "misses": misses,
    }


def _share_of(one: Seen, right: set[str]) -> str:
    if one.entry is not None:
        return "right_at_once" if one.entry in right else "other"
    if one.kind == "form":
        return "form"
    if right & set(one.choices):
        return "among_choices"
    return "unknown" if one.kind in ("unknown", "not_understood") else "other"


def taken_for(one: Seen) -> str:
    """The kind that the reply treats the message as: ``matter``, ``question``, ``both`` or ``talk``."""
    if one.kind == "answer":
        return "both" if one.files else "question"
    if one.kind == "choices":
        return "both" if one.files else "question"
    if one.kind == "form":
        return "matter"
    return "question" if one.kind == "unknown" else "talk"


def matters(rows: Sequence[MatterRow], seen: Sequence[Seen]) -> dict[str, Any]:
    """Figures of the kind of a message. A share (0 to 1) over no rows is None.

    - ``accuracy`` and ``confusions`` of the kinds.
    - ``matter_filed``: share of matters that reach the form, or get an answer with the offer to file.
    - ``both_served``: share of ``both`` messages that get an answer and the offer to file, or the form.
    - ``question_form``: share of pure questions that open the form.
    """
    said = [taken_for(one) for one in seen]
    expected = [row.kind for row in rows]
    filed = [one.files for row, one in zip(rows, seen, strict=True) if row.kind == "matter"]
    both = [one.files for row, one in zip(rows, seen, strict=True) if row.kind == "both"]
    formed = [one.kind == "form" for row, one in zip(rows, seen, strict=True) if row.kind == "question"]
    return {
        "messages": len(rows),
        "accuracy": share(sum(a == b for a, b in zip(expected, said, strict=True)), len(rows)),
        "matter_filed": share(sum(filed), len(filed)),
        "both_served": share(sum(both), len(both)),
        "question_form": share(sum(formed), len(formed)),
        "confusions": confusions([row.text for row in rows], expected, said),
        "kinds": {
            kind: dict(Counter(one.kind for row, one in zip(rows, seen, strict=True) if row.kind == kind))
            for kind in dict.fromkeys(expected)
        },
        "latency_ms": latency([one.took_ms for one in seen]),
    }


def danger(rows: Sequence[DangerRow], seen: Sequence[Seen]) -> dict[str, Any]:
    """Figures of danger and scope. A share (0 to 1) over no rows is None.

    - ``recall``: a danger counts as found even if another danger was recognised.
    - ``false_alarms`` and ``declined_wrongly``: shares of the rows labelled ``none``.
    - ``scope_recall`` and ``scope_precision``: count all declined messages, for whatever reason.
    """
    by_kind: dict[str, list[bool]] = defaultdict(list)
    alarms: list[bool] = []
    declined: list[bool] = []
    beyond: list[bool] = []
    refused = 0
    misses: list[dict[str, Any]] = []
    for row, one in zip(rows, seen, strict=True):
        raised, scope = one.danger, row.label.startswith(SCOPE)
        if row.label == NONE:
            alarms.append(raised)
            refused += one.kind == "declined"
        elif not scope:
            by_kind[row.label].append(raised)
        if scope:
            beyond.append(one.kind == "declined")
        if one.kind == "declined":
            declined.append(scope)
        declines = one.kind == "declined"
        as_labelled = declines if scope else not (raised or declines) if row.label == NONE else raised
        if not as_labelled:
            misses.append(_miss(row.text, row.label, one))
    raised_all = [raised for found in by_kind.values() for raised in found]
    return {
        "messages": len(rows),
        "recall": share(sum(raised_all), len(raised_all)),
        "recall_by_kind": {kind: share(sum(found), len(found)) for kind, found in sorted(by_kind.items())},
        "false_alarms": share(sum(alarms), len(alarms)),
        "scope_precision": share(sum(declined), len(declined)),
        "scope_recall": share(sum(beyond), len(beyond)),
        "declined_wrongly": share(refused, len(alarms)),
        "latency_ms": latency([one.took_ms for one in seen]),
        "misses": misses,
    }


def _miss(text: str, expected: str | None, one: Seen) -> dict[str, Any]:
    return {"text": text, "expected": expected, "kind": one.kind, "got": one.entry or list(one.choices)}
