"""The interface of conversations for other packages: one object with all functions."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from conversations import facts, happened, inbox, listing, outbox, queue, statements, store, turns
from conversations.alarm import Alarm, Unsure
from conversations.answering import Answerer, Dialogue, FallbackAnswer
from conversations.channels import Channels
from conversations.danger import Judge
from conversations.delivery import Deliveries
from conversations.event_kinds import Event, Report
from conversations.filed import AgentFiles
from conversations.handoff import Handoff
from conversations.listing import Page, Wanted
from conversations.models import Conversation, MessageRow
from conversations.moves import Agents, AgentsOnline, Moves
from conversations.neglected import JOB as NEGLECTED
from conversations.neglected import LOOK as NEGLECTED_LOOK
from conversations.neglected import Neglected
from conversations.noticed import Noticed
from conversations.passing import Passing
from conversations.patience import FIRST_REPLY, LONG_WAIT, Patience
from conversations.queued import JOB as AGENTS_GONE
from conversations.queued import LOOK, Queued
from conversations.quiet import CLOSE_AFTER, IDLE_AFTER, Quiet
from conversations.rights import Rights
from conversations.sources import Sources
from conversations.told import CodesOf, Told, no_codes
from conversations.types import (
    Button,
    ConversationView,
    HandoffReason,
    InboundMessage,
    Job,
    Message,
    QueuePlace,
    Reach,
    Receipt,
    Reply,
)
from conversations.waiting import Helps
from core.city.notice import PrivacyNotice
from core.database import Database
from core.errors import NotFound
from core.events import Events
from core.jobs import Jobs
from core.news import News
from core.rates import LocalRates, Rates

_FIRST_LOOK_S, _NEXT_LOOK_S = 0.1, 1.0
"""Seconds until a waiting caller first looks whether the turn is done, and seconds between further looks."""


async def _nobody() -> int:
    return 0


async def _none_of_them(_: Collection[str]) -> set[str]:
    return set()


async def _helps_nobody(_: str, __: Job) -> bool:
    return False


def _never_unsure(_: object) -> bool:
    return False


class Conversations:
    """Receives messages, runs turns, and hands conversations to agents and back.

    Args:
        database: where the conversations are.
        events: told about each change.
        dialogue: answers turns (Rasa's client).
        fallback_answer: answers without Rasa when it is sure of the answer.
        agents_online: number of agents who are at the desk.
        lease_s: seconds after which another process may take the turns of a process that died. A living
            process renews its leases every :data:`conversations.turns.SWEEP_S`; use at least three times
            that.
        judge: recognises danger, and matters out of scope; with None no message is judged.
        unsure: whether replies show that the assistant did not understand. Such turns are judged again.
        jobs: the runner of this process. Its owner starts it after all handlers are registered. None: an own
            runner.
        rates: counts urgent conversations by source; None: within this process.
        idle_after: time without a message after which a conversation is idle.
        close_after: time without a message after which a conversation with the bot is closed.
        helps: whether the assistant answers a message of a citizen who waits for an agent. Other messages are kept
            for the agent.
        agents_gone: tells which agents have left the desk; their conversations go back to the queue's front.
        agents_free: tells which agents are online and may get another conversation.
        patience: how long a citizen is left without an agent's word.
        desk_hours: when agents are at the desk, in words for citizens; empty when the hotline has not said.
        notice: the city's notice about personal data; None: there is none.
        notice_url: address of its page; empty when citizens can't reach it.
        codes_of: looks query codes up, to fill them in for the citizen of the tickets' own conversation.

    >>> async with Conversations(database, events, rasa, fallback) as conversations:   # doctest: +SKIP
    ...     receipt = await conversations.receive(InboundMessage("web", "visitor", "m1", "公积金怎么取"))
    ...     replies = await conversations.wait(receipt.turn_id, 10)
    """

    def __init__(
        self,
        database: Database,
        events: Events,
        dialogue: Dialogue,
        fallback_answer: FallbackAnswer,
        agents_online: AgentsOnline = _nobody,
        lease_s: float = 10,
        judge: Judge | None = None,
        unsure: Unsure = _never_unsure,
        jobs: Jobs | None = None,
        rates: Rates | None = None,
        idle_after: timedelta = IDLE_AFTER,
        close_after: timedelta = CLOSE_AFTER,
        helps: Helps = _helps_nobody,
        agents_gone: Agents = _none_of_them,
        agents_free: Agents = _none_of_them,
        patience: Patience = Patience(),  # noqa: B008  (it can't be changed)
        desk_hours: str = "",
        notice: PrivacyNotice | None = None,
        notice_url: str = "",
        codes_of: CodesOf = no_codes,
    ) -> None:
        self.told = Told(codes_of)
        self.jobs = jobs or Jobs(database)
        self._own_jobs = None if jobs else self.jobs
        self.patience = patience
        """How long a citizen is left without an agent's word."""
        self._database = database
        self._events = events
        self.channels = Channels()
        self._deliveries = Deliveries(database, self.channels, self.jobs)
        # The open desks show what became of each message.
        database.listeners[outbox.DELIVERIES] = self.beside_changed
        self._moves = moves = Moves(database, events, self.channels, agents_online)
        sources = Sources(rates or LocalRates())
        self.source = sources.of
        self.may_raise = sources.may_raise
        self._handoff = Handoff(database, moves, agents_online, patience, sources, agents_gone, agents_free)
        queued = Queued(database, moves, agents_online, patience, agents_gone, desk_hours)
        # With the usual lease nobody would look for half a minute after a process died while it looked.
        self.jobs.every(AGENTS_GONE, LOOK, queued.look, lease=LOOK)
        neglected = Neglected(database, moves, agents_online, patience)
        self.jobs.every(NEGLECTED, NEGLECTED_LOOK, neglected.look)
        self.jobs.handle(FIRST_REPLY, queued.unanswered, forget=True)
        self.jobs.handle(LONG_WAIT, queued.waits_long, forget=True)
        passing = Passing(database, moves, agents_online, patience, queued.put_in)
        self._quiet = Quiet(database, events, self.jobs, idle_after, close_after)
        self._alarm = Alarm(database, self._handoff, judge, unsure)
        self.rights = Rights(database, notice, notice_url)
        """What citizens ask for about their own data."""
        noticed = Noticed(database, self.channels, notice, notice_url)
        self._runner = turns.TurnRunner(
            database,
            events,
            Answerer(
                dialogue, self._handoff, queued, self._alarm, fallback_answer, helps, self.rights, noticed
            ),
            self.channels,
            lease_s,
            self.jobs,
        )
        self.take = self._handoff.take
        self.say = self._handoff.say
        self.hand_back = self._handoff.hand_back
        self.transfer = passing.transfer
        self.take_over = passing.take_over
        self.close = passing.close
        self.agent_files = AgentFiles(moves)
        """What changes in a conversation when its agent files a ticket."""
        self.put_in = queued.put_in
        self.remember = self._handoff.remember
        self.remember_all = self._handoff.remember_all

    async def __aenter__(self) -> Self:
        await self._runner.start()
        if self._own_jobs is not None:
            await self._own_jobs.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own_jobs is not None:
            await self._own_jobs.__aexit__(kind, error, trace)
        await self._runner.stop()

    async def receive(self, inbound: InboundMessage) -> Receipt:
        """Store a message durably and start its turn. A repeated message joins the turn of the first.

        Raises:
            BadRequest: user id or message id is missing, or the text is too long.
        """
        receipt, job = await inbox.receive(self._database, inbound, self._runner.lease())
        if not receipt.duplicate:
            self._handoff.sources.heard(receipt.conversation_id, inbound.source)
            data = receipt.message.to_json()
            self._events.publish(f"conversation:{receipt.conversation_id}", "message", message=data)
            self._events.publish("desk", "message", conversation_id=receipt.conversation_id, message=data)
        self._runner.wake(receipt.conversation_id, job)
        return receipt

    async def wait(self, turn_id: str, timeout_s: float) -> list[Message] | None:
        """The replies of a turn once it is done; None when that takes more than ``timeout_s`` seconds."""
        with self._events.subscribe(f"turn:{turn_id}") as subscription:
            try:
                async with asyncio.timeout(timeout_s):
                    pause = _FIRST_LOOK_S
                    while True:
                        # The event says when to look. Regular looks find turns that were done before the
                        # subscription, and turns whose event was lost.
                        told = False
                        with suppress(TimeoutError):
                            async with asyncio.timeout(pause):
                                event = await subscription.get()
                            told = event.kind == "turn_done"
                        async with self._database.read() as session:
                            if told or await turns.is_done(session, turn_id):
                                return await store.turn_replies(session, turn_id)
                        pause = _NEXT_LOOK_S
            except TimeoutError:
                return None

    async def find_or_create(self, channel: str, account: str, user_id: str) -> ConversationView:
        """The conversation of one person through one entrance. It is begun when there is none."""
        row = await self._found(channel, account, user_id)
        if row is None:
            try:
                async with self._database.write() as session:
                    row = await inbox.find_or_create(session, channel, account, user_id)
            except IntegrityError:  # Another process began it at the same moment.
                row = await self._found(channel, account, user_id)
                if row is None:
                    raise
        return store.to_view(row)

    async def find(self, channel: str, account: str, user_id: str) -> ConversationView | None:
        """The conversation of one person through one entrance; None when there is none."""
        row = await self._found(channel, account, user_id)
        return None if row is None else store.to_view(row)

    async def _found(self, channel: str, account: str, user_id: str) -> Conversation | None:
        async with self._database.read() as session:
            found: Conversation | None = await session.scalar(
                select(Conversation).where(
                    Conversation.channel == channel,
                    Conversation.account == account,
                    Conversation.user_id == user_id,
                )
            )
            return found

    async def view(self, conversation_id: str) -> ConversationView:
        """One conversation.

        Raises:
            NotFound: there is no conversation with this id.
        """
        async with self._database.read() as session:
            return store.to_view(await store.get_conversation(session, conversation_id))

    async def history(self, conversation_id: str, after: int = 0, limit: int = 200) -> list[Message]:
        """Messages with ``seq`` greater than ``after``, oldest first. At most ``limit``: the newest ones."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(MessageRow)
                .where(MessageRow.conversation_id == conversation_id, MessageRow.seq > after)
                .order_by(MessageRow.seq.desc())
                .limit(limit)
            )
            return [store.to_message(row) for row in reversed(list(rows))]

    async def list(self, wanted: Wanted) -> Page:
        """A page of conversations for the desk; see :func:`conversations.listing.find` for their order."""
        async with self._database.read() as session:
            return await listing.find(session, wanted)

    async def by_ids(self, ids: Iterable[str]) -> builtins.list[ConversationView]:
        """The conversations with these ids, for the desk. Unknown ids are left out."""
        async with self._database.read() as session:
            rows = await session.scalars(select(Conversation).where(Conversation.id.in_(builtins.list(ids))))
            return await queue.views(session, builtins.list(rows))

    async def in_hand(self) -> dict[str, int]:
        """How many conversations each agent has; see :func:`conversations.queue.in_hand`."""
        async with self._database.read() as session:
            return await queue.in_hand(session)

    async def counts(self, agent_id: str) -> dict[str, int]:
        """How many conversations wait (``waiting``), and how many this agent has (``mine``)."""
        async with self._database.read() as session:
            return await queue.counts(session, agent_id)

    async def report(
        self, conversation_id: str, turn_id: str, report: Report, known: Mapping[str, Any] | None = None
    ) -> bool:
        """Keep what an action reports about its turn. The last report becomes events when the turn ends.

        ``known`` are facts to keep in the same transaction.

        Returns:
            Whether the turn is open. No report is kept when it has ended or belongs to another conversation.

        Raises:
            NotFound: there is no such conversation, and facts were to be kept.
        """
        async with self._database.write() as session:
            if known:
                await facts.keep(session, conversation_id, known)
            kept = await session.execute(
                statements.REPORT,
                {"p_turn": turn_id, "p_conversation": conversation_id, "p_report": report.to_json()},
            )
        return kept.first() is not None

    async def happened(
        self, conversation_id: str, *, after: int = 0, messages: bool = True, limit: int | None = None
    ) -> builtins.list[Event]:
        """What happened in a conversation, in order; see :func:`conversations.happened.read`.

        Raises:
            NotFound: there is no such conversation.
        """
        async with self._database.read() as session:
            await store.get_conversation(session, conversation_id)
            return await happened.read(session, conversation_id, after=after, messages=messages, limit=limit)

    async def seen(self, conversation_id: str) -> None:
        """Record that the desk has read all messages of the conversation."""
        async with self._database.write() as session:
            await session.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id)
                .values(seen_seq=Conversation.last_seq)
            )

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
        """Put a conversation into the queue; see :meth:`conversations.handoff.Handoff.request_human`."""
        return await self._handoff.request_human(
            conversation_id, reason, urgent=urgent, context=context, resume=resume, holds=holds
        )

    async def recall(self, conversation_id: str) -> dict[str, Any]:
        """All facts of this conversation; empty when there is no such conversation."""
        with suppress(NotFound):
            return await facts.recall(self._database, conversation_id)
        return {}

    async def undelivered(self, conversation_id: str) -> builtins.list[Message]:
        """Messages that the outbox still owes the citizen, oldest first."""
        async with self._database.read() as session:
            return await outbox.undelivered(session, conversation_id)

    def beside_changed(self, conversation_id: str) -> None:
        """Tell the open desks that something beside the talk is new: a delivery, a note, a tag, a colleague's draft."""
        self._events.publish("desk", "beside", conversation_id=conversation_id)

    async def due_now(self, conversation_id: str) -> None:
        """Deliver what the outbox owes this citizen at once. No answer to an open request will carry it."""
        async with self._database.write() as session:
            await outbox.due_now(session, conversation_id)

    async def reach(self, conversation_id: str) -> Reach | None:
        """Whether words written now reach this citizen at once; None when they always do.

        Raises:
            NotFound: there is no such conversation.
        """
        view = await self.view(conversation_id)
        channel = self.channels.get(view.channel)
        return None if channel is None else await channel.reach(view)

    async def notify(self, conversation_id: str, news: News) -> None:
        """Tell news to a citizen who may not have the conversation open. The same key again tells nothing.

        The channel tells it in its own way. When it has none, or the news asks for it, it is said in the conversation.

        Raises:
            NotFound: there is no such conversation.
        """
        view = await self.view(conversation_id)
        channel = self.channels.get(view.channel)
        told = channel is not None and await channel.notify(view, news)
        if news.in_talk or not told:
            buttons = tuple(Button(*way) for way in news.ways)
            await self.tell(conversation_id, Reply(news.text, buttons), news.key)

    async def agent_came(self) -> None:
        """Tell who waits that somebody has come to the desk, or that nobody is there any more."""
        await self._moves.places()

    async def tell(self, conversation_id: str, reply: Reply, key: str) -> None:
        """Send a message that is no answer to a message of the citizen. The same ``key`` again sends nothing.

        Raises:
            NotFound: there is no such conversation.
        """
        await self._handoff.tell(conversation_id, reply, key)
