"""A ticket as the department sees it that handles it (承办单位). Nothing else of a ticket reaches a department.

Each field of the ticket's tables has a decision here (:data:`DECISIONS`); a test fails for a field without one. For a
ticket with 保密, the department gets neither contact nor name, texts without what names the citizen
(:func:`core.redaction.confidential`), and a place without the flat. For others, contact and numbers are masked, and the
contact can be revealed with a reason.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from core.masking import hide
from core.redaction import WIDE, Own, confidential, own_names, without_home, without_room
from core.search_tokens import folded, tokens
from core.sources import digest
from tickets import editing, numbers
from tickets.corrected import is_correction
from tickets.models import TicketRow
from tickets.progress import ANSWERED
from tickets.repeated import AGAIN, AGAIN_APART
from tickets.rows import plain_line, summary
from tickets.types import Ticket, TicketEvent, TicketLine

Introduced = Callable[[str], str | None]
"""Reads the name with which somebody introduces himself in a text (``bot.understanding.name.introduced_name``)."""

POINT_DIGITS = 3
"""Decimals of latitude and longitude that are shown for a ticket with 保密: about 100 metres, a street and no door."""
_READ_ANYWAY = 4
"""Tickets of 25 that a search reads as a department at least: a name or number of a citizen is seldom in more."""
_BEGINNING = 1_000
"""Characters of a content that are searched and redacted for its summary."""

_AS_IT_IS, _NEVER, _TEXT, _PLACE, _CONTACT, _POINT = "as it is", "never", "text", "place", "contact", "point"
_LEAD = "lead"
DECISIONS: dict[str, dict[str, str]] = {
    "tickets": {
        "id": _NEVER,
        "number": _AS_IT_IS,
        "filing_key": _NEVER,
        "query_code": _NEVER,
        "type": _AS_IT_IS,
        "category": _AS_IT_IS,
        "district": _AS_IT_IS,
        "address": _PLACE,
        "happened_at": _TEXT,
        "content": _TEXT,
        "subject": _TEXT,
        "contact_name": _CONTACT,
        "contact_phone": _CONTACT,
        "contact_key": _NEVER,
        "name_key": _NEVER,
        "former_contacts": _NEVER,
        "latitude": _POINT,
        "longitude": _POINT,
        "place_label": _PLACE,
        "details": _TEXT,
        "confidential": _AS_IT_IS,
        "channel": _AS_IT_IS,
        "conversation_id": _NEVER,
        "state": _AS_IT_IS,
        "department_id": _NEVER,
        "urgency": _AS_IT_IS,
        "urgent_at": _NEVER,
        "reporters": _AS_IT_IS,
        "sign_due_at": _AS_IT_IS,
        "reply_due_at": _AS_IT_IS,
        "close_due_at": _AS_IT_IS,
        "due_rule": _AS_IT_IS,
        "due_basis": _AS_IT_IS,
        "due_provisional": _AS_IT_IS,
        "accepted_at": _AS_IT_IS,
        "dispatched_at": _AS_IT_IS,
        "signed_at": _AS_IT_IS,
        "closed_at": _AS_IT_IS,
        "anonymous_at": _NEVER,
        "merged_into_id": _NEVER,
        "search_tokens": _NEVER,
        "parent_id": _NEVER,
        "created_at": _AS_IT_IS,
        "updated_at": _AS_IT_IS,
        "edited_at": _AS_IT_IS,
        "version": _AS_IT_IS,
        "due_from": _NEVER,
        "added_days": _AS_IT_IS,
        "next_due_at": _NEVER,
        "replied_at": _AS_IT_IS,
        "approved_at": _AS_IT_IS,
        "returns": _AS_IT_IS,
        "extensions": _AS_IT_IS,
        "asked_days": _AS_IT_IS,
        "suspensions": _AS_IT_IS,
        "suspended_at": _NEVER,
        "suspended_until": _AS_IT_IS,
        "supervised_at": _AS_IT_IS,
        "urges": _AS_IT_IS,
        "urged_at": _NEVER,
        "redos": _AS_IT_IS,
        "public_reply": _TEXT,
        "confidential_reply": _LEAD,
        "unreached": _AS_IT_IS,
        "callback": _AS_IT_IS,
        "satisfied": _AS_IT_IS,
        "callback_why": _TEXT,
        "disputed": _AS_IT_IS,
        "decide_due_at": _AS_IT_IS,
        "call_at": _NEVER,
        "called_at": _NEVER,
    },
    "ticket_dispatches": {
        "id": _NEVER,
        "ticket_id": _NEVER,
        "department_id": _NEVER,
        "lead": _AS_IT_IS,
        "category": _NEVER,
        "district": _NEVER,
        "at": _NEVER,
        "ended_at": _NEVER,
        "returned": _NEVER,
    },
    "ticket_shown": dict.fromkeys(("ticket_id", "made_by", "tokens"), _NEVER),
    "ticket_watches": dict.fromkeys(("ticket_id", "at"), _NEVER),
    "ticket_heard": dict.fromkeys(("id", "ticket_id", "approved_at", "result", "satisfied"), _NEVER),
    "ticket_events": {
        "id": _NEVER,
        "ticket_id": _NEVER,
        "at": _AS_IT_IS,
        "actor_kind": _NEVER,
        "actor_id": _NEVER,
        "actor": _AS_IT_IS,
        "action": _AS_IT_IS,
        "from_state": _AS_IT_IS,
        "to_state": _AS_IT_IS,
        "note": _TEXT,
        "key": _NEVER,
    },
    "ticket_photos": {"ticket_id": _NEVER, "image_id": _AS_IT_IS, "added_at": _NEVER},
    "ticket_counters": {"day": _NEVER, "last": _NEVER},
    "ticket_code_failures": dict.fromkeys(("id", "number", "visitor", "source", "at"), _NEVER),
    "departments": {"id": _NEVER, "name": _AS_IT_IS, "active": _NEVER, "created_at": _NEVER},
}
"""Table → column → what a department gets of it; the table of photos names pictures, which are drawn anew without EXIF.

