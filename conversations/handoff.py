"""Handoff: the way from the bot to an agent and back, and the agents' queue."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from conversations import by_text, facts, happened, queue, store
from conversations.danger_state import met_by_agent
from conversations.event_kinds import (
    Actor,
    FirstReply,
    HandedBack,
    HandedOver,
    MadeUrgent,
    Taken,
    WhyRequeued,
)
from conversations.models import Conversation, MessageRow
from conversations.moves import (
    RESUME,
    TOLD_WAITING,
    Agents,
    AgentsOnline,
    Mover,
    Moves,
    asked_after_all,
    held_by,
    out_of_queue,
    seconds,
    taken_already,
    to_agent,
    to_bot,
    unfinished,
    waited_s,
)
from conversations.patience import Patience
from conversations.returning import requeue
from conversations.sources import Sources
from conversations.types import (
    Agent,
    Button,
    ConversationView,
    HandoffReason,
    Message,
    Mode,
    QueuePlace,
    Rank,
    Reply,
    Stage,
)
from core.clock import now
from core.database import Alongside, Database
from core.errors import BadRequest, Conflict
from core.text import written

log = logging.getLogger(__name__)

MAX_AGENT_TEXT = 4_000
"""Most characters of an agent's message."""


class Handoff(Mover):
    """Moves conversations into the queue, to an agent, and back to the bot; sends agents' words.

    Args:
        database: where the conversations are.
        moves: tells the citizen and the desks.
        agents_online: number of agents who are at the desk now.
        patience: how long a citizen is left without an agent's word.
        sources: counts who comes into the queue by where they write from.
        gone: tells which agents have left the desk.
        free: tells which agents are online and may get another conversation.
    """

    def __init__(
        self,
        database: Database,
        moves: Moves,
        agents_online: AgentsOnline,
        patience: Patience,
        sources: Sources,
        gone: Agents,
        free: Agents,
    ) -> None:
        super().__init__(database, moves, agents_online, patience)
        self.sources = sources
        self._gone = gone
        self._free = free

    async def request_human(
        self,
        conversation_id: str,
        reason: HandoffReason | str,
        *,
        urgent: bool = False,
        context: dict[str, Any] | None = None,
        resume: Button | None = None,
        holds: str = "",
    ) -> QueuePlace:
        """Put a conversation into the agents' queue. Asking again keeps its place.

        When an agent has it who has left the desk, it comes back into the queue in the same transaction.

        When too many conversations from the same source have come into the queue lately, it stays with the bot, and the
        place that is returned says so.

        Args:
            conversation_id: the conversation.
            reason: the reason that the agent sees.
            urgent: whether it goes before all that are not urgent.
            context: what is known so far, such as the filled slots of the complaint form: label → value.
            resume: button for a citizen who comes back to the assistant. It continues where that had stopped.
            holds: what is unfinished there, in a few words.

        Raises:
            NotFound: there is no such conversation.
        """
        may_queue = await self.sources.may_queue(conversation_id)
        left, known = await self._holder_and_known(conversation_id)
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            if row.mode == Mode.HUMAN and row.agent_id == left:
                await requeue(session, row, WhyRequeued.GONE, self._patience, now())
            if may_queue or row.mode != Mode.BOT:
                await self._into_queue(session, row, HandoffReason(reason), urgent, known)
            if context:
                row.facts = {**row.facts, "handoff": {**row.facts.get("handoff", {}), **context}}
                flag_modified(row, "facts")
            if resume:
                unfinished = {"title": resume.title, "payload": resume.payload, "holds": holds}
                row.facts = {**row.facts, RESUME: unfinished}
            row.updated_at = now()
            await session.flush()
            position = await queue.position(session, row)
            mode, text_only = Mode(row.mode), by_text.wanted(row.facts)
        facts.forget(conversation_id)
        await self._moves.changed(conversation_id, mode)
        return QueuePlace(mode, position, await self._agents_online(), text_only)

    async def _holder_and_known(self, conversation_id: str) -> tuple[str | None, str | None]:
        """The agent who has the conversation and has left the desk, and the agent whom the citizen knows and who is free."""
        async with self._database.read() as session:
            row = await store.get_conversation(session, conversation_id)
            mode, holder, last = row.mode, row.agent_id, row.last_agent_id
        if mode == Mode.HUMAN:
            return (holder if holder and holder in await self._gone({holder}) else None), None
        return None, (last if mode == Mode.BOT and last and last in await self._free({last}) else None)

    async def _into_queue(
        self,
        session: AsyncSession,
        row: Conversation,
        reason: HandoffReason,
        urgent: bool,
        known: str | None,
    ) -> None:
        """Enter the queue, or become urgent. Each happens once; repeats change nothing.

        Args:
            known: the agent to whom it is offered first.
        """
        moment = now()
        what: HandedOver | MadeUrgent
        if row.mode == Mode.BOT:
            row.mode = Mode.WAITING
            row.waiting_since = row.asked_at = moment
            row.rank = Rank.URGENT if urgent else Rank.NORMAL
            row.agent_id = None
            row.offered_to = known
            row.facts = {k: v for k, v in row.facts.items() if k != TOLD_WAITING}
            what = HandedOver(urgent)
            await self._patience.waits(session, row)
        elif urgent and not row.urgent:
            row.rank = Rank.URGENT
            what = MadeUrgent()
        else:
            await asked_after_all(session, row, reason)
            return
        row.reason = reason
        row.urgent = row.urgent or urgent
        row.stage = Stage.ACTIVE
        asked = Actor.CITIZEN if reason is HandoffReason.CITIZEN_ASKED else Actor.BOT
        await happened.record(session, row.id, what, asked, reason=reason, at=moment)

    async def recalled(self, conversation_id: str, key: str) -> Any:
        """A fact of this conversation (:meth:`remember`); None when there is none."""
        return (await facts.recall(self._database, conversation_id)).get(key)

    async def remember(self, conversation_id: str, key: str, value: Any) -> None:
        """Keep a small JSON-safe fact of this conversation; the value None deletes it.

        Raises:
            NotFound: there is no such conversation.
        """
        await self.remember_all(conversation_id, {key: value})

    async def remember_all(self, conversation_id: str, values: Mapping[str, Any]) -> None:
        """Keep several facts at once; see :meth:`remember`.

        Raises:
            NotFound: there is no such conversation.
        """
        async with self._database.write() as session:
            await facts.keep(session, conversation_id, values)

    async def take(
        self, conversation_id: str, agent: Agent, alongside: Alongside | None = None
    ) -> ConversationView:
        """Let an agent answer this conversation. Taking it again changes nothing.

        Args:
            conversation_id: the conversation.
            agent: who takes it.
            alongside: done in the same transaction before it is taken; it may refuse. Not done when the agent has it already.

        Raises:
            NotFound: there is no such conversation.
            Conflict: code ``already_taken``; another agent has it. ``erased``; see :func:`conversations.store.still_open`.
        """
        async with self._database.write() as session:
            row = await store.still_open(session, conversation_id, lock=True)
            if row.mode == Mode.HUMAN and row.agent_id != agent.id:
                raise taken_already(row)
            messages: Sequence[Message] = ()
            if row.mode != Mode.HUMAN:
                if alongside is not None:
                    await alongside(session)
                taken, moment = Taken(waited_s(row)), now()
                to_agent(row, agent.id, moment)
                await self._patience.got(session, row, moment)
                await happened.record(
                    session, row.id, taken, Actor.AGENT, agent_id=agent.id, reason=row.reason, at=moment
                )
                welcome = Reply(f"{agent.display_name}已接入，前面说的都看得到，不用重说。")
                messages = await self._moves.tell(session, row, [welcome], "system", "")
            row.seen_seq = row.last_seq
            row.updated_at = now()
            view = store.to_view(row)
        self._moves.announce(messages)
        await self._moves.changed(conversation_id, Mode.HUMAN)
        return view

    async def say(self, conversation_id: str, agent: Agent, text: str, client_id: str) -> Message:
        """Send an agent's words to the citizen. The same ``client_id`` again gives the first message.

        Raises:
            NotFound: there is no such conversation.
            BadRequest: the text is empty, or longer than :data:`MAX_AGENT_TEXT` characters.
            Conflict: code ``not_yours``; this agent does not have the conversation.
        """
        text = text.strip()
        if not written(text) or len(text) > MAX_AGENT_TEXT:
            raise BadRequest(f"请输入 1 到 {MAX_AGENT_TEXT} 个字")
        external_id = f"client:{client_id}"
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            known = await session.scalar(
                select(MessageRow).where(
                    MessageRow.conversation_id == conversation_id,
                    MessageRow.direction == "out",
                    MessageRow.external_id == external_id,
                )
            )
            if known is not None:
                return store.to_message(known)
            if row.mode != Mode.HUMAN or row.agent_id != agent.id:
                raise Conflict(
                    "没有发出去：请先接入这个会话再回复", code="not_yours", details={"agent": row.agent_id}
                )
            (message,) = await self._moves.tell(
                session, row, [Reply(text)], "agent", agent.display_name, agent.id, external_id
            )
            since = await happened.taken_at(session, row.id, unanswered=True)
            if since is not None:
                first = FirstReply(seconds(since))
                await happened.record(session, row.id, first, Actor.AGENT, agent_id=agent.id)
            row.reply_due_at = row.alerted_at = None
            row.seen_seq = row.last_seq
        self._moves.announce([message])
        return message

    async def tell(self, conversation_id: str, reply: Reply, key: str) -> None:
        """Send a message in the system's name. The same ``key`` again sends nothing.

        Raises:
            NotFound: there is no such conversation.
        """
        external_id = f"system:{key}"
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            said = select(MessageRow.id).where(
                MessageRow.conversation_id == conversation_id,
                MessageRow.direction == "out",
                MessageRow.external_id == external_id,
            )
            if await session.scalar(said) is not None:
                return
            messages = await self._moves.tell(session, row, [reply], "system", "", external_id=external_id)
        self._moves.announce(messages)

    async def hand_back(self, conversation_id: str, agent: Agent, note: str = "") -> ConversationView:
        """Give a conversation back to the bot. ``note`` is a remark for the next agent; it is kept with the event.

        Raises:
            NotFound: there is no such conversation.
            Conflict: code ``not_yours``; this agent does not have the conversation.
        """
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            held_by(row, agent)
            since = await happened.taken_at(session, row.id)
            back = HandedBack(None if since is None else seconds(since), note or None)
            await happened.record(session, row.id, back, Actor.AGENT, agent_id=agent.id, reason=row.reason)
            left, ways = unfinished(row)
            to_bot(row)
            row.facts = met_by_agent(row.facts)
            told = Reply(f"人工服务已结束，我接着帮您。还想找坐席，说“转人工”就行。{left}", ways)
            messages = await self._moves.tell(session, row, [told], "system", "")
            view = store.to_view(row)
        self._moves.announce(messages)
        await self._moves.changed(conversation_id, Mode.BOT)
        return view

    async def leave_queue(self, conversation_id: str, reason: HandoffReason) -> None:
        """Take a conversation out of the queue, when it waits for this reason; otherwise nothing changes."""
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            if row.mode != Mode.WAITING or row.reason != reason:
                return
            await out_of_queue(session, row, "no_danger")
        await self._moves.changed(conversation_id, Mode.BOT)
