"""What is said to citizens who wait for an agent, and to those whose agent has left the desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence

from sqlalchemy import select

from conversations import by_text, happened, queue, store, waiting
from conversations.event_kinds import Actor, Transferred
from conversations.models import Conversation
from conversations.moves import (
    PASSED,
    TOLD_ANSWERED,
    TOLD_WAITING,
    AgentsOnline,
    Mover,
    Moves,
    out_of_queue,
    seconds,
    unfinished,
)
from conversations.types import HandoffReason, Mode, QueuePlace, Reply, Stage
from core.clock import now
from core.database import Database
from core.jobs import Job

AgentsGone = Callable[[Collection[str]], Awaitable[set[str]]]
"""Which of these agents (by id) have left the desk for good: signed out, or gone for minutes."""
JOB = "agents_gone"
"""Kind of the job that looks for conversations whose agent has left."""
LEFT = "坐席离开，系统自动转回"
"""The note with which such a conversation goes back into the queue, for whoever takes it."""
_SORRY = "刚才接待您的坐席离开了，您的对话转回排队，前面说的都在，不用重说。"
_UNASKED = (HandoffReason.DEGRADED, HandoffReason.LOW_CONFIDENCE)
"""Reasons for which a citizen waits without having asked for an agent."""
_AT_ONCE = 100
"""Most conversations that one look takes back."""


class Queued(Mover):
    """Talks with citizens in the queue, and takes conversations back from agents who have left.

    Args:
        database: where the conversations are.
        moves: tells the citizen and the desks.
        agents_online: number of agents who have the desk open now.
        gone: tells which agents have left.
        hours: when agents are at the desk, in words for citizens; empty when the hotline has not said.
    """

    def __init__(
        self, database: Database, moves: Moves, agents_online: AgentsOnline, gone: AgentsGone, hours: str = ""
    ) -> None:
        super().__init__(database, moves, agents_online)
        self._gone = gone
        self._hours = hours

    def put_in(self, place: QueuePlace) -> Reply:
        """What a citizen is told who comes into the queue."""
        return waiting.put_in(place, self._hours)

    async def look(self, _: Job | None = None) -> None:
        """Take back the conversations in which somebody waits for an agent who has left, and tell the citizens."""
        async with self._database.read() as session:
            open_ = select(Conversation.id, Conversation.agent_id).where(
                Conversation.mode == Mode.HUMAN, Conversation.stage == Stage.ACTIVE
            )
            held = [(id, agent) for id, agent in await session.execute(open_) if agent is not None]
        left = await self._gone({agent for _, agent in held}) if held else set()
        for id in [id for id, agent in held if agent in left][:_AT_ONCE]:
            await self.take_back(id, tell=True)

    async def take_back(self, conversation_id: str, *, tell: bool = False) -> Reply | None:
        """Put a conversation whose agent has left back into the queue.

        Args:
            tell: whether to tell the citizen at once. Otherwise the caller says what is returned.

        Returns:
            What the citizen is told; None when the agent is still there, or no agent has it.
        """
        async with self._database.read() as session:
            holder = (await store.get_conversation(session, conversation_id)).agent_id
        if holder is None or holder not in await self._gone({holder}):
            return None
        online = await self._agents_online()
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            if row.mode != Mode.HUMAN or row.agent_id != holder:
                return None
            moment = now()
            since = await happened.taken_at(session, row.id)
            passed = Transferred(LEFT, None, None if since is None else seconds(since))
            await happened.record(
                session, row.id, passed, Actor.SYSTEM, agent_id=holder, reason=row.reason, at=moment
            )
            row.facts = {
                **{key: value for key, value in row.facts.items() if key != TOLD_WAITING},
                PASSED: {"from": holder, "note": LEFT},
            }
            row.mode, row.agent_id, row.waiting_since, row.stage = Mode.WAITING, None, moment, Stage.ACTIVE
            await session.flush()
            place = QueuePlace(
                Mode.WAITING, await queue.position(session, row), online, by_text.wanted(row.facts)
            )
            told = self.put_in(place)
            told = Reply(_SORRY + told.text.removeprefix("已为您转接人工，"), told.buttons)
            messages = await self._moves.tell(session, row, [told]) if tell else []
        self._moves.announce(messages)
        await self._moves.changed(conversation_id, Mode.WAITING)
        return told

    async def while_waiting(self, conversation_id: str, text: str, *, leave: bool) -> Sequence[Reply]:
        """Replies to a citizen in the queue.

        Each message gets a reply: that it is kept, and the citizen's place in the queue.

        Args:
            leave: whether the citizen asks to leave the queue, and does.
        """
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            if row.mode != Mode.WAITING:
                return ()
            left, ways = unfinished(row)
            if leave:
                await out_of_queue(session, row, "asked")
            told = bool(row.facts.get(TOLD_WAITING))
            if not leave and not told:
                row.facts = {**row.facts, TOLD_WAITING: True}
            position = await queue.position(session, row)
            text_only = by_text.wanted(row.facts)
        if leave:
            await self._moves.changed(conversation_id, Mode.BOT)
            return [Reply(f"好的，不排队了。您请说，我在听。{left}", ways)]
        place = QueuePlace(Mode.WAITING, position, await self._agents_online(), text_only)
        return [waiting.goes_on(text, place, self._hours, told=told, resume=ways)]

    async def still_waiting(self, conversation_id: str) -> Sequence[Reply]:
        """The reminder after an answer of the assistant that the citizen's place is kept; none when it is not."""
        async with self._database.read() as session:
            row = await store.get_conversation(session, conversation_id)
            if row.mode != Mode.WAITING:
                return ()
            position = await queue.position(session, row)
            _, ways = unfinished(row)
            text_only = by_text.wanted(row.facts)
        place = QueuePlace(Mode.WAITING, position, await self._agents_online(), text_only)
        return [waiting.kept_place(place, ways)]

    async def asked_for_nobody(self, conversation_id: str) -> bool:
        """Whether a citizen waits only because the assistant failed or did not understand, and no agent is there.

        So the assistant tries again at the next message.
        """
        async with self._database.read() as session:
            row = await store.get_conversation(session, conversation_id)
            waits = row.mode == Mode.WAITING and row.reason in _UNASKED and not row.urgent
        return waits and await self._agents_online() == 0

    async def answers_again(self, conversation_id: str) -> Sequence[Reply]:
        """The words before the first answer of an assistant that had failed; none before the answers that follow.

        They come first, because a channel may show only the buttons of the last message.
        """
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            failed = row.mode == Mode.WAITING and row.reason == HandoffReason.DEGRADED
            if not failed or row.facts.get(TOLD_ANSWERED):
                return ()
            row.facts = {**row.facts, TOLD_ANSWERED: True}
        return [Reply("智能助手恢复了，您接着说就行。刚才排的队给您留着，坐席上线后也能看到您说的话。")]
