"""What an agent needs to file a ticket out of a conversation, and what changes in it when that is done.

What citizens told of their matter, and what the assistant's form holds, is read here (:func:`matter_of`). Telling the citizen,
and closing the assistant's form, is done in the transaction that makes the ticket (:class:`AgentFiles`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import facts, store
from conversations.danger_state import met_by_agent
from conversations.emergency import going_on
from conversations.models import MessageRow, Turn
from conversations.moves import RESUME, Moves, held_by
from conversations.queue import PAUSE
from conversations.types import Agent, Message, Reply
from core.clock import now
from core.database import Database
from core.jobs import add

FORM_CLOSED = "form_closed"
"""Kind of the job that lets the assistant forget what its form still holds of a matter that an agent has filed. Its key is
``conversation:ticket``."""
FILED = "filed"
"""Fact of the last filing in a conversation: ``number`` of the ticket, and ``turn``, which is empty when an agent filed it."""
DRAFT = "draft"
"""Fact that holds the slots of the assistant's form."""
_OF_THE_FORM = ("form", DRAFT, "draft_shown", "handoff", RESUME)
"""Facts of a matter that is not filed yet."""
_LEFT = ("agent", "queue")
"""Who had the answer to a message that the assistant did not take (:attr:`conversations.models.Turn.answered_by`)."""
_LOOKED_AT = 200
"""Most messages that are read, from the newest one."""


@dataclass(frozen=True)
class Matter:
    """What a citizen has told that is not filed yet.

    Args:
        channel: name of the channel.
        urgent: whether the conversation is urgent.
        emergency: whether somebody is in danger right now.
        facts: the facts of the conversation.
        words: the citizen's own messages on it, oldest first; no pressed buttons.
        asked: what had been said to the citizen right before each of them, so that 王芳 is known for the answer to 怎么称呼您.
        photos: ids of the photos among them, oldest first.
        to_agent: of each of the messages, whether it was left to an agent or to the queue, so that the assistant's form knows
            nothing of it.
    """

    channel: str
    urgent: bool
    emergency: bool
    facts: Mapping[str, Any]
    words: tuple[str, ...]
    asked: tuple[str, ...]
    photos: tuple[str, ...]
    to_agent: tuple[bool, ...] = ()

    @property
    def slots(self) -> Mapping[str, Any]:
        """The slots that the assistant's form holds; empty when it holds none."""
        held = self.facts.get(DRAFT)
        return held if isinstance(held, dict) else {}


@dataclass(frozen=True)
class _Told:
    """A message, by the citizen or to the citizen."""

    text: str
    by_citizen: bool
    to_agent: bool = False


def _asked_before(told: Iterable[_Told]) -> Iterator[str]:
    """For each of the citizen's messages, what was last said to them before it."""
    said: list[str] = []
    answered = False
    for one in told:
        if one.by_citizen:
            answered = True
            yield "\n".join(said)
        else:
            said = [one.text] if answered else [*said, one.text]
            answered = False


async def matter_of(database: Database, conversation_id: str) -> Matter:
    """What the citizen of a conversation has told since the last ticket or a long pause.

    Raises:
        NotFound: there is no such conversation.
    """
    async with database.read() as session:
        row = await store.get_conversation(session, conversation_id)
        found = await session.execute(
            select(MessageRow, Turn.button, Turn.answered_by)
            .outerjoin(Turn, Turn.message_id == MessageRow.id)
            .where(MessageRow.conversation_id == conversation_id)
            .order_by(MessageRow.seq.desc())
            .limit(_LOOKED_AT)
        )
        told: list[_Told] = []
        photos: list[str] = []
        later = None
        for message, button, answered_by in found.all():
            if message.card is not None and message.card.get("kind") == "ticket":
                break
            if later is not None and later - message.created_at > PAUSE:
                break
            later = message.created_at
            if message.direction == "out" and message.text:
                told.insert(0, _Told(message.text, by_citizen=False))
            if message.direction != "in" or message.kind == "event" or button is not None:
                continue
            if message.image_id:
                photos.insert(0, message.image_id)
            if message.kind in ("text", "voice") and message.text.strip():
                left = answered_by in _LEFT
                told.insert(0, _Told(message.text.strip(), by_citizen=True, to_agent=left))
        return Matter(
            channel=row.channel,
            urgent=row.urgent,
            emergency=row.urgent and going_on(row.facts),
            facts=dict(row.facts),
            words=tuple(one.text for one in told if one.by_citizen),
            asked=tuple(_asked_before(told)),
            photos=tuple(dict.fromkeys(photos)),
            to_agent=tuple(one.to_agent for one in told if one.by_citizen),
        )


class AgentFiles:
    """Writes into a conversation that its agent has filed a ticket.

    Args:
        moves: tells the citizen and the desks.
    """

    def __init__(self, moves: Moves) -> None:
        self._moves = moves

    @staticmethod
    async def may(session: AsyncSession, conversation_id: str, agent: Agent) -> None:
        """Check, with the row locked until the end of the transaction, that an agent has the conversation.

        Raises:
            NotFound: there is no such conversation.
            Conflict: code ``not_yours``; this agent does not have it.
        """
        held_by(await store.get_conversation(session, conversation_id, lock=True), agent)

    async def done(
        self, session: AsyncSession, conversation_id: str, number: str, told: Reply
    ) -> list[Message]:
        """Tell the citizen, and close the assistant's form, in the caller's transaction. :meth:`announce` it afterwards.

        Args:
            session: the transaction that makes the ticket.
            conversation_id: the conversation.
            number: number of the ticket.
            told: what the citizen is told.
        """
        row = await store.get_conversation(session, conversation_id, lock=True)
        if any(name in row.facts for name in _OF_THE_FORM):
            await add(session, FORM_CLOSED, f"{conversation_id}:{number}")
        row.facts = {
            **{
                name: value
                for name, value in met_by_agent(row.facts, filed=True).items()
                if name not in _OF_THE_FORM
            },
            FILED: {"turn": "", "number": number},
        }
        row.updated_at = now()
        external_id = f"system:filed:{number}"
        messages = await self._moves.tell(session, row, [told], "system", "", external_id=external_id)
        facts.forget(conversation_id)
        return messages

    def announce(self, conversation_id: str, messages: list[Message]) -> None:
        """Publish what :meth:`done` wrote to the citizen's page and the desks."""
        self._moves.announce(messages)
        self._moves.conversation_changed(conversation_id)
