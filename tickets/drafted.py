"""What a ticket could say, as read for an agent who files it: each value with where it comes from, and how sure it is.

The readers belong to the assistant (:mod:`bot.actions.complaint.for_desk`) and are passed to the desk, which may not import it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tickets.types import Detail


class Source(StrEnum):
    """Where a value comes from."""

    FORM = "form"
    """The citizen put it into the assistant's form, or accepted it there."""
    SAID = "said"
    """Read from the citizen's words, as surely as the assistant needs to store it unasked."""
    GUESSED = "guessed"
    """Read from the citizen's words, but not surely: the assistant would ask."""


@dataclass(frozen=True)
class Value:
    """The value of one field of a ticket.

    Args:
        value: the value; a yes or no for ``confidential``.
        source: where it comes from.
        share: probability (0 to 1) that it is right, when the reader gives one: of a category.
    """

    value: str | bool
    source: Source
    share: float | None = None

    @property
    def sure(self) -> bool:
        """Whether the assistant would store it unasked."""
        return self.source is not Source.GUESSED

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk."""
        return {"value": self.value, "sure": self.sure, "source": str(self.source), "share": self.share}


@dataclass(frozen=True)
class Drafted:
    """What was read.

    Args:
        fields: field of :class:`tickets.types.TicketDraft` → value. Fields of which nothing is known are left out.
        photos: ids of the photos that are in the assistant's form.
        point: latitude and longitude in degrees that the citizen sent, and the label of the place; None: none.
        details: what the form asked for beyond the columns of a ticket.
    """

    fields: Mapping[str, Value] = field(default_factory=dict)
    photos: tuple[str, ...] = ()
    point: tuple[float, float, str] | None = None
    details: tuple[Detail, ...] = ()
