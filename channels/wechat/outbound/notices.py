"""Notices: tells a ticket's progress by template message (模板消息) or subscription message (订阅消息).

Such messages may be sent at any time, even when the citizen has not written for long. For one ``client_msg_id`` the
platform sends only one template message within ten minutes, so an unclear one is sent again within that time.
Subscription messages have no such id, so an unclear one is not repeated. They also need the citizen's consent
(:mod:`channels.wechat.outbound.consents`). What can't be told in this way is told in the conversation.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, NoReturn

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from channels.wechat.api.client import Client
from channels.wechat.api.errors import NotSent, PlatformError, Refused
from channels.wechat.message import Inbound
from channels.wechat.models import WeChatNoticeRow
from channels.wechat.outbound.consents import Asked, Consents
from channels.wechat.pace import Pace
from conversations.service import Conversations
from conversations.types import ConversationView, Reply
from core.clock import local, now
from core.database import Database
from core.jobs import Job, NotYet
from core.news import News
from core.wechat_accounts import WeChatAccount

log = logging.getLogger(__name__)

JOB = "wechat_notice"
"""Kind of the jobs that send notices. A job's key is the id of the notice's row."""
SAME_MESSAGE = timedelta(minutes=8)
"""Age up to which the platform certainly recognises a ``client_msg_id``. Its documentation says ten minutes."""
_MOST_ATTEMPTS = 5
"""Most tries of a notice that the platform refuses because it is busy."""
_MAX_VALUE = 20
"""Most characters of a field's value. In most kinds of field the platform refuses more (47003)."""


