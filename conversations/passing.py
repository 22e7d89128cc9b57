"""What an agent does with a conversation besides answering: pass it on (转接), take it over (接手), end it (结束)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conversations import by_text, happened, queue, store
from conversations.buttons import RATE_TALK
from conversations.danger_state import met_by_agent
from conversations.event_kinds import Actor, Closed, Disposition, Taken, Transferred
from conversations.models import Conversation
from conversations.moves import (
    PASSED,
    TOLD_WAITING,
    AgentsOnline,
    Mover,
    Moves,
    held_by,
    seconds,
    taken_already,
    to_agent,
    to_bot,
    unfinished,
)
from conversations.patience import Patience
from conversations.types import Agent, ConversationView, Message, Mode, QueuePlace, Reply, Stage
from core.clock import now
from core.database import Alongside, Database
from core.errors import BadRequest, Conflict
from core.text import line, written

MIN_NOTE = 2
"""Fewest characters of a transfer's note."""
MAX_NOTE = 200
"""Most characters of a transfer's note."""


class Passing(Mover):
    """Passes conversations to other agents or back into the queue, takes them over, and closes them.

    Args:
        database, moves, agents_online, patience: see :class:`conversations.moves.Mover`.
        put_in: what a citizen is told who comes into the queue.
    """

    def __init__(
        self,
        database: Database,
        moves: Moves,
        agents_online: AgentsOnline,
        patience: Patience,
        put_in: Callable[[QueuePlace], Reply],
    ) -> None:
        super().__init__(database, moves, agents_online, patience)
        self._put_in = put_in

    async def transfer(
        self,
        conversation_id: str,
        agent: Agent,
        to: Agent | None,
        note: str,
        alongside: Alongside | None = None,
    ) -> ConversationView:
        """转接: pass a conversation on. The citizen is told only when it goes back into the queue.

        The caller makes sure that ``to`` may answer citizens.

        Args:
            conversation_id: the conversation.
            agent: who has it.
            to: the agent who gets it; None puts it into the queue, by when the citizen first asked.
            note: the reason, for the next agent; :data:`MIN_NOTE` to :data:`MAX_NOTE` characters.
            alongside: done in the same transaction, when the conversation may be passed.

        Raises:
            NotFound: there is no such conversation.
            BadRequest: code ``note_needed``; the note is too short or too long.
            Conflict: code ``not_yours``: this agent does not have the conversation; ``same_agent``: it would
                be passed to the agent who has it.
        """
        note = checked_note(note)
        online = await self._agents_online()
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            may_pass(row, agent, None if to is None else to.id)
            if alongside is not None:
                await alongside(session)
            moment = now()
            since = await happened.taken_at(session, row.id)
            passed = Transferred(
                note, None if to is None else to.id, None if since is None else seconds(since)
            )
            await happened.record(
                session, row.id, passed, Actor.AGENT, agent_id=agent.id, reason=row.reason, at=moment
            )
            row.facts = {
                **{key: value for key, value in row.facts.items() if key != TOLD_WAITING},
                PASSED: {"from": agent.id, "note": note},
            }
            row.stage = Stage.ACTIVE
            row.updated_at = moment
            messages: Sequence[Message] = ()
            if to is None:
                row.mode, row.agent_id = Mode.WAITING, None
                row.waiting_since = row.asked_at = row.asked_at or moment  # who waited once goes on waiting
                await self._patience.waits(session, row)
                await session.flush()
                position = await queue.position(session, row)
                place = QueuePlace(Mode.WAITING, position, online, by_text.wanted(row.facts))
                told = self._put_in(place)
                told = Reply("坐席请同事接着为您办理。" + told.text, told.buttons)
                messages = await self._moves.tell(session, row, [told])
            else:
                to_agent(row, to.id, moment)
                await self._patience.got(session, row, moment, passed=True)
                row.seen_seq = 0  # The new agent has read nothing yet.
            view = store.to_view(row)
        self._moves.announce(messages)
        await self._moves.changed(conversation_id, view.mode)
        return view

    async def take_over(
        self,
        conversation_id: str,
        agent: Agent,
        holder: str,
        note: str,
        alongside: Alongside | None = None,
    ) -> ConversationView:
        """接手: let an agent answer a conversation that another has. Taking over one's own changes nothing.

        The citizen is told who answers now.

        Args:
            conversation_id: the conversation.
            agent: who takes it over. The caller makes sure that this agent may answer citizens.
            holder: id of the agent who has it, as far as ``agent`` knows.
            note: the reason; :data:`MIN_NOTE` to :data:`MAX_NOTE` characters.
            alongside: done in the same transaction, when the conversation is still with ``holder``.

        Raises:
            NotFound: there is no such conversation.
            BadRequest: code ``note_needed``; the note is too short or too long.
            Conflict: code ``not_held``: no agent has it; ``already_taken``: another agent than ``holder`` has it.
        """
        note = checked_note(note, "接手的原因")
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            if row.mode != Mode.HUMAN:
                raise Conflict("这个会话现在没有坐席，直接点“接入”就行", code="not_held")
            if row.agent_id == agent.id:
                return store.to_view(row)
            if row.agent_id != holder:
                raise taken_already(row)
            if alongside is not None:
                await alongside(session)
            since = await happened.taken_at(session, row.id)
            taken = Taken(over_from=holder, note=note, held_s=None if since is None else seconds(since))
            moment = now()
            await happened.record(
                session, row.id, taken, Actor.AGENT, agent_id=agent.id, reason=row.reason, at=moment
            )
            to_agent(row, agent.id, moment)
            await self._patience.got(session, row, moment)
            row.facts = {
                key: value for key, value in row.facts.items() if key != PASSED
            }  # It was for the holder.
            told = Reply(f"接下来由{agent.display_name}继续为您服务，前面说的都看得到，不用重说。")
            messages = await self._moves.tell(session, row, [told])
            row.seen_seq = row.last_seq
            row.updated_at = now()
            view = store.to_view(row)
        self._moves.announce(messages)
        await self._moves.changed(conversation_id, view.mode)
        return view

    async def close(
        self,
        conversation_id: str,
        agent: Agent,
        disposition: Disposition | None = None,
        *,
        alongside: Alongside | None = None,
    ) -> ConversationView:
        """结束: end a conversation. When the citizen writes again, the bot answers.

        Args:
            conversation_id: the conversation.
            agent: who has it.
            disposition: what it came to; None when the agent does not say.
            alongside: done in the same transaction, when the conversation may be ended.

        Raises:
            NotFound: there is no such conversation.
            Conflict: code ``not_yours``; this agent does not have the conversation.
        """
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            held_by(row, agent)
            if alongside is not None:
                await alongside(session)
            left, ways = unfinished(row)
            ended = "本次服务已结束，谢谢您。以后有事，在这里直接说就行。"
            goodbye = Reply(f"{ended}{left}\n这次服务您还满意吗？", (*ways, *RATE_TALK))
            messages = await self._moves.tell(session, row, [goodbye])
            since = await happened.taken_at(session, row.id)
            closed = Closed(held_s=None if since is None else seconds(since), disposition=disposition)
            await happened.record(session, row.id, closed, Actor.AGENT, agent_id=agent.id, reason=row.reason)
            to_bot(row)
            row.facts = met_by_agent(row.facts)
            row.stage = Stage.CLOSED
            view = store.to_view(row)
        self._moves.announce(messages)
        await self._moves.changed(conversation_id, Mode.BOT)
        return view


def may_pass(row: Conversation | ConversationView, agent: Agent, to: str | None) -> None:
    """Check that an agent may pass a conversation to the agent with the id ``to``, or into the queue.

    Raises:
        Conflict: see :meth:`Passing.transfer`.
    """
    held_by(row, agent)
    if to == agent.id:
        raise Conflict("这个会话已经在您手里了", code="same_agent")


def checked_note(note: str, what: str = "转接说明") -> str:
    """The note of a transfer or takeover in its stored form, without line breaks and repeated spaces.

    Raises:
        BadRequest: code ``note_needed``; it is too short or too long.
    """
    note = line(note)
    if written(note) < MIN_NOTE or len(note) > MAX_NOTE:
        raise BadRequest(f"请写一句{what}（{MIN_NOTE} 到 {MAX_NOTE} 个字）", code="note_needed")
    return note
