"""Fits the thresholds of the judge on held-back messages, and measures it with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.understanding.danger.judgement import Judgement, Numbers, together
from bot.understanding.danger.judging import SHORT
from bot.understanding.danger.kinds import DANGER_ROWS, DANGERS, NONE
from bot.understanding.encoding.floats import Floats, softmax
from bot.understanding.encoding.reading import plain

FALSE_ALARMS = {
    "clear": 0.008,
    "unclear": 0.02,
    "letter": 0.005,
    "alone": 0.0025,
    "beside": 0.008,
    "letter_beside": 0.01,
    "window": 0.005,
}
"""Shares of the harmless messages that may be taken for clear danger, or may raise any alarm (0 to 1).

``letter`` is the share for long texts, ``alone`` that for one clause of a text, ``window`` for a clause with its
neighbours (of letters twice as many), ``beside`` that for one clause of a short message, about which is asked beside the answer,
``letter_beside`` for a clause of a letter, those included that ``letter`` lets through; see
:class:`bot.understanding.danger.judgement.Numbers`.
"""
WRONGLY_ELSEWHERE = 0.004
"""Share of the messages within the scope that may be told another route (0 to 1)."""
EVEN = 0.5
"""Probability (0 to 1) from which the question about danger comes alone: danger is as likely as not."""
FLOORS = {"letter": 0.8, "letter_beside": 0.94}
"""Lowest values (0 to 1) of the letters' thresholds. The examples' letters are tamer than citizens' own: with the shares
above alone, one in forty harmless letters by other authors raised an alarm."""
SILENT = 0.035
"""Share (0 to 1) of short messages that tell of danger in words which alarm so little that the tail is not to read such
a clause, if all around it seems harmless."""
CLAUSE = 40
"""Most characters of a message of about one clause."""


def bars(
    texts: Sequence[str],
    labels: Sequence[str],
    judged: Sequence[Judgement],
    letters: Sequence[Judgement],
) -> dict[str, float]:
    """The thresholds of :class:`bot.understanding.danger.judgement.Numbers`.

    Args:
        texts, labels: held-back messages.
        judged: the judgements of these messages.
        letters: the judgements of harmless letters that the scores were not fitted on.
    """
    danger = np.asarray([one.danger[0] for one in judged])
    elsewhere = np.asarray([one.scope[0] for one in judged])
    harmless = np.asarray([label == NONE for label in labels])
    here = np.asarray([label == NONE or label in DANGERS for label in labels])

    def at(scores: Floats, share: float) -> float:
        return float(np.quantile(scores, 1 - share))

    unclear = at(danger[harmless], FALSE_ALARMS["unclear"])
    alone = [
        one.alone.probability
        for one, none in zip(judged, harmless, strict=True)
        if none and one.alone and one.danger[0] < unclear
    ]
    short = [
        one.alone.probability if one.alone and one.danger[0] < unclear else 0.0
        for text, one, none in zip(texts, judged, harmless, strict=True)
        if none and len(plain(text)) < SHORT
    ]
    of_letters = [together(one.danger[0], one.alone.probability) for one in letters if one.alone]
    clear = max(at(danger[harmless], FALSE_ALARMS["clear"]), 0.5)
    return {
        "clear": clear,
        "unclear": unclear,
        "letter": max(
            at(np.asarray([one.danger[0] for one in letters]), FALSE_ALARMS["letter"]),
            unclear,
            FLOORS["letter"],
        ),
        "even": EVEN,
        "alone": at(np.asarray(alone), FALSE_ALARMS["alone"]),
        "beside": max(at(np.asarray(short), FALSE_ALARMS["beside"]), clear),
        "letter_beside": max(
            at(np.asarray(of_letters), FALSE_ALARMS["letter_beside"]), clear, FLOORS["letter_beside"]
        ),
        "window": max(
            0.5,
            at(windowed(judged)[harmless], FALSE_ALARMS["window"]),
            at(windowed(letters), 2 * FALSE_ALARMS["window"]),
        ),
        "scope": max(0.5, at(elsewhere[here], WRONGLY_ELSEWHERE)),
    }


def quiet(texts: Sequence[str], labels: Sequence[str], words: Floats, weight: float) -> float:
    """The threshold ``quiet`` of :class:`bot.understanding.danger.judgement.Numbers`.

    Args:
        texts, labels: held-back messages.
        words: their scores by words, [messages, labels].
        weight: the weight of that score.
    """
    alarm = softmax(weight * words)[:, DANGER_ROWS].sum(axis=1)
    short = [label in DANGERS and len(text) <= CLAUSE for text, label in zip(texts, labels, strict=True)]
    return float(np.quantile(alarm[np.asarray(short)], SILENT))


def windowed(judged: Sequence[Judgement]) -> Floats:
    """The probabilities of danger by the judgements' windows, [judgements]; 0 without one."""
    return np.asarray([one.window.probability if one.window else 0.0 for one in judged], np.float32)


def figures(labels: Sequence[str], judged: Sequence[Judgement], numbers: Numbers) -> dict[str, Any]:
    """Measure fitted numbers. All figures are shares, 0 to 1; None over no messages.

    - ``recall``, ``clear``: dangers that are found, and that are found as clear.
    - ``false_alarms``: harmless messages taken for a danger.
    - ``scope_recall``: matters out of scope that are found; ``scope_precision``: found ones that are out of scope.
    """
    danger = np.asarray([one.danger[0] for one in judged])
    alone = np.asarray([one.alone.probability if one.alone else 0.0 for one in judged])
    raised = (danger >= numbers.unclear) | (alone >= numbers.beside)
    scope = np.asarray([one.scope[0] for one in judged]) >= numbers.scope
    real = np.asarray([label in DANGERS for label in labels])
    harmless = np.asarray([label == NONE for label in labels])
    routes = ~real & ~harmless
    scope &= ~raised
    return {
        "recall": round(float(raised[real].mean()), 4),
        "clear": round(float((danger[real] >= numbers.clear).mean()), 4),
        "false_alarms": round(float(raised[harmless].mean()), 4),
        "scope_recall": round(float(scope[routes].mean()), 4) if routes.any() else None,
        "scope_precision": round(float(routes[scope].mean()), 4) if scope.any() else None,
    }
