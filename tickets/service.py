"""The interface of tickets for other packages: one object with all functions."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from core.city import City
from core.database import Alongside, Database
from core.errors import ConfigurationError
from core.events import Events
from tickets import contacts, deadlines, departments, filing, lookup, progress
from tickets.department_view import Introduced
from tickets.departments import Office
from tickets.filing import Beside
from tickets.imports import Imports
from tickets.lookup import NOBODY, Tried
from tickets.moves import announce
from tickets.notes import MAX_NOTE as MAX_NOTE
from tickets.saying import RATINGS as RATINGS
from tickets.saying import Saying
from tickets.types import CITIZEN, Actor, Contact, Ticket, TicketDraft


class Tickets(Saying):
    """Files tickets, finds them, and records what happens to them.

    After each change an event ``ticket`` is published on the topic ``tickets``, with the line of the ticket
    and what was done.

    Args:
        database: where the tickets are.
        events: told about each change.
        city: gives the prefix of ticket numbers, its districts, lead departments, and rules for deadlines.
        introduced: reads the name with which somebody introduces himself in a text, to keep it from departments.

    Raises:
        ConfigurationError: the city's rules name a type or category that does not exist.

    >>> ticket = await tickets.file(TicketDraft("投诉", "路灯坏了三天"), key)          # doctest: +SKIP
    >>> tickets.progress_text(ticket)                                                  # doctest: +SKIP
    '您好，您 2026 年 11 月 23 日 18:00 提交的投诉工单 HN2026112300001，现在是“待受理”：…'
    """

    def __init__(
        self, database: Database, events: Events, city: City, introduced: Introduced = lambda text: None
    ) -> None:
        super().__init__(database, events, city, introduced)
        self.imports: Imports = Imports(database, events, city)
        """What files many tickets at once."""
        wrong = [f"deadlines.yml {line}" for line in deadlines.unknown(city)]
        wrong += [f"departments.yml {line}" for line in departments.unknown_categories(city)]
        wrong += [f"handling.yml {line}" for line in departments.unknown_directory(city)]
        if wrong:
            raise ConfigurationError("城市档案有错：" + "；".join(wrong) + "。")

    @staticmethod
    def progress_text(ticket: Ticket) -> str:
        """The progress of a ticket for the chat; see :func:`tickets.progress.progress_text`."""
        return progress.progress_text(ticket)

    @staticmethod
    def deadline_lines(ticket: Ticket) -> list[str]:
        """The deadlines that a citizen may rely on; see :func:`tickets.progress.deadline_lines`."""
        return progress.deadline_lines(ticket)

    def how_long(self, type_label: str, category: str, urgency: str | None = None) -> str:
        """How long such a matter may take, in words for a citizen; see :func:`tickets.deadlines.in_words`."""
        return deadlines.in_words(self.city, type_label, category, urgency)

    async def file(
        self, draft: TicketDraft, key: str, actor: Actor = CITIZEN, beside: Beside | None = None
    ) -> Ticket:
        """Make a ticket of a confirmed draft. The same ``key`` again gives the same ticket.

        Args:
            draft: the confirmed draft.
            key: names this filing, up to 200 characters, such as conversation and confirmed summary.
            actor: who files the ticket.
            beside: done in the same transaction, when this call makes the ticket.

        Raises:
            BadRequest: code ``bad_ticket``, and ``details.fields`` says what is wrong; or code
                ``bad_filing_key``.
        """
        ticket, made = await filing.file(self._database, draft, key, self.city, actor, beside)
        if made:
            announce(self._events, ticket.line, "filed")
        return ticket

    async def says(self, number: str, draft: TicketDraft) -> bool:
        """Whether a ticket says all that a draft would file; see :func:`tickets.filing.says`."""
        return await filing.says(self._database, number, draft, self.city)

    async def by_number_and_code(self, number: str, code: str, tried: Tried = NOBODY) -> Ticket | None:
        """The ticket, when number and code belong together; else None; see :mod:`tickets.lookup`.

        Full-width characters, small letters and spaces are accepted.

        Raises:
            RateLimited: there were too many wrong codes within 15 minutes.
        """
        return await lookup.by_number_and_code(self._database, number, code, tried)

    @staticmethod
    def pass_for(ticket: Ticket, visitor: str) -> str:
        """What is kept instead of a code that a visitor has given; see :func:`tickets.lookup.pass_for`."""
        return lookup.pass_for(ticket, visitor)

    async def codes_of(self, conversation_id: str, asked: Collection[str]) -> dict[str, str]:
        """The query codes of those of the tickets with these numbers that were filed in this conversation."""
        return await lookup.codes_of(self._database, conversation_id, asked)

    async def departments(self) -> Sequence[tuple[str, str]]:
        """Id and name of all departments in service, by name."""
        return await departments.active(self._database)

    async def offices(self) -> Sequence[Office]:
        """The departments in service with what each leads."""
        return await departments.offices(self._database, self.city)

    async def contact(
        self, number: str, actor: Actor, reason: str, alongside: Alongside | None = None
    ) -> Contact:
        """Name and phone in clear. The ticket's history records who saw them and why.

        ``alongside`` is done in the same transaction. See :func:`tickets.contacts.see`.
        """
        return await contacts.see(self._database, number, actor, reason, alongside)
