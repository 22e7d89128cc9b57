"""Steps that all changes of a conversation share: what is reset, who is told, and how long it took."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from conversations import happened, queue, store
from conversations.channels import Channels
from conversations.event_kinds import Actor, HandedOver, LeftQueue
from conversations.models import Conversation
from conversations.patience import Patience
from conversations.types import (
    Agent,
    Button,
    ConversationView,
    HandoffReason,
    Message,
    Mode,
    Rank,
    Reply,
    Stage,
)
from core.clock import now
from core.database import Database
from core.errors import Conflict
from core.events import Events

AgentsOnline = Callable[[], Awaitable[int]]
"""Returns the number of agents who are at the desk now."""
Agents = Callable[[Collection[str]], Awaitable[set[str]]]
"""Returns those of these agents (by id) of whom something is true: that they have left, or that they are free."""
RESUME = "resume"
"""Fact of what is unfinished with the assistant: the button (``title``, ``payload``) that continues it, and ``holds``."""
TOLD_WAITING = "told_waiting"
"""Fact that is true when the citizen, after writing in the queue, was told that messages are kept."""
MISSED = "missed"
"""Fact of a conversation that waits because Rasa failed: the beginnings of the messages that it left unanswered."""
PASSED = "transfer"
"""Fact of a transferred conversation: ``from`` (id of the agent who passed it) and ``note``."""
_OF_THE_HANDOFF = ("handoff", TOLD_WAITING, MISSED, RESUME, PASSED)
"""Facts that end when the bot gets the conversation."""
_TOLD_THEIR_PLACE = 200
"""Number of waiting citizens who are told their place. Places further back change too slowly to be told."""


class Moves:
    """Tells the citizen and the open desks about a change.

    Args:
        database: where the conversations are.
        events: told about each change.
        channels: tells which citizens get their messages through the outbox.
        agents_online: number of agents who have the desk open now.
    """

    def __init__(
        self, database: Database, events: Events, channels: Channels, agents_online: AgentsOnline
    ) -> None:
        self._agents_online = agents_online
        self._database = database
        self._events = events
        self._channels = channels

    async def tell(
        self,
        session: AsyncSession,
        row: Conversation,
        replies: Sequence[Reply],
        sender: str = "system",
        sender_name: str = "",
        agent_id: str | None = None,
        external_id: str | None = None,
    ) -> list[Message]:
        """Write words to the citizen in the caller's transaction. :meth:`announce` them after it."""
        # store.say raises last_seq in the database, not in the session's copy of the row. So the copy is written
        # before, and read again afterwards. Otherwise it would overwrite the new number.
        await session.flush()
        messages = await store.say(
            session,
            row.id,
            replies,
            sender=sender,
            sender_name=sender_name,
            outbox=self._channels.outbox(row.channel),
            agent_id=agent_id,
            external_id=external_id,
        )
        await session.refresh(row)
        return messages

    def announce(self, messages: Sequence[Message]) -> None:
        """Publish written messages to the citizen's page and the desks."""
        for message in messages:
            data = message.to_json()
            self._events.publish(f"conversation:{message.conversation_id}", "message", message=data)
            self._events.publish("desk", "message", conversation_id=message.conversation_id, message=data)

    async def changed(self, conversation_id: str, mode: Mode) -> None:
        """Publish the change, and tell the waiting citizens their new places in the queue."""
        if mode is not Mode.WAITING:
            self._events.publish(f"conversation:{conversation_id}", "mode", mode=str(mode), position=0)
        await self.places()
        self.conversation_changed(conversation_id)

    def conversation_changed(self, conversation_id: str) -> None:
        """Tell the open desks that something of a conversation changed that its citizen does not see."""
        self._events.publish("desk", "conversation", conversation_id=conversation_id)

    async def places(self) -> None:
        """Tell the waiting citizens their places in the queue, and whether any agent is at the desk."""
        async with self._database.read() as session:
            waiting = await queue.first(session, _TOLD_THEIR_PLACE)
        if not waiting:
            return
        agents, mode = await self._agents_online() > 0, str(Mode.WAITING)
        for position, waiting_id in enumerate(waiting, start=1):
            self._events.publish(
                f"conversation:{waiting_id}", "mode", mode=mode, position=position, agents=agents
            )


