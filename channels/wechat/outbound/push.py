"""Pushes: sends what no passive reply can hold as customer-service messages (客服消息).

1. When the platform's quota allows it (:mod:`channels.wechat.outbound.quota`), as much of what a citizen is owed as
   fits into one text is claimed from the outbox and stored as a push, in one transaction. What does not fit is the
   next push. When the quota does not allow it, everything stays owed. It is sent when the citizen writes again,
   before anything newer.
2. The push is sent. When the platform accepts it, it is done. When the platform refuses it, its text stays owed
   (:mod:`channels.wechat.outbound.faults`). When no answer comes (:class:`Unclear`, or the process died),
   :mod:`channels.wechat.outbound.settle` finds out what became of it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from channels.wechat.api.client import Client
from channels.wechat.api.errors import NotSent, Refused, Unclear
from channels.wechat.models import WeChatAccess, WeChatAnswer
from channels.wechat.outbound import pages, quota
from channels.wechat.outbound.faults import Faults
from channels.wechat.outbound.passive import Answers, set_aside
from channels.wechat.pace import Pace
from channels.wechat.text import showable
from conversations import outbox, store
from conversations.channels import Shows
from conversations.told import Told
from conversations.types import ConversationView, Reach
from core.clock import now
from core.database import Database
from core.ids import new_id
from core.jobs import remind
from core.locks import one_at_a_time
from core.wechat_accounts import WeChatAccount

log = logging.getLogger(__name__)

SETTLE = "wechat_settle"
"""Kind of the job that finds out what became of pushes without an answer."""
MENU_ITEMS = 10
"""Most choices of one menu. The platform refuses more (45098)."""
_HELD_S = 3_600
"""Seconds for which a push claims its parts of the outbox. Its outcome is known long before."""
_NO_MENUS = frozenset({40008, 40035, 45008, 47001, 48001, 48006})
"""Values of ``errcode`` that mean that the account may not send menus. From then on it sends numbered lists."""
_NOT_THE_MENU = Refused.CLOSED | Refused.BUSY | Refused.STALE
"""Values of ``errcode`` that a plain text would get, too. After all other values a plain text is tried."""


class Pusher:
    """Pushes for the accounts that may send customer-service messages.

    Args:
        database: where the pushes are stored.
        accounts: the accounts.
        clients: the API of each account that pushes, by the account's name.
        answers: the passive replies. They are settled before a push, so that what has arrived is not pushed.
        pace: the time limits.
        full: returns the address of an entry's page.
        told: fills in query codes, which no stored text holds.
    """

    def __init__(
        self,
        database: Database,
        accounts: Sequence[WeChatAccount],
        clients: Mapping[str, Client],
        answers: Answers,
        pace: Pace,
        full: pages.FullEntry = pages.no_page,
        told: Told | None = None,
    ) -> None:
        self._told = told or Told()
        self._database = database
        self._accounts = {account.name: account for account in accounts if account.name in clients}
        self._clients = clients
        self._answers = answers
        self._full = full
        self._faults = Faults(pace)
        self._first_look = timedelta(seconds=pace.record_first_s)
        self._look_again = timedelta(seconds=pace.settle_s)
        self._no_menu: set[str] = {one.name for one in accounts if one.kind != "service" or not one.msgmenu}

    def shows(self, account: str) -> Shows:
        """What can be shown to the citizens of an account."""
        taps = account in self._accounts and account not in self._no_menu
        return Shows(MENU_ITEMS if taps else 0, cards=False, photos=False, length=pages.LIMIT)

    async def ready_at(self, account: str) -> datetime | None:
        """When an account may next push: now, or at the end of its pause after a fault; None when it never may."""
        known = self._accounts.get(account)
        if known is None:
            return None
        async with self._database.read() as session:
            paused_until = await session.scalar(
                select(WeChatAccess.paused_until).where(WeChatAccess.app_id == known.app_id)
            )
        return paused_until or now()

    async def may(self, account: str) -> bool:
        """Whether an account may push now."""
        ready_at = await self.ready_at(account)
        return ready_at is not None and ready_at <= now()

    async def reach(self, view: ConversationView) -> Reach:
        """Whether words written now reach this citizen at once, how many more may be sent, and until when."""
        if not await self.may(view.account):
            return Reach(False)
        async with self._database.read() as session:
            room = await quota.room(session, view)
        return Reach(room.left > 0, room.left, room.until)

    async def deliver(self, conversation_id: str) -> None:
        """Push as much of what is owed to one citizen as fits into one message.

        When this fails before the push is stored, everything is still owed. When it fails later,
        :mod:`channels.wechat.outbound.settle` finds out what became of the push.
        """
        await self._answers.settle(conversation_id)
        written = await self._write_down(conversation_id)
        if written is not None:
            await self._send(*written)

    async def _write_down(self, conversation_id: str) -> tuple[WeChatAnswer, pages.Page] | None:
        """Claim what is owed, and store the push; None when nothing is to be sent now."""
        moment = now()
        async with self._database.write() as session:
            await one_at_a_time(session, f"wechat-push:{conversation_id}")
            view = store.to_view(await store.get_conversation(session, conversation_id))
            if await _is_unclear(session, conversation_id):
                # An earlier push has no outcome yet. A later message must not be sent before it.
                await outbox.wait(session, conversation_id, at=moment + self._look_again)
                return None
            room = await quota.room(session, view)
            if room.left < 1:
                await outbox.wait(
                    session,
                    conversation_id,
                    at=moment + outbox.UNTIL_THEY_WRITE,
                    error=outbox.NO_ROOM,
                )
                return None
            owed = await outbox.claim(session, conversation_id, _HELD_S, doubtful=False)
            page = pages.page(owed, self._full, follows=room.left > 1)
            if not page.text:
                await outbox.delivered(session, page.parts)
                return None
            await set_aside(session, page)
            row = WeChatAnswer(
                conversation_id=conversation_id,
                message_id=f"push:{new_id()}",
                account=view.account,
                user_id=view.user_id,
                route="push",
                tries=0,
                text=page.text,
                more=page.more,
                carried=list(page.parts),
                created_at=moment,
                last_try_at=moment,
            )
            session.add(row)
        return row, page

    async def _send(self, row: WeChatAnswer, page: pages.Page) -> None:
        try:
            await self._show(row, page)
        except Unclear as error:
            log.warning("nobody knows whether a WeChat push arrived: %s", error.message)
            async with self._database.write() as session:  # The push stays open until the job has found out.
                await remind(session, SETTLE, "", now() + self._first_look)
            return
        except (Refused, NotSent) as error:
            await self._refused(row, error)
            return
        self._faults.went_out(row.account)
        async with self._database.write() as session:
            await end(session, row, "sent")
            await outbox.delivered(session, row.carried)

    async def _show(self, row: WeChatAnswer, page: pages.Page) -> None:
        """Send a page, with its choices as a menu where possible. A refused menu is sent as text."""
        client = self._clients[row.account]
        if page.body and 0 < len(page.buttons) <= self.shows(row.account).buttons:
            choices = [(str(n), showable(one.title)) for n, one in enumerate(page.buttons, start=1)]
            try:
                await client.send_menu(
                    row.user_id, await self._told.text(row.conversation_id, page.body), choices
                )
                return
            except Refused as error:
                if error.number in _NOT_THE_MENU:
                    raise
                log.warning("account %s: a menu was refused, sent as text: %s", row.account, error.message)
                if error.number in _NO_MENUS:
                    self._no_menu.add(row.account)
        await client.send_text(row.user_id, await self._told.text(row.conversation_id, page.text))

    async def _refused(self, row: WeChatAnswer, error: Refused | NotSent) -> None:
        """Record that a push was refused or not sent. Its parts stay owed."""
        log.warning("the platform did not take a WeChat push: %s", error.message)
        moment = now()
        async with self._database.write() as session:
            tries = await outbox.attempts(session, row.carried)
            fault = self._faults.judge(row.account, row.user_id, error, tries)
            await end(session, row, "refused", fault.why)
            await outbox.put_back(
                session,
                row.conversation_id,
                row.carried,
                at=moment + (outbox.UNTIL_THEY_WRITE if fault.again is None else fault.again),
                error=outbox.NO_ROOM if fault.why == quota.CLOSED else error.message,
            )
            if fault.pause is not None:
                await session.execute(
                    update(WeChatAccess)
                    .where(WeChatAccess.app_id == self._accounts[row.account].app_id)
                    .values(paused_until=moment + fault.pause, paused_for=error.message)
                    .execution_options(synchronize_session=False)
                )


async def _is_unclear(session: AsyncSession, conversation_id: str) -> bool:
    found = await session.scalar(
        select(WeChatAnswer.message_id)
        .where(WeChatAnswer.conversation_id == conversation_id, open_push())
        .limit(1)
    )
    return found is not None


def open_push() -> ColumnElement[bool]:
    """SQL condition: pushes whose outcome is not known yet."""
    return and_(WeChatAnswer.route == "push", WeChatAnswer.state == "open")


async def end(session: AsyncSession, row: WeChatAnswer, state: str, error: str | None = None) -> bool:
    """Store the outcome of a push.

    Returns:
        False when another process has stored it before.
    """
    ended = await session.scalar(
        update(WeChatAnswer)
        .where(
            WeChatAnswer.conversation_id == row.conversation_id,
            WeChatAnswer.message_id == row.message_id,
            WeChatAnswer.state == "open",
        )
        .values(state=state, error=error)
        .returning(WeChatAnswer.message_id)
        .execution_options(synchronize_session=False)
    )
    return ended is not None
