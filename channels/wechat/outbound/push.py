"""Pushing: what no passive reply carries is sent as a customer-service message (客服消息).

1. What a citizen is owed is taken from the outbox, as much as fits into one text, and written down as a push, in one
   transaction, if the platform's quota has room (:mod:`channels.wechat.outbound.quota`). What does not fit is the next
   push. Without room it stays owed and goes out when the citizen writes again, before anything newer.
2. It goes out. The platform's word decides: done; refused, so it stays owed (:mod:`channels.wechat.outbound.faults`);
   or no word came (:class:`Unclear`, or the process died), so nobody knows, and
   :mod:`channels.wechat.outbound.settle` finds out.
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
from conversations.types import ConversationView, Reach
from core.clock import now
from core.database import Database
from core.ids import new_id
from core.jobs import remind
from core.locks import one_at_a_time
from core.settings import WeChatAccount

log = logging.getLogger(__name__)

SETTLE = "wechat_settle"
"""The job that finds out what became of messages nobody said anything of."""
MENU_ITEMS = 10
"""Choices of one menu at most; the platform refuses more (45098)."""
_HELD_S = 3_600
"""Seconds for which a push claims its outbox rows; its outcome is known long before."""
_NO_MENUS = frozenset({40008, 40035, 45008, 47001, 48001, 48006})
"""``errcode`` of a menu after which the account only sends numbered lists: it may not send menus."""
_NOT_THE_MENU = Refused.CLOSED | Refused.BUSY | Refused.STALE
"""``errcode`` that a plain text would get, too; after any other a plain text is tried."""


class Pusher:
    """Pushes for the accounts that may send customer-service messages.

    Args:
        clients: the API of each account that pushes, by the account's name.
        answers: the passive replies, settled first, so that a doubtful one is not pushed as if it were owed.
    """

    def __init__(
        self,
        database: Database,
        accounts: Sequence[WeChatAccount],
        clients: Mapping[str, Client],
        answers: Answers,
        pace: Pace,
        full: pages.FullEntry = pages.no_page,
    ) -> None:
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
        """What the citizens of an account can be shown."""
        taps = account in self._accounts and account not in self._no_menu
        return Shows(MENU_ITEMS if taps else 0, cards=False, photos=False, length=pages.LIMIT)

    async def ready_at(self, account: str) -> datetime | None:
        """From when on an account may push: now, or when its pause after a fault ends; None for one that may not."""
        known = self._accounts.get(account)
        if known is None:
            return None
        async with self._database.read() as session:
            paused_until = await session.scalar(
                select(WeChatAccess.paused_until).where(WeChatAccess.app_id == known.app_id)
            )
        return paused_until or now()

    async def may(self, account: str) -> bool:
        """Whether an account can push now."""
        ready_at = await self.ready_at(account)
        return ready_at is not None and ready_at <= now()

    async def reach(self, view: ConversationView) -> Reach:
        """Whether words written now reach this citizen at once, and how many more may be sent until when."""
        if not await self.may(view.account):
            return Reach(False)
        async with self._database.read() as session:
            room = await quota.room(session, view)
        return Reach(room.left > 0, room.left, room.until)

    async def deliver(self, conversation_id: str) -> None:
        """Push what is owed to one citizen, as much as fits into one message.

        When this fails after the push was stored, :mod:`channels.wechat.outbound.settle` finds out about it;
        before that, everything is still owed.
        """
        await self._answers.settle(conversation_id)
        written = await self._write_down(conversation_id)
        if written is not None:
            await self._send(*written)

    async def _write_down(self, conversation_id: str) -> tuple[WeChatAnswer, pages.Page] | None:
        """Claim what is owed and store the push; None when nothing is owed or the quota has no room."""
        moment = now()
        async with self._database.write() as session:
            await one_at_a_time(session, f"wechat-push:{conversation_id}")
            view = store.to_view(await store.get_conversation(session, conversation_id))
            if await _is_unclear(session, conversation_id):
                # A message stored later must not be sent before this one.
                await outbox.wait(session, conversation_id, at=moment + self._look_again)
                return None
            room = await quota.room(session, view)
            if room.left < 1:
                await outbox.wait(
                    session,
                    conversation_id,
                    at=moment + outbox.UNTIL_THEY_WRITE,
                    error="no room until the citizen writes",
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
            async with self._database.write() as session:  # It stays open; settling finds out.
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
        """Send a page, with a menu of its choices where possible; a refused menu is sent as text."""
        client = self._clients[row.account]
        if page.body and 0 < len(page.buttons) <= self.shows(row.account).buttons:
            choices = [(str(n), showable(one.title)) for n, one in enumerate(page.buttons, start=1)]
            try:
                await client.send_menu(row.user_id, page.body, choices)
                return
            except Refused as error:
                if error.number in _NOT_THE_MENU:
                    raise
                log.warning("account %s: a menu was refused, sent as text: %s", row.account, error.message)
                if error.number in _NO_MENUS:
                    self._no_menu.add(row.account)
        await client.send_text(row.user_id, page.text)

    async def _refused(self, row: WeChatAnswer, error: Refused | NotSent) -> None:
        """The push was refused or not sent: what it carried stays owed."""
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
                error=error.message,
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
    """The condition for pushes whose outcome is not known yet."""
    return and_(WeChatAnswer.route == "push", WeChatAnswer.state == "open")


async def end(session: AsyncSession, row: WeChatAnswer, state: str, error: str | None = None) -> bool:
    """Store the outcome of a push; False when another process has stored it before."""
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
