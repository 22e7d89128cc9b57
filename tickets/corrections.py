"""What a citizen corrects in a ticket: the field changes, the content says so (:mod:`tickets.corrected`), the history keeps both values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Given:
    """What a citizen gives of himself after filing: the phone number in its stored form (:mod:`core.phone`), or else the name."""

    phone: str = ""
    name: str = ""


def contact(given: Given, key: str | None = None) -> tuple[str, Change]:
    """How the citizen's phone number or name is given or corrected: the action, and the change.

    The history records that it was, and not the value. The former value stays with the ticket where no department reads it
    (:attr:`tickets.models.TicketRow.former_contacts`).

    Args:
        given: the number or the name.
        key: key of the change, under which it can be taken back (:func:`taken_back`).
    """

    def change(row: TicketRow) -> None:
        what = "phone" if given.phone else "name"
        former = (row.contact_phone if given.phone else row.contact_name) or ""
        if former or key:
            # Lists in a column are compared by what they hold: a new one is written, an old one that grew is not.
            row.former_contacts = [*row.former_contacts, {what: former, "key": key or ""}]
        _give(row, given)

    return "phone_corrected" if given.phone else "name_corrected", change


def taken_back(key: str) -> Change:
    """How a change of name and number is taken back: what was there before it stands there again.

    Args:
        key: beginning of the keys of the changes that :func:`contact` made, not empty.
    """

    def change(row: TicketRow) -> None:
        made = [one for one in row.former_contacts if key and one.get("key", "").startswith(key)]
        kept = [one for one in row.former_contacts if one not in made]
        for one in reversed(made):
            # What was given by mistake belongs to somebody, too, and may stand in the words.
            what = "phone" if "phone" in one else "name"
            wrong = (row.contact_phone if what == "phone" else row.contact_name) or ""
            kept += [{what: wrong, "key": ""}] if wrong else []
            _give(row, Given(phone=one["phone"]) if what == "phone" else Given(name=one["name"]), what)
        row.former_contacts = kept

    return change


def _give(row: TicketRow, given: Given, what: str = "") -> None:
    if given.phone or what == "phone":
        row.contact_phone = given.phone or None
        row.contact_key = lookup_key(given.phone) if given.phone else None
    else:
        row.contact_name = given.name or None  # its key for the search follows (:mod:`tickets.models`)


def _own(row: TicketRow, values: Mapping[str, str]) -> dict[str, str]:
    """The values as others may read them: without the name and the phone number of the citizen.

    Raises:
        BadRequest: code ``own_name``; nothing else is in one of them.
    """
    made = {}
    for field, value in values.items():
        bare = value.replace(row.contact_phone, "") if row.contact_phone else value
        if row.contact_name and len(row.contact_name) > 1 and row.contact_name in bare:
            bare = bare.replace(row.contact_name, "" if bare.startswith(row.contact_name) else "本人")
        made[field] = bare.strip(" ，,、。；;")
        if not made[field]:
            raise BadRequest(
                f"{LABELS[field]}没有改：那是您自己的姓名或者电话，写在这一项里别人就看到了", code="own_name"
            )
    return made


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
    for field, value in _own(row, values).items():
        old = getattr(row, field)
        change = f"“{old}”改为“{value}”" if old else f"补为“{value}”"
        lines.append(f"{AFTER_FILING}{LABELS[field]}{change}")
    return "\n".join(lines)


def _apply(row: TicketRow, values: Mapping[str, str]) -> None:
    """Set the fields, and say so in the content. A point on the map of another place goes."""
    for field, value in _own(row, values).items():
        if field == "address" and row.address and value not in row.address and row.address not in value:
            row.latitude = row.longitude = None
            row.place_label = ""
        setattr(row, field, value)
        longer = with_line(row.content, field, value, AFTER_FILING)
        row.content = longer if len(longer) <= MAX_CONTENT else row.content
