"""Tells connected systems what happened to tickets: signed, in order within a ticket, again and again until it is received.

A message names the ticket, what was done and when, and no person and no word of the matter; who wants more reads the ticket by the
API. It may come twice; its id tells.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
from sqlalchemy import or_, select, update

from core.clock import iso, now
from core.database import Database
from core.errors import NotFound
from core.jobs import Job, Jobs
from core.signatures import DELIVERY, SIGNATURE, sign
from partners.models import DEAD, SENT, WAITING, Partner, WebhookDelivery
from partners.service import Origins
from tickets import dispatch
from tickets.models import TicketEventRow, TicketRow
from tickets.states import State

JOB, LOOK = "webhooks", timedelta(seconds=3)
"""Name of the job, and time between two looks."""
MOST_TRIES = 16
"""Tries of one message. With the pauses below they take 32 hours; then a person has to look."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(hours=6)
"""Pause after the first failure, which doubles with each further one, and the longest pause."""
ANSWER_S = 10.0
"""Seconds to wait for the answer to one message."""
_AT_ONCE = 200
"""Most messages of one system in one look."""
_IN_A_ROW = 3
"""Failures in a row after which a system is left alone until the next look."""
_READ = 1_024
"""Bytes of an answer that are read: only its status counts."""


@dataclass(frozen=True)
class _Message:
    event_id: str
    ticket_id: str
    attempts: int
    body: bytes | None
    """None: the system may not hear of this ticket."""


class Webhooks:
    """Sends what is due, as a job of the one runner.

    Args:
        database: where the systems and their messages are.
        origins: where messages may go.
        jobs: the runner of this process.
        answer_s: seconds to wait for the answer to one message.
    """

    def __init__(self, database: Database, origins: Origins, jobs: Jobs, answer_s: float = ANSWER_S) -> None:
        self._database = database
        self._origins = origins
        self._timeout = aiohttp.ClientTimeout(total=answer_s)
        jobs.every(JOB, LOOK, self.run, first_pause=LOOK)

    async def run(self, _: Job | None = None) -> int:
        """Send the messages that are due now. Returns how many the partners' systems have accepted."""
        async with self._database.read() as session:
            listening = list(
                await session.scalars(
                    select(Partner).where(
                        Partner.active.is_(True),
                        Partner.id.in_(
                            select(WebhookDelivery.partner_id).where(
                                WebhookDelivery.state == WAITING, WebhookDelivery.due_at <= now()
                            )
                        ),
                    )
                )
            )
        if not listening:
            return 0
        # No cookies and no proxy of the environment: a message goes to the set address and nowhere else.
        async with aiohttp.ClientSession(
            timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        ) as http:
            return sum(await asyncio.gather(*(self._serve(http, one) for one in listening)))

    async def _serve(self, http: aiohttp.ClientSession, partner: Partner) -> int:
        received = failed = 0
        stuck: set[str] = set()
        for message in await self._due(partner):
            if message.ticket_id in stuck:
                continue  # A later message of a ticket never overtakes an earlier one.
            error = "" if message.body is None else await self._send(http, partner, message)
            await self._note(partner, message, error)
            if error:
                stuck.add(message.ticket_id)
                failed += 1
            else:
                received, failed = received + (message.body is not None), 0
            if failed >= _IN_A_ROW:
                break
        return received

    async def _due(self, partner: Partner) -> list[_Message]:
        moment = now()
        async with self._database.read() as session:
            earlier = (
                select(WebhookDelivery.ticket_id)
                .where(
                    WebhookDelivery.partner_id == partner.id,
                    WebhookDelivery.state == WAITING,
                    WebhookDelivery.due_at > moment,
                )
                .scalar_subquery()
            )
            found = await session.execute(
                select(WebhookDelivery, TicketEventRow, TicketRow)
                .join(TicketEventRow, TicketEventRow.id == WebhookDelivery.event_id)
                .join(TicketRow, TicketRow.id == WebhookDelivery.ticket_id)
                .where(
                    WebhookDelivery.partner_id == partner.id,
                    WebhookDelivery.state == WAITING,
                    WebhookDelivery.due_at <= moment,
                    WebhookDelivery.ticket_id.not_in(earlier),
                )
                .order_by(WebhookDelivery.event_id)
                .limit(_AT_ONCE)
            )
            return [
                _Message(
                    event.id,
                    row.id,
                    delivery.attempts,
                    _body(event, row)
                    if partner.department_id is None
                    or await dispatch.has(session, row, partner.department_id)
                    else None,
                )
                for delivery, event, row in found
            ]

    async def _send(self, http: aiohttp.ClientSession, partner: Partner, message: _Message) -> str:
        """Send one message; what went wrong, in words that hold nothing of the answer."""
        if not self._origins.allows(partner.webhook_url):
            return "地址不在 WENBAN_PARTNER_ORIGINS 里"
        body = message.body or b""
        headers = {
            "Content-Type": "application/json",
            DELIVERY: message.event_id,
            SIGNATURE: sign(partner.webhook_secret, body, now()),
        }
        try:
            # A redirect would lead to an address that nobody has allowed.
            async with http.post(
                partner.webhook_url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                await answer.content.read(_READ)
                return "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"
        except TimeoutError:
            return f"{self._timeout.total:.0f} 秒没有答复"
        except (aiohttp.ClientError, OSError) as error:
            return f"连不上（{type(error).__name__}）"

    async def _note(self, partner: Partner, message: _Message, error: str) -> None:
        tries = message.attempts + 1
        if not error:
            values: dict[str, Any] = {"state": SENT, "error": ""}
        elif tries >= MOST_TRIES:
            values = {"state": DEAD, "error": error[:200]}
        else:
            pause = min(FIRST_PAUSE * (1 << (tries - 1)), LONGEST_PAUSE)
            values = {"error": error[:200], "due_at": now() + pause}
        async with self._database.write() as session:
            await session.execute(
                update(WebhookDelivery)
                .where(WebhookDelivery.partner_id == partner.id, WebhookDelivery.event_id == message.event_id)
                .values(attempts=tries, **values)
            )


def _body(event: TicketEventRow, row: TicketRow) -> bytes:
    told = {
        "id": event.id,
        "number": row.number,
        "action": event.action,
        "at": iso(event.at),
        "from_state": event.from_state,
        "to_state": event.to_state,
        "state": str(State(row.state)),
        "version": row.version,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


async def replay(database: Database, name: str, *, number: str = "") -> int:
    """Tell a system once more what it did not receive, from now on; how many messages.

    Args:
        database: where the messages are.
        name: the system.
        number: only of the ticket with this number, and of it all messages, also those that were received; empty: all dead ones.

    Raises:
        NotFound: there is no such system, or no such ticket.
    """
    async with database.write() as session:
        partner = await session.scalar(select(Partner.id).where(Partner.name == name))
        if partner is None:
            raise NotFound(f"没有叫“{name}”的对接系统")
        ours = WebhookDelivery.partner_id == partner
        if number:
            ticket = await session.scalar(select(TicketRow.id).where(TicketRow.number == number))
            if ticket is None:
                raise NotFound("没有这张工单")
            which = ours & (WebhookDelivery.ticket_id == ticket)
        else:
            which = (
                ours
                & or_(WebhookDelivery.state == DEAD, WebhookDelivery.attempts > 0)
                & (WebhookDelivery.state != SENT)
            )
        done = await session.execute(
            update(WebhookDelivery)
            .where(which)
            .values(state=WAITING, attempts=0, due_at=now(), error="")
            .returning(WebhookDelivery.event_id)
        )
        return len(done.all())