class Mover:
    """What every part needs that gives conversations to somebody else.

    Args:
        database: where the conversations are.
        moves: tells the citizen and the desks.
        agents_online: number of agents who are at the desk now.
        patience: how long a citizen is left without an agent's word.
    """

    def __init__(
        self, database: Database, moves: Moves, agents_online: AgentsOnline, patience: Patience
    ) -> None:
        self._database = database
        self._moves = moves
        self._agents_online = agents_online
        self._patience = patience


def held_by(row: Conversation | ConversationView, agent: Agent) -> None:
    """Check that an agent has a conversation.

    Raises:
        Conflict: code ``not_yours``; this agent does not have it. ``details.agent`` is the id of who has it.
    """
    if row.mode != Mode.HUMAN or row.agent_id != agent.id:
        raise Conflict("这个会话不在您手里", code="not_yours", details={"agent": row.agent_id})


def taken_already(row: Conversation) -> Conflict:
    """The refusal for an agent who wants a conversation that another agent has."""
    return Conflict("这个会话已经由别的坐席接入", code="already_taken", details={"agent": row.agent_id})


def unfinished(row: Conversation) -> tuple[str, tuple[Button, ...]]:
    """What to tell a citizen who comes back to the assistant of what they had begun there, and the button for it."""
    left = row.facts.get(RESUME)
    if not left:
        return "", ()
    holds = f"（{left['holds']}）" if left.get("holds") else ""
    return f"\n您刚才填到一半的{holds}还没有提交，要接着填就点“{left['title']}”。", (
        Button(left["title"], left["payload"]),
    )


def to_agent(row: Conversation, agent_id: str, moment: datetime) -> None:
    """Give the conversation to an agent, and clear the queue from it."""
    row.mode = Mode.HUMAN
    row.stage = Stage.ACTIVE
    row.agent_id = row.last_agent_id = agent_id
    row.takes += 1
    row.waiting_since = row.offered_to = None
    row.asked_at = row.asked_at or moment
    row.rank = Rank.URGENT if row.urgent else Rank.NORMAL
    row.updated_at = moment


def to_bot(row: Conversation) -> None:
    """Give the conversation to the bot, and clear the queue and the agent from it."""
    row.mode = Mode.BOT
    row.rank = Rank.NORMAL
    row.asked_at = row.reply_due_at = row.alerted_at = row.offered_to = None
    row.stage = Stage.ACTIVE
    row.agent_id = None
    row.urgent = False
    row.reason = None
    row.waiting_since = None
    row.facts = {k: v for k, v in row.facts.items() if k not in _OF_THE_HANDOFF}
    row.updated_at = now()


def seconds(since: datetime) -> float:
    """Seconds since a moment, to the millisecond."""
    return round((now() - since).total_seconds(), 3)


def waited_s(row: Conversation) -> float | None:
    """Seconds that a conversation has waited in the queue; None when it does not wait."""
    return None if row.waiting_since is None else seconds(row.waiting_since)


async def out_of_queue(
    session: AsyncSession, row: Conversation, why: str, actor: Actor = Actor.CITIZEN
) -> None:
    """Give a waiting conversation to the bot (see :class:`LeftQueue`), because the citizen leaves the queue or needs it no more."""
    left = LeftQueue(why, waited_s(row))
    await happened.record(session, row.id, left, actor, reason=row.reason)
    to_bot(row)


async def asked_after_all(session: AsyncSession, row: Conversation, reason: HandoffReason) -> None:
    """Note why a waiting conversation waits from now on, when the assistant alone had put it into the queue. The place is kept."""
    weaker = {HandoffReason.DEGRADED: 0, HandoffReason.LOW_CONFIDENCE: 1, HandoffReason.CITIZEN_ASKED: 2}
    before = None if row.reason is None else weaker.get(HandoffReason(row.reason))
    if row.mode != Mode.WAITING or before is None or weaker.get(reason, 0) <= before:
        return
    row.reason = reason
    asked = Actor.CITIZEN if reason is HandoffReason.CITIZEN_ASKED else Actor.BOT
    await happened.record(session, row.id, HandedOver(row.urgent), asked, reason=reason)
