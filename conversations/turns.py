"""Turns: each citizen's message is answered once and in order, even when processes die.

One process at a time works on a conversation, with a lease on the conversation's row. When the process dies,
its lease runs out, and another process (or the same, restarted) finds the open turn and runs it. No
transaction is open while Rasa works, because actions write during this time.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import attachments, buttons, happened, statements, store
from conversations.answering import Answered, Answerer
from conversations.channels import Channels
from conversations.event_kinds import Actor, DangerBeside, Outcome, Result, read_report
from conversations.inbox import Lease
from conversations.models import Conversation, Turn
from conversations.types import Job, Mode
from core.clock import now
from core.database import Database
from core.events import Events
from core.ids import new_id
from core.jobs import Job as DueJob
from core.jobs import Jobs
from core.tasks import end
from core.text import legible

log = logging.getLogger(__name__)

SWEEP_S = 2
"""Seconds between two searches for open turns without a worker, and between two renewals of the leases."""
LEASES_AT_ONCE = 500
"""Number of leases that one statement renews."""


class TurnRunner:
    """Runs the open turns of each conversation in order; several conversations at the same time.

    Args:
        database: where the conversations are.
        events: told about each message and each ended turn.
        answerer: finds the replies of a turn.
        channels: tells which citizens get their messages through the outbox.
        lease_s: seconds for which a lease is taken or renewed.
        jobs: the runner of this process. It does the search for open turns.
    """

    def __init__(
        self,
        database: Database,
        events: Events,
        answerer: Answerer,
        channels: Channels,
        lease_s: float,
        jobs: Jobs,
    ) -> None:
        self._jobs = jobs
        self._lease = timedelta(seconds=lease_s)
        self._database = database
        self._events = events
        self._answerer = answerer
        self._channels = channels
        self._owner = new_id()
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start to run turns: those that a former process left, and later ones that lose their process."""
        pause = timedelta(seconds=SWEEP_S)
        self._jobs.every("turn_sweep", pause, self._sweep, lease=pause, first_pause=pause)
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Let running turns end (10 seconds at most), then release the leases."""
        await end(self._keeper)
        workers = list(self._workers.values())
        if workers:
            _, late = await asyncio.wait(workers, timeout=10)
            for worker in late:
                worker.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        async with self._database.write() as session:
            await session.execute(
                update(Conversation)
                .where(Conversation.lease_owner == self._owner)
                .values(lease_owner=None, lease_until=None)
            )

    def lease(self) -> Lease:
        """A lease of this process that begins now."""
        return Lease(self._owner, now() + self._lease)

    def wake(self, conversation_id: str, job: Job | None = None) -> None:
        """Make sure that a worker looks at this conversation's open turns, now or after its present turn.

        Args:
            conversation_id: the conversation.
            job: the turn to begin with, when its lease is already taken.
        """
        if conversation_id in self._workers:
            self._again.add(conversation_id)
            return
        worker = asyncio.create_task(self._work(conversation_id, job))
        self._workers[conversation_id] = worker
        worker.add_done_callback(lambda _: self._left(conversation_id))

    def _left(self, conversation_id: str) -> None:
        del self._workers[conversation_id]
        if conversation_id in self._again:
            self._again.discard(conversation_id)
            self.wake(conversation_id)

    async def _keep(self) -> None:
        """Search for open turns once at the start, then only renew the leases of this process.

        This is not a job, because only the process that works on a turn can renew its lease.
        """
        for look in itertools.chain([self._sweep], itertools.repeat(self._keep_leases)):
            try:
                await look()
            except Exception:
                log.exception("looking after the turns failed; trying again")
            await asyncio.sleep(SWEEP_S)

    async def _sweep(self, _: DueJob | None = None) -> None:
        """Run open turns without a worker: those of a process that died, and those that failed."""
        async with self._database.read() as session:
            # Turns of other living processes are left out, because asking for each lease would cost a write.
            waiting = await session.scalars(
                select(Turn.conversation_id)
                .join(Conversation, Conversation.id == Turn.conversation_id)
                .where(Turn.state == "open", self._free())
                .distinct()
                .limit(500)
            )
            for conversation_id in waiting:
                if conversation_id not in self._workers:
                    self.wake(conversation_id)

    async def _keep_leases(self) -> None:
        """Renew the leases of this process. A turn may wait for Rasa longer than a lease lasts."""
        working = list(self._workers)
        for first in range(0, len(working), LEASES_AT_ONCE):
            async with self._database.write() as session:
                await session.execute(
                    update(Conversation)
                    .where(
                        Conversation.id.in_(working[first : first + LEASES_AT_ONCE]),
                        Conversation.lease_owner == self._owner,
                    )
                    .values(lease_until=self.lease().until)
                    .execution_options(synchronize_session=False)
                )

    def _free(self) -> ColumnElement[bool]:
        return or_(
            Conversation.lease_owner.is_(None),
            Conversation.lease_owner == self._owner,
            Conversation.lease_until < now(),
        )

    async def _work(self, conversation_id: str, job: Job | None) -> None:
        try:
            while job := job or await self._claim(conversation_id):
                more = await self._finish(
                    conversation_id, job, await self._answerer.answer(conversation_id, job)
                )
                job = None
                if not more:
                    break
        except Exception:
            # The turn stays open for the sweep. After MAX_ATTEMPTS tries it is answered without Rasa.
            log.exception("a turn failed", extra={"conversation": conversation_id})
            await self._let_go(conversation_id)

    async def _let_go(self, conversation_id: str) -> None:
        """Release the lease after a failed turn, so that the next sweep tries it again."""
        try:
            async with self._database.write() as session:
                await session.execute(
                    update(Conversation)
                    .where(Conversation.id == conversation_id, Conversation.lease_owner == self._owner)
                    .values(lease_owner=None, lease_until=None)
                    .execution_options(synchronize_session=False)
                )
        except Exception:
            log.exception("a lease can't be given back; it will run out")

    async def _claim(self, conversation_id: str) -> Job | None:
        """Take the lease and the oldest open turn.

        None when no turn is open, or another process has the lease.
        """
        lease = self.lease()
        async with self._database.write() as session:
            claimed = (
                await session.execute(
                    update(Conversation)
                    .where(Conversation.id == conversation_id, self._free())
                    .values(lease_owner=lease.owner, lease_until=lease.until)
                    .returning(Conversation.mode, Conversation.takes)
                    .execution_options(synchronize_session=False)
                )
            ).one_or_none()
            if claimed is None:
                return None
            mode, takes = claimed
            found = await store.oldest_open_turn(session, conversation_id)
            if found is None:
                await self._release(session, conversation_id)
                return None
            turn, message = found
            before = turn.attempts
            turn.attempts = before + 1
            turn.reported = None  # left by a try that did not finish
            offered = await store.offered_buttons(session, conversation_id)
            chosen = buttons.choose(message.text, turn.button, offered)
            attached = attachments.payload(message.kind, message.media)
            beside = attached is not None and bool(attachments.words(message.text, message.media))
            said = legible(message.text)
            return Job(turn.id, said, chosen, before, Mode(mode), attached, tuple(offered), beside, takes)

    @staticmethod
    async def _release(session: AsyncSession, conversation_id: str) -> None:
        await session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(lease_owner=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )

    async def _finish(self, conversation_id: str, job: Job, answered: Answered) -> bool:
        """Write replies, outcome and end of the turn in one transaction, and release the lease.

        Returns:
            Whether another turn is open.
        """
        async with self._database.write() as session:
            # The row is locked from here to the commit: an agent takes the conversation before or after.
            mode, channel, takes = (await session.execute(statements.LOCK, {"p_id": conversation_id})).one()
            if takes != job.takes and answered.by not in ("emergency", "agent"):
                # An agent got the conversation while the bot was working, and may have given it back since. The bot's
                # replies are dropped.
                answered = Answered("agent", (), Outcome(Result.LEFT_TO_AGENT))
            elif answered.by == "agent" and mode != Mode.HUMAN:
                # It was left to an agent, who gave the conversation away meanwhile. Nobody has it now but the bot or
                # the queue, so the turn is run again.
                return True
            ended = (
                await session.execute(
                    statements.END_TURN, {"p_turn": job.turn_id, "p_by": answered.by, "p_moment": now()}
                )
            ).one_or_none()
            if ended is None:
                return False  # Another process took the lease, has ended the turn, and goes on.
            messages = await store.say(
                session,
                conversation_id,
                answered.replies,
                sender="bot",
                sender_name=store.BOT_NAME,
                outbox=self._channels.outbox(channel),
                turn_id=job.turn_id,
                release=True,
                ahead=answered.by == "emergency",
            )
            await self._came_to(session, conversation_id, job.turn_id, answered, ended.reported)
            if not messages:
                await self._release(session, conversation_id)
        for message in messages:
            self._events.publish(f"conversation:{conversation_id}", "message", message=message.to_json())
            self._events.publish(
                "desk", "message", conversation_id=conversation_id, message=message.to_json()
            )
        self._events.publish(f"turn:{job.turn_id}", "turn_done")
        log.info(
            "turn answered",
            extra={"turn": job.turn_id, "conversation": conversation_id, "by": answered.by},
        )
        async with self._database.read() as session:
            return await store.has_open_turn(session, conversation_id)

    @staticmethod
    async def _came_to(
        session: AsyncSession,
        conversation_id: str,
        turn_id: str,
        answered: Answered,
        reported: dict[str, Any] | None,
    ) -> None:
        """Record what the turn came to. Its own outcome goes before the report, which may be of an abandoned try."""
        report = read_report(reported)
        result = answered.outcome or report.outcome or Outcome(Result.TALK)
        if report.rated is not None:
            await happened.record(session, conversation_id, report.rated, Actor.CITIZEN)
        if answered.beside is not None:
            asked = DangerBeside(answered.beside.kind, answered.beside.probability, turn_id)
            await happened.record(session, conversation_id, asked, Actor.BOT)
        await happened.record(session, conversation_id, replace(result, turn=turn_id), Actor.BOT)


async def is_done(session: AsyncSession, turn_id: str) -> bool:
    """Whether the turn's replies are written."""
    return (await session.scalar(statements.STATE_OF_TURN, {"p_turn": turn_id})) == "done"