``as it is``: shown to both kinds. ``text`` and ``place``: numbers are masked, and with 保密 redacted. ``contact``: masked,
and with 保密 left out. ``point``: with 保密 rounded. ``lead``: as a text, for the department that leads. ``never``: not shown.
"""


@dataclass(frozen=True)
class _Reader:
    """Writes the texts of one ticket for its department.

    Args:
        hidden: whether the citizen wants 保密.
        own: what is known of the citizen.
        clear: whether numbers are left as they are, because it was recorded who reads them; never with ``hidden``.
    """

    hidden: bool
    own: Own
    clear: bool = False

    def text(self, text: str) -> str:
        if not self.hidden:
            return text if self.clear else hide(text)
        lines = confidential(text, self.own).split("\n")  # a corrected address tells no flat either
        return "\n".join(without_room(without_home(line)) if is_correction(line) else line for line in lines)

    def place(self, place: str) -> str:
        return without_room(without_home(self.text(place))) if self.hidden else self.text(place)


class DepartmentView:
    """Builds what a department sees of tickets.

    Args:
        introduced: reads the name with which a citizen introduces himself in the ticket's words.
    """

    def __init__(self, introduced: Introduced = lambda text: None) -> None:
        self._introduced = introduced

    @cached_property
    def rules(self) -> str:
        """Names what decides what a department may read (:func:`core.sources.digest`): the tokens that others made are not used."""
        # With the whole packages of what finds names and numbers, because each of their modules rests on others.
        return digest(
            __name__, is_correction.__module__, "core", self._introduced.__module__.rpartition(".")[0]
        )

    def tokens(self, row: TicketRow) -> str:
        """The keyed tokens of what a department may read and search of a ticket (:mod:`tickets.shown`)."""
        reads = self._reader(row)
        return tokens(reads.text(row.content), reads.place(row.address), row.category, row.district)

    def ticket(
        self,
        row: TicketRow,
        ticket: Ticket,
        events: Iterable[TicketEvent],
        *,
        leads: bool | None,
        clear: bool = False,
    ) -> dict[str, Any]:
        """The whole ticket with its history: ``{"ticket": …, "events": […]}``.

        Args:
            row: the ticket as stored.
            ticket: the ticket of the row.
            events: its history.
            leads: whether the department leads. What it answered and told the hotline only (内部说明) is read by no department
                that assists, or had the ticket before or after it. None: the hotline reads, and every answer.
            clear: whether numbers are left in the words, which somebody recorded before. Without effect with 保密.
        """
        reads, hidden = self._reader(row, clear), row.confidential
        shown: dict[str, Any] = {
            **self.line(row).to_json(),
            "address": reads.place(row.address),
            "happened_at": reads.text(row.happened_at),
            "content": reads.text(row.content),
            "subject": reads.text(row.subject),
            "contact_name": "" if hidden else ticket.contact_name,
            "contact_phone": "" if hidden else ticket.contact_phone,
            "confidential": hidden,
            "latitude": _point(row.latitude, hidden),
            "longitude": _point(row.longitude, hidden),
            "place_label": reads.place(row.place_label),
            "photos": list(ticket.photos),
            "details": [{**detail.to_json(), "value": reads.text(detail.value)} for detail in ticket.details],
        }
        told = ticket.to_json()
        reviewed = ticket.state in ANSWERED
        every = leads is None
        shown["public_reply"] = reads.text(row.public_reply) if every or leads or reviewed else ""
        shown["confidential_reply"] = reads.text(row.confidential_reply) if every or leads else ""
        shown["callback"] = {**told["callback"], "why": reads.text(row.callback_why)}
        shown |= {name: told[name] for name in _PLAIN}
        shown["parent"] = None if not every else told["parent"]  # it says that two tickets are of one citizen
        own_since = row.dispatched_at if leads else None
        history = [
            {
                **event.to_json(),
                "note": "" if not every and _of_another(event, own_since) else _note(event, reads, hidden),
            }
            for event in events
            if every or event.action not in _OF_CITIZEN or (event.action == AGAIN and not hidden)
        ]
        return {"ticket": shown, "events": history}

    def line(self, row: TicketRow) -> TicketLine:
        """The ticket as the department's lists show it. Names no conversation."""
        reads = self._reader(row)
        return plain_line(row, summary(reads.text(row.content[:_BEGINNING])))

    def found_of(self, rows: Sequence[TicketRow], words: Sequence[str]) -> list[TicketRow]:
        """Those of some tickets in which each word of a search occurs, as far as the department may read them (:meth:`found`).

        Reading as a department takes most of the time. So only tickets that have the words somewhere are read so, hidden or not, and
        others beside them up to :data:`_READ_ANYWAY`: how long it takes must not tell that a few have a word where it is hidden.
        """
        likely = [row for row in rows if _may_have(row, words)]
        others = [row for row in rows if row not in likely][: max(0, _READ_ANYWAY - len(likely))]
        found = [row for row in (*likely, *others) if self.found(row, words)]
        return [row for row in rows if row in found]

    def found(self, row: TicketRow, words: Iterable[str]) -> bool:
        """Whether each word of a search occurs in what the department may read of the ticket.

        A number or name that is hidden must not be found either: a search that finds it tells whose ticket it is.
        """
        reads = self._reader(row)
        seen = folded(
            "\n".join(
                (row.number, reads.text(row.content), reads.place(row.address), row.district, row.category)
            )
        )
        return all(
            folded(word) in seen
            or folded(unicodedata.normalize("NFKC", word)) in seen
            or numbers.plain_number(word) == row.number
            for word in words
        )

    def _reader(self, row: TicketRow, clear: bool = False) -> _Reader:
        if not row.confidential:
            return _Reader(False, Own(), clear)
        told = self._introduced(row.content)
        given = [row.contact_name or "", told if told and not told.endswith(_OF_CHILD) else ""]
        given += [one.get("name", "") for one in row.former_contacts]
        phones = [row.contact_phone or "", *(one.get("phone", "") for one in row.former_contacts)]
        return _Reader(True, Own(own_names(given), tuple(filter(None, phones))))


