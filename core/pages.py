"""Pages of a list that is ordered by a moment: what begins the next page is the place of the last row, and not only its id,
because the row may have moved when the next page is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from core.errors import BadRequest
from core.text import clean

R = TypeVar("R")
"""The type of a row."""


def place(at: datetime, row_id: str) -> str:
    """The place of a row, as the page sends it back.

    Args:
        at: the moment by which the list is ordered.
        row_id: id of the row, which decides between rows of one moment.

    >>> place(datetime(2026, 11, 30, tzinfo=UTC), "a-1")
    '2026-11-30T00:00:00+00:00 a-1'
    """
    return f"{at.isoformat()} {row_id}"


def behind(sent: str) -> tuple[datetime, str]:
    """Moment and id of a place that was sent back.

    Raises:
        BadRequest: the text is no place.

    >>> behind("2026-11-30T00:00:00+00:00 a-1")[1]
    'a-1'
    """
    at, _, row_id = clean(sent).partition(" ")
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return moment.astimezone(UTC), row_id  # a date at the end of the calendar has no such time
    except (ValueError, OverflowError) as error:
        raise BadRequest("没有这一页，请从第一页看起") from error


def cut(rows: Sequence[R], limit: int, of: Callable[[R], str]) -> tuple[Sequence[R], str | None]:
    """A page of the rows that were found, of which one more than ``limit`` was asked for, and what begins the next page; None: nothing.

    >>> cut("abc", 2, str.upper)
    ('ab', 'B')
    """
    return rows[:limit], of(rows[limit - 1]) if len(rows) > limit else None
