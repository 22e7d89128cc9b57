"""Files tickets for agents: out of a conversation, with what the assistant's readers find in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from conversations import by_text
from conversations.filed import Matter, matter_of
from conversations.service import Conversations
from conversations.types import Agent, Message
from core.database import Alongside, Database
from core.errors import BadRequest, Conflict
from desk import unmasking
from desk.assistant import Assistant
from desk.sight import masked
from tickets import checks
from tickets.drafted import Drafted
from tickets.editing import LABELS
from tickets.service import Tickets
from tickets.similar import Mark
from tickets.types import Actor, Ticket, TicketDraft

Recorder = Callable[[Ticket], Alongside]
"""Makes the record for the audit of a ticket that is being filed."""
HISTORY = 200
"""Most messages whose numbers are known when a text is stored: the newest ones, which the agent sees."""
_MASKED = ("content", "address", "happened_at", "subject", "contact_name", "contact_phone")
"""Fields that may hold a number which the agent sees masked."""


class Filing:
    """Reads what could be filed, finds like tickets, and files.

    Args:
        database: where all of it is.
        conversations: the conversations.
        tickets: the tickets.
        assistant: reads texts, and words what citizens are told.
    """

    def __init__(
        self, database: Database, conversations: Conversations, tickets: Tickets, assistant: Assistant
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._tickets = tickets
        self._assistant = assistant

    async def prefilled(self, conversation_id: str) -> dict[str, Any]:
        """What a ticket of a conversation could say, as its agent may see it: numbers are masked.

        Returns:
            ``{"fields": {name: {"value", "sure", "source", "share"}}, "photos": [{"id", "chosen"}], "place", "urgent",
            "emergency"}``.
            ``chosen``: the citizen gave the photo to the assistant's form.

        Raises:
            NotFound: there is no such conversation.
        """
        matter = await matter_of(self._database, conversation_id)
        found = await self._assistant.reads(matter.words, matter.slots, matter.asked, matter.to_agent)
        photos = dict.fromkeys((*found.photos, *matter.photos))
        return {
            **shown(found),
            "photos": [{"id": one, "chosen": one in found.photos} for one in photos],
            "place": _place(found),
            "urgent": matter.urgent,
            "emergency": matter.emergency,
        }

    async def read(self, text: str) -> dict[str, Any]:
        """What a ticket could say, by a text that the agent typed: ``{"fields"}`` as :meth:`prefilled`."""
        return shown(await self._assistant.reads((text,), {}, (), ()), clear=True)

    async def like(self, draft: TicketDraft, conversation_id: str | None) -> Sequence[Mark]:
        """Open tickets that may be about the matter of a draft.

        Raises:
            NotFound: there is no such conversation.
            BadRequest: see :meth:`tickets.service.Tickets.marks_of_draft` and :func:`desk.unmasking.restored`.
        """
        if conversation_id is not None:
            draft = await self._whole(
                draft, await matter_of(self._database, conversation_id), conversation_id
            )
        return await self._tickets.marks_of_draft(draft)

    async def from_conversation(
        self,
        conversation_id: str,
        draft: TicketDraft,
        key: str,
        agent: Agent,
        actor: Actor,
        *,
        place: bool,
        record: Recorder,
    ) -> Ticket:
        """File a ticket out of a conversation that the agent has. The same ``key`` again gives the same ticket.

        In one transaction the ticket is made, the citizen is told its number and query code in the conversation, and the
        assistant's form is closed. So nothing of it is done twice or half.

        Args:
            conversation_id: the conversation.
            draft: what the agent sends; masked numbers in it are made whole.
            key: names this filing within the conversation, up to 64 characters.
            agent: who files it, as conversations know agents.
            actor: the same, as tickets know who does something.
            place: whether the point on the map that the citizen sent belongs to it.
            record: makes the record for the audit.

        Raises:
            NotFound: there is no such conversation.
            Conflict: code ``not_yours``; the agent does not have the conversation; ``key_reused``: see :meth:`same`.
            BadRequest: code ``bad_ticket``: ``details.fields`` says what is wrong; ``which_number``: see :mod:`desk.unmasking`.
        """
        matter = await matter_of(self._database, conversation_id)
        draft = await self._whole(draft, matter, conversation_id)
        found = await self._assistant.reads((), matter.slots, (), ())
        point = found.point if place else None
        draft = replace(
            draft,
            latitude=point[0] if point else None,
            longitude=point[1] if point else None,
            place_label=point[2] if point else "",
            details=found.details,
        )
        self.check(draft)
        told: list[Message] = []
        text_only = by_text.wanted(matter.facts)

        async def beside(session: AsyncSession, ticket: Ticket) -> None:
            await self._conversations.agent_files.may(session, conversation_id, agent)
            reply = self._assistant.tells(ticket, text_only)
            told.extend(
                await self._conversations.agent_files.done(session, conversation_id, ticket.number, reply)
            )
            await record(ticket)(session)

        ticket = await self._tickets.file(draft, f"desk:{conversation_id}:{key}", actor, beside)
        await self.same(ticket, draft)
        if told:
            self._conversations.agent_files.announce(conversation_id, told)
        return ticket

    def check(self, draft: TicketDraft) -> None:
        """Refuse what agents may not store: they choose category and district from lists.

        Raises:
            BadRequest: code ``bad_ticket``.
        """
        if wrong := checks.unknown(draft, self._tickets.city):
            raise BadRequest("；".join(wrong.values()), code="bad_ticket", details={"fields": wrong})

    async def same(self, ticket: Ticket, draft: TicketDraft) -> None:
        """Refuse a key with which something else was filed before: nobody may believe that this one is on file.

        Raises:
            Conflict: code ``key_reused``; ``details.number`` is the ticket of that key.
        """
        if not await self._tickets.says(ticket.number, draft):
            raise Conflict(
                f"刚才已经登记成 {ticket.number} 了，内容和现在的不一样。要另外登记一件，请重新打开登记表。",
                code="key_reused",
                details={"number": ticket.number},
            )

    async def _whole(self, draft: TicketDraft, matter: Matter, conversation_id: str) -> TicketDraft:
        """The draft of a conversation with its numbers whole, and only with photos of the conversation.

        Raises:
            BadRequest: a masked number is not clear, or a photo is another citizen's.
        """
        said = await self._conversations.history(conversation_id, limit=HISTORY)
        texts = [one.text for one in said if one.direction == "in"]
        held = [str(value) for value in matter.slots.values() if isinstance(value, str)]
        sent = {str(one.media["image"]) for one in said if one.media and one.media.get("image")}
        if set(draft.photos) - sent - set(matter.photos) - set(matter.slots.get("photos") or ()):
            raise BadRequest(
                "有照片不是这个会话里的",
                code="bad_ticket",
                details={"fields": {"photos": "不是这个会话里的照片"}},
            )
        whole = with_numbers(vars(draft), unmasking.known([*texts, *held]))
        return replace(draft, **whole, channel=matter.channel, conversation_id=conversation_id)


def with_numbers(values: Mapping[str, Any], masks: Mapping[str, list[str]]) -> dict[str, Any]:
    """Those of a ticket's texts that an agent may see masked, with their numbers whole.

    Raises:
        BadRequest: code ``which_number``; see :func:`desk.unmasking.restored`.
    """
    return {
        name: unmasking.restored(values[name], masks, LABELS[name])
        for name in _MASKED
        if isinstance(values.get(name), str)
    }


def shown(found: Drafted, *, clear: bool = False) -> dict[str, Any]:
    """What was read, as JSON for the form.

    Args:
        found: what was read.
        clear: whether numbers are left as they are, because the agent typed them.
    """
    fields = {name: one.to_json() for name, one in found.fields.items()}
    if not clear:
        fields = {name: {**one, "value": masked(one["value"])} for name, one in fields.items()}
    return {"fields": fields}


def _place(found: Drafted) -> dict[str, Any] | None:
    if found.point is None:
        return None
    return {"latitude": found.point[0], "longitude": found.point[1], "label": masked(found.point[2])}