def _may_have(row: TicketRow, words: Iterable[str]) -> bool:
    """Whether each word may occur in what a department reads: that is the ticket's own text, with stars in some places."""
    raw = folded("".join((row.number, row.content, row.address, row.district, row.category)).translate(WIDE))
    told = "".join(raw.split())
    return all(
        "*" in word
        or folded(word) in told
        or folded(unicodedata.normalize("NFKC", word)) in told
        or numbers.plain_number(word) == row.number
        for word in words
    )


_OF_CHILD = ("妈", "爸", "家长", "奶奶", "爷爷", "人")
"""Endings of what citizens call themselves without a name: 单亲妈妈, 退休老人."""
_PLAIN = (
    "channel",
    "department",
    "updated_at",
    "suspended_until",
    "supervised_at",
    "replied_at",
    "approved_at",
    "asked_days",
    "added_days",
    "assisting",
    "rounds",
    "accepted_at",
    "dispatched_at",
    "signed_at",
    "closed_at",
    "merged_into",
)
"""Fields of :meth:`tickets.types.Ticket.to_json` that a department reads as everybody else does."""


_OF_CITIZEN = (AGAIN, AGAIN_APART)
"""Codes of lines that say that two tickets are of one citizen."""


def _of_another(event: TicketEvent, own_since: datetime | None) -> bool:
    """Whether a line holds what another department answered, and not the one that has the lead since ``own_since``."""
    return event.action == "reply" and (own_since is None or event.at < own_since)


def _note(event: TicketEvent, reads: _Reader, hidden: bool) -> str:
    """A line of the history. With 保密 it tells no former value: a name that the staff has taken out is no longer known as one."""
    return (
        editing.changed_only(event.note)
        if hidden and event.action == editing.ACTION
        else reads.text(event.note)
    )


def _point(degrees: float | None, hidden: bool) -> float | None:
    return round(degrees, POINT_DIGITS) if hidden and degrees is not None else degrees
