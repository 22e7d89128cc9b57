"""What a citizen corrects in a ticket: the field changes, the content says so (:mod:`tickets.corrected`), the history keeps both values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from core.city import City
from core.errors import BadRequest
from core.privacy import lookup_key
from core.text import clean
from tickets.checks import MAX_CONTENT
from tickets.corrected import AFTER_FILING, LABELS, with_line
from tickets.models import TicketRow

_LONGEST = {"district": 40, "address": 300, "happened_at": 100, "subject": 200}
"""Most characters of each field, as when a ticket is filed."""


Change = Callable[[TicketRow], None]
"""Changes the row of a ticket."""


def fields(values: Mapping[str, str], city: City) -> tuple[Callable[[TicketRow], str], Change]:
    """How fields are corrected: the lines of the history, told before the change, and the change.

    Args:
        values: field (:data:`LABELS`) → right value.
        city: the city whose districts are known.

    Raises:
        BadRequest: a value is empty or too long, or the field can't be corrected so.
    """
    made = _checked(values, city)
    return partial(_told, values=made), partial(_apply, values=made)


def phone(number: str) -> Change:
    """How the citizen's phone number is corrected. The history records that it was, and not the number.

    Args:
        number: the number in its stored form; see :mod:`core.phone`.
    """

    def change(row: TicketRow) -> None:
        row.contact_phone, row.contact_key = number, lookup_key(number)

    return change


def _checked(values: Mapping[str, str], city: City) -> dict[str, str]:
    """The right values in their stored form, in the order of :data:`LABELS`."""
    made = {field: clean(values[field]) for field in LABELS if field in values}
    if not made or len(made) != len(values):
        raise BadRequest("这一项不能这样更正")
    for field, value in made.items():
        if not 0 < len(value) <= _LONGEST[field]:
            raise BadRequest(f"{LABELS[field]}请控制在 1 到 {_LONGEST[field]} 个字")
    district = city.named(made.get("district", ""))
    return {**made, "district": district.name} if district else made


def _told(row: TicketRow, values: Mapping[str, str]) -> str:
    """The lines of the history: each field with its old and its new value."""
    lines = []
    for field, value in values.items():
        old = getattr(row, field)
        change = f"“{old}”改为“{value}”" if old else f"补为“{value}”"
        lines.append(f"{AFTER_FILING}{LABELS[field]}{change}")
    return "\n".join(lines)


def _apply(row: TicketRow, values: Mapping[str, str]) -> None:
    """Set the fields, and say so in the content. A point on the map of another place goes."""
    for field, value in values.items():
        if field == "address" and row.address and value not in row.address and row.address not in value:
            row.latitude = row.longitude = None
            row.place_label = ""
        setattr(row, field, value)
        longer = with_line(row.content, field, value, AFTER_FILING)
        row.content = longer if len(longer) <= MAX_CONTENT else row.content
