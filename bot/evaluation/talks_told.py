"""The figures of whole talks in plain words, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_SHORT = 80
"""Longest part of a message that is shown, in characters."""


def lines(figures: Mapping[str, Any], shown: int) -> Iterator[str]:
    """The lines to print: misses with the turn before, then the figures.

    Args:
        figures: of :func:`bot.evaluation.talks.talks`.
        shown: most misses to show.
    """
    misses = figures["misses"]
    for miss in misses[:shown]:
        yield from _miss(miss)
    if len(misses) > shown:
        yield f"… and {len(misses) - shown} more turns that are not right; --json shows all."
    yield (
        f"{figures['talks']} talks with {figures['turns']} turns, {figures['judged']} of them judged. "
        f"Every judged turn is right in {_percent(figures['talks_all_right'])} of the talks."
    )
    yield from _questions("Questions that the knowledge base answers", figures)
    yield from _questions("  the first of their talk", figures["first"])
    yield from _questions("  later ones", figures["follow_up"])
    if figures["unanswerable"]:
        yield (
            f"Questions that nothing answers: {figures['unanswerable']}. “I don't know” with a way on: "
            f"{_percent(figures['unanswerable_right'])}; answered nevertheless: {_percent(figures['unanswerable_answered'])}."
        )
    for count, wanted, words in (
        ("forms", "form", "Matters taken into the form"),
        ("dangers", "danger", "Dangers noticed"),
        ("declined", "declined", "Matters out of scope sent to another route"),
    ):
        if figures[count]:
            yield f"{words}: {_percent(figures[f'{wanted}_recall'])} of {figures[count]}."
    took = figures["latency_ms"]
    yield f"Milliseconds a turn: {took['p50']} (median), {took['p95']} (95th percentile)."


def _questions(name: str, part: Mapping[str, Any]) -> Iterator[str]:
    if part["questions"]:
        yield (
            f"{name}: {part['questions']}. Answered right at once {_percent(part['right_at_once'])}, "
            f"offered among the choices {_percent(part['offered'])}, not known {_percent(part['unknown'])}, "
            f"put into the form {_percent(part['form'])}, answered wrong {_percent(part['wrong'])}, "
            f"anything else {_percent(part['other'])}."
        )


def _miss(miss: Mapping[str, Any]) -> Iterator[str]:
    lacking = f", without {'、'.join(miss['missing'])}" if miss["missing"] else ""
    got = f" {', '.join(miss['got'])}" if miss["got"] else ""
    yield f"{miss['talk']}, turn {miss['turn']}, counted as {miss['counted']}: {miss['text'][:_SHORT]}"
    if miss["before"]:
        yield f"    after: {miss['before'][:_SHORT]}"
    yield f"    expected {miss['expected']}; got {miss['kind']}{got}{lacking}"


def _percent(value: float | None) -> str:
    """A share in words.

    >>> _percent(0.125), _percent(None)
    ('12.5 %', '–')
    """
    return "–" if value is None else f"{100 * value:.1f} %"