class Notices:
    """Stores notices and sends them, each as a job.

    Args:
        database: where the notices are.
        conversations: the conversations.
        accounts: the accounts.
        clients: the API of each account that pushes, by the account's name.
        consents: who agreed to subscription messages.
        pace: the time limits.
        public_url: the address that a tapped notice opens, when it does not open a page of a mini program.
    """

    def __init__(
        self,
        database: Database,
        conversations: Conversations,
        accounts: Sequence[WeChatAccount],
        clients: Mapping[str, Client],
        consents: Consents,
        pace: Pace,
        public_url: str = "",
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._accounts = {account.name: account for account in accounts}
        self._clients = clients
        self._consents = consents
        self._pace = pace
        self._public_url = public_url
        self._jobs = conversations.jobs
        pause = timedelta(seconds=4 * pace.send_s)
        self._jobs.handle(JOB, self._due, forget=True, lease=pause, first_pause=pause, longest_pause=pause)

    async def notify(self, view: ConversationView, news: News) -> bool:
        """Store a notice, which a job then sends. The same ``key`` again tells nothing.

        Returns:
            False when the account has no template, or may not send.
        """
        account = self._accounts.get(view.account)
        if account is None or account.notice is None or account.name not in self._clients:
            return False
        row = WeChatNoticeRow(
            key=news.key,
            account=view.account,
            user_id=view.user_id,
            values={
                "conversation": view.id,
                "number": news.number,
                "state": news.state,
                "text": news.text,
                "time": f"{local(now()):%Y-%m-%d %H:%M}",
            },
        )
        with suppress(IntegrityError):  # It was told before.
            async with self._database.write() as session:
                session.add(row)
                await session.flush()
                await self._jobs.add(session, JOB, row.id)
        return True

    async def arrived(self, message: Inbound) -> None:
        """Store whether a notice arrived, as told by an event such as TEMPLATESENDJOBFINISH."""
        if message.media:
            status = str(message.media.get("Status", ""))
            await self._arrived(str(message.media.get("MsgID", "")), status, status == "success")
        for item in message.items:
            # Only a mini program gets a MsgID when it sends. A notice of an official account is not found here.
            code = item.get("ErrorCode", "")
            await self._arrived(item.get("MsgID", ""), f"{code} {item.get('ErrorStatus', '')}", code == "0")

    async def _arrived(self, platform_id: str, status: str, good: bool) -> None:
        if not platform_id:
            return
        async with self._database.write() as session:
            found = await session.scalar(
                update(WeChatNoticeRow)
                .where(
                    WeChatNoticeRow.platform_id == platform_id,
                    WeChatNoticeRow.state == "sent",
                )
                .values(state="arrived" if good else "failed", error=None if good else status[:200])
                .returning(WeChatNoticeRow.id)
            )
            row = None if found is None or good else await session.get(WeChatNoticeRow, found)
        if row is not None:
            await self._instead(row)

    async def _due(self, job: Job) -> None:
        async with self._database.read() as session:
            row = await session.get(WeChatNoticeRow, job.key)
        if row is not None and row.state == "pending":
            await self._send(row, attempt=job.attempt)

    async def _send(self, row: WeChatNoticeRow, *, attempt: int) -> None:
        account = self._accounts.get(row.account)
        notice = account.notice if account is not None and row.account in self._clients else None
        if account is None or notice is None:
            await self._give_up(row, "the account has no template any longer")
            return
        repeatable = notice.kind == "template"
        if attempt > 1 and (not repeatable or now() - row.created_at > SAME_MESSAGE):
            # An earlier try may have succeeded, and the platform would now send a second message.
            await self._give_up(row, row.error or "nobody knows whether it went out")
            return
        asked = Asked(row.account, row.user_id, notice.template_id, notice.lasting)
        if not repeatable and not await self._consents.use(asked):
            await self._give_up(row, "no consent to a subscription message")
            return
        kind = "mini" if account.kind == "mini_program" else notice.kind
        try:
            platform_id = await self._clients[row.account].notice(kind, self._body(row))
        except Refused as error:
            if error.number in Refused.BUSY and attempt < _MOST_ATTEMPTS and repeatable:
                await self._later(row, error.message)
            log.warning("the platform refused a notice: %s", error.message)
            if error.number == Refused.NO_CONSENT:
                await self._consents.none_left(asked)
            elif not repeatable:
                await self._consents.give_back(asked)
            await self._give_up(row, error.message)
        except PlatformError as error:
            log.warning("a notice may not have gone out: %s", error.message)
            if isinstance(error, NotSent) and not repeatable:
                await self._consents.give_back(asked)
                await self._give_up(row, error.message)
            else:
                await self._later(row, error.message)
        else:
            await self._change(row, "sent", None, platform_id)

    async def _later(self, row: WeChatNoticeRow, why: str) -> NoReturn:
        """Let the job try again later. The later try gives up when the platform would send a second message."""
        await self._change(row, "pending", why)
        raise NotYet(why)

    async def _give_up(self, row: WeChatNoticeRow, why: str) -> None:
        """Stop trying to send a notice, and tell its news in the conversation."""
        await self._change(row, "failed", why)
        await self._instead(row)

    def _body(self, row: WeChatNoticeRow) -> dict[str, Any]:
        account = self._accounts[row.account]
        notice = account.notice
        assert notice is not None
        values = {name: str(row.values.get(name, "")) for name in ("number", "state", "text", "time")}
        body: dict[str, Any] = {
            "touser": row.user_id,
            "template_id": notice.template_id,
            "data": {
                name: {"value": shape.format(**values)[:_MAX_VALUE]} for name, shape in notice.fields.items()
            },
        }
        if notice.kind == "template":
            body["client_msg_id"] = row.id
            if self._public_url:
                body["url"] = self._public_url
        elif notice.page:
            body["page"] = notice.page
        return body

    async def _instead(self, row: WeChatNoticeRow) -> None:
        """Tell the news in the conversation instead. The outbox keeps it until it may be sent."""
        await self._conversations.tell(row.values["conversation"], Reply(row.values["text"]), row.key)

    async def _change(
        self, row: WeChatNoticeRow, state: str, error: str | None, platform_id: str | None = None
    ) -> None:
        async with self._database.write() as session:
            await session.execute(
                update(WeChatNoticeRow)
                .where(WeChatNoticeRow.id == row.id)
                .values(state=state, error=error, platform_id=platform_id)
            )
