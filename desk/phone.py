"""来电 at the desk: who calls, with all that the hotline knows of the number; tickets and callbacks that come of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.service import Conversations
from core.database import Database
from core.errors import BadRequest
from core.phone import canonical
from core.sealing import lookup_keys
from desk import sight
from desk.filing import Filing, Recorder
from desk.summaries import Summaries, person
from desk.users import Users
from telephony import Callbacks, Calls
from telephony.calls import Call
from tickets.listing import Wanted
from tickets.models import TicketRow
from tickets.service import Tickets
from tickets.types import Actor, Ticket, TicketDraft

SHOWN = 10
"""Most tickets, talks and calls of one caller that are shown: the newest ones."""


class Phone:
    """Looks callers up, and files what they tell.

    Args:
        database: where all of it is.
        calls: the calls.
        callbacks: the callbacks.
        tickets: the tickets.
        conversations: the conversations.
        summaries: writes conversations as JSON.
        users: the accounts.
        filing: checks drafts.
    """

    def __init__(
        self,
        database: Database,
        calls: Calls,
        callbacks: Callbacks,
        tickets: Tickets,
        conversations: Conversations,
        summaries: Summaries,
        users: Users,
        filing: Filing,
    ) -> None:
        self._database = database
        self.calls = calls
        """Keeps the telephone calls."""
        self.callbacks = callbacks
        """The callbacks that citizens wish for."""
        self._tickets = tickets
        self._conversations = conversations
        self._summaries = summaries
        self._users = users
        self._filing = filing

    async def shown(self, calls: list[Call], mine: str = "") -> list[dict[str, Any]]:
        """Calls as JSON with the names of their agents.

        Args:
            calls: the calls.
            mine: id of an account that reads the numbers of its own calls in clear: it has them on its telephone anyway.
        """
        names = await self._users.names(one.agent_id for one in calls if one.agent_id)
        return [self._one(call, names, mine) for call in calls]

    @staticmethod
    def _one(call: Call, names: Mapping[str, str], mine: str) -> dict[str, Any]:
        told = call.to_json()
        told["agent"] = person(told.pop("agent_id"), names)
        if mine and call.agent_id == mine:
            told["phone"] = call.phone
        return told

    async def caller(self, phone: str) -> dict[str, Any]:
        """What the hotline knows of a number: ``{"tickets", "conversations", "calls", "callbacks"}``, each the newest first.

        Tickets with 保密 are left out, as everywhere where a number is looked for: who calls from it need not be who filed.

        Raises:
            BadRequest: code ``bad_phone``; it is no phone number.
        """
        number = canonical(phone)
        if number is None:
            raise BadRequest(
                "这个号码不像电话号码", code="bad_phone", details={"fields": {"phone": "不像电话号码"}}
            )
        page = await self._tickets.find(Wanted(q=number), limit=SHOWN)
        keys = lookup_keys(number)
        async with self._database.read() as session:
            talks = list(
                await session.scalars(
                    select(TicketRow.conversation_id)
                    .where(
                        TicketRow.contact_key.in_(keys),
                        TicketRow.confidential.is_(False),
                        TicketRow.conversation_id.is_not(None),
                    )
                    .order_by(TicketRow.id.desc())
                    .limit(SHOWN)
                )
            )
        conversations = await self._summaries.by_ids({one for one in talks if one})
        conversations.sort(key=lambda one: str(one["updated_at"]), reverse=True)
        return {
            "tickets": [sight.ticket(line.to_json()) for line in page.tickets],
            "conversations": conversations,
            "calls": await self.shown(list(await self.calls.of_phone(number, SHOWN))),
            "callbacks": [self.callback(one.to_json()) for one in await self.callbacks.of_phone(number)],
        }

    async def file(
        self, call_id: str | None, draft: TicketDraft, key: str, actor: Actor, record: Recorder
    ) -> Ticket:
        """File what a caller tells. The same ``key`` again gives the same ticket.

        It belongs to no conversation, so that its citizen is called about the answer, and stands in the list of calls at once.

        Args:
            call_id: the call; None when it was not written down.
            draft: what the agent wrote.
            key: names this filing for the agent, up to 64 characters.
            actor: who files it.
            record: makes the record for the audit.

        Raises:
            NotFound: there is no such call.
            Conflict: code ``not_yours``; a colleague has the call; ``key_reused``: see :meth:`desk.filing.Filing.same`.
            BadRequest: code ``bad_ticket``; ``details.fields`` says what is wrong.
        """
        self._filing.check(draft)

        async def beside(session: AsyncSession, ticket: Ticket) -> None:
            if call_id is not None:
                await self.calls.filed(session, call_id, ticket.number, actor.id)
            await record(ticket)(session)

        ticket = await self._tickets.file(draft, f"call:{actor.id}:{key}", actor, beside)
        await self._filing.same(ticket, draft)
        return ticket

    @staticmethod
    def callback(told: dict[str, Any]) -> dict[str, Any]:
        """A callback's JSON with the numbers in its words masked; the phone is masked before."""
        return {**told, "about": sight.masked(told["about"])}
