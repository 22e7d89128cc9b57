"""The pushing side of the outbox: what no passive reply carries goes out as a customer-service message (客服消息).

1. What a citizen is owed is taken from the outbox, merged into one text and written down as a push, in one
   transaction, if the platform's quota has room (:mod:`channels.wechat.outbound.quota`). Without room it stays owed and is
   the first thing in the answer to the citizen's next message.
2. It goes out. The platform's word decides: done; refused, so it stays owed; or no word came (:class:`Unclear`,
   or the process died), so nobody knows.
3. Of the unclear ones the platform's own record of such messages (聊天记录) tells: shown there, it went out. Not
   shown there it did not, which is believed only where the record shows another push that is known to have gone
   out; then it is sent again. Where no record can be had, it is never pushed a second time: it becomes *doubtful*
   and is given with the answer to the citizen's next message, with words that say so.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from channels.wechat.api.client import Client
from channels.wechat.api.errors import NotSent, PlatformError, Refused, Unclear
from channels.wechat.models import WeChatAccess, WeChatAnswer
from channels.wechat.outbound import quota, reply
from channels.wechat.outbound.passive import Answers
from channels.wechat.pace import Pace
from conversations import outbox, store
from conversations.models import Conversation, Delivery, MessageRow, Turn
from conversations.types import Reach
from core.clock import now
from core.database import Database
from core.ids import new_id
from core.locks import one_at_a_time
from core.settings import WeChatAccount

log = logging.getLogger(__name__)

AT_ONCE = 3
"""Pushes under way in one process."""
_A_LOOK = 200
_NOT_BY_ITSELF = timedelta(days=365)
"""What finds no room waits for the citizen's next message, not for a time."""
_BUSY = timedelta(seconds=60)
_COMPARED = 60
"""Characters by which a push is found in the record: how a menu's end is shown there is not documented."""
_MARGIN = timedelta(minutes=1)
_RECORD = timedelta(hours=23)
"""The platform shows a day of its record at most."""
_FORBIDDEN = timedelta(minutes=10)
_MENU_REFUSED = frozenset({40008, 40035, 45008, 47001, 48001, 48006})
"""Answers to a menu that a plain text may well not get."""


class Pusher:
    """Pushes what is due, for the accounts that may.

    Args:
        clients: the API of each account that pushes, by the account's name.
        answers: settles passive replies, so that nothing doubtful is taken for owed.
    """

    def __init__(
        self,
        database: Database,
        accounts: Sequence[WeChatAccount],
        clients: Mapping[str, Client],
        answers: Answers,
        pace: Pace,
        full: reply.FullEntry = reply.no_page,
    ) -> None:
        self._database = database
        self._accounts = {account.name: account for account in accounts if account.name in clients}
        self._clients = clients
        self._answers = answers
        self._pace = pace
        self._full = full
        self._given_up: dict[str, datetime] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._no_menu: set[str] = {one.name for one in accounts if one.kind != "service" or not one.msgmenu}
        self._resting: set[str] = set()
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to look for what is due, and for what nobody knows of."""
        self._loops = [asyncio.create_task(self._keep_pushing()), asyncio.create_task(self._keep_settling())]

    async def stop(self) -> None:
        """End; pushes under way are ended first."""
        for loop in self._loops:
            loop.cancel()
        for task in self._loops:
            with suppress(asyncio.CancelledError):
                await task
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=self._pace.send_s)

    def given_up(self, turn_id: str) -> None:
        """No passive reply will carry what this turn says."""
        old = now() - timedelta(seconds=10 * self._pace.passive_s)
        while self._given_up and next(iter(self._given_up.values())) < old:
            del self._given_up[next(iter(self._given_up))]
        self._given_up[turn_id] = now()

    def ready(self, account: str) -> bool:
        """Whether this account may push, and the platform has not asked to be left alone."""
        return account in self._clients and account not in self._resting

    async def reach(self, conversation_id: str) -> Reach | None:
        """Whether words written now reach this citizen at once; None when it is no conversation of ours."""
        async with self._database.read() as session:
            conversation = await store.get_conversation(session, conversation_id)
            if conversation.channel != "wechat":
                return None
            if conversation.account not in set(self._clients) - await self._paused(session):
                return Reach(False)
            room = await quota.room(session, conversation)
            return Reach(room.left > 0, room.left, room.until)

    async def _keep_pushing(self) -> None:
        while True:
            try:
                for conversation_id in await self._due():
                    if conversation_id not in self._under_way:
                        task = asyncio.create_task(self._push_one(conversation_id))
                        self._under_way[conversation_id] = task
                        task.add_done_callback(partial(self._pushed, conversation_id))
            except Exception:
                log.exception("looking for WeChat messages to push failed; trying again")
            await asyncio.sleep(self._pace.poll_s)

    def _pushed(self, conversation_id: str, _: asyncio.Task[None]) -> None:
        del self._under_way[conversation_id]

    async def _due(self) -> list[str]:
        """Conversations owed something no passive reply will bring, whose account may push."""
        if not self._clients:
            return []
        moment = now()
        async with self._database.read() as session:
            self._resting = await self._paused(session)
            ready = set(self._clients) - self._resting
            if not ready:
                return []
            found = await session.scalars(
                select(Delivery.conversation_id)
                .join(Conversation, Conversation.id == Delivery.conversation_id)
                .join(MessageRow, MessageRow.id == Delivery.message_id)
                .outerjoin(Turn, Turn.id == MessageRow.turn_id)
                .where(
                    Delivery.state == "pending",
                    Delivery.next_attempt_at <= moment + outbox.CLOCK_SKEW,
                    Delivery.doubtful.is_(False),
                    Delivery.channel == "wechat",
                    outbox.free(moment),
                    Conversation.account.in_(ready),
                    or_(
                        Turn.id.is_(None),
                        Turn.created_at <= moment - timedelta(seconds=self._pace.passive_s),
                        Turn.id.in_(list(self._given_up)[-1000:]),
                    ),
                )
                .distinct()
                .limit(_A_LOOK)
            )
            return list(found)

    async def _paused(self, session: AsyncSession) -> set[str]:
        apps = await session.scalars(select(WeChatAccess.app_id).where(WeChatAccess.paused_until > now()))
        paused = set(apps)
        return {name for name, account in self._accounts.items() if account.app_id in paused}

    async def _push_one(self, conversation_id: str) -> None:
        async with self._places:
            try:
                push = await self._write_down(conversation_id)
                if push is not None:
                    await self._send(*push)
            except Exception:
                # What was written down is found again as unclear; what was not is still owed.
                log.exception("pushing a WeChat message failed", extra={"conversation": conversation_id})

    async def _write_down(self, conversation_id: str) -> tuple[WeChatAnswer, str, reply.Text] | None:
        """Take what is owed and write the push down; None when there is nothing, or no room for it."""
        await self._answers.settle(conversation_id)
        moment = now()
        async with self._database.write() as session:
            await one_at_a_time(session, f"wechat-push:{conversation_id}")
            conversation = await store.get_conversation(session, conversation_id)
            if await self._is_unclear(session, conversation_id):
                return None  # What is written after it must not come before it.
            room = await quota.room(session, conversation)
            if room.left < 1:
                await session.execute(
                    update(Delivery)
                    .where(
                        Delivery.conversation_id == conversation_id,
                        Delivery.state == "pending",
                        Delivery.next_attempt_at <= moment + outbox.CLOCK_SKEW,
                    )
                    .values(next_attempt_at=moment + _NOT_BY_ITSELF, error="no room until the citizen writes")
                    .execution_options(synchronize_session=False)
                )
                return None
            before = room.last_message_at or moment - _NOT_BY_ITSELF
            owed = await outbox.claim(session, conversation_id, 3_600, doubtful_before=before)
            carried = [one.message.id for one in owed]
            text = reply.compose(owed, self._full)
            tapped = bool(text.buttons) and conversation.account not in self._no_menu
            shown = reply.page(text.body, "" if tapped else reply.numbered(text.buttons), text.link)
            if not shown.text:
                await outbox.delivered(session, carried)
                return None
            row = WeChatAnswer(
                conversation_id=conversation_id,
                message_id=f"push:{new_id()}",
                account=conversation.account,
                route="push",
                tries=0,
                text=shown.text,
                rest=shown.rest,
                carried=carried,
                created_at=moment,
                last_try_at=moment,
            )
            session.add(row)
            openid = conversation.user_id
        return row, openid, reply.Text(shown.text, text.buttons if tapped else ())

    @staticmethod
    async def _is_unclear(session: AsyncSession, conversation_id: str) -> bool:
        found = await session.scalar(
            select(WeChatAnswer.message_id)
            .where(
                WeChatAnswer.conversation_id == conversation_id,
                WeChatAnswer.route == "push",
                WeChatAnswer.state == "open",
            )
            .limit(1)
        )
        return found is not None

    async def _send(self, row: WeChatAnswer, openid: str, text: reply.Text) -> None:
        client = self._clients[row.account]
        try:
            if text.buttons:
                choices = [(str(n), reply.showable(b.title)) for n, b in enumerate(text.buttons, start=1)]
                await client.send_menu(openid, text.body, choices)
            else:
                await client.send_text(openid, text.body)
        except Unclear as error:
            log.warning("nobody knows whether a WeChat push arrived: %s", error.message)
            return  # It stays open; settling finds out.
        except (Refused, NotSent) as error:
            await self._refused(row, error, menu=bool(text.buttons))
            return
        async with self._database.write() as session:
            await _end(session, row, "sent")
            await outbox.delivered(session, row.carried)

    async def _refused(self, row: WeChatAnswer, error: Refused | NotSent, *, menu: bool) -> None:
        """The platform said no, or never got it: what was to go out stays owed."""
        moment = now()
        number = error.number if isinstance(error, Refused) else None
        pause: timedelta | None = None
        if menu and number in _MENU_REFUSED:
            log.warning("account %s may not send menus; numbered lists from now on", row.account)
            self._no_menu.add(row.account)
            again, why = moment, error.message
        elif number in Refused.CLOSED:
            again, why = moment + _NOT_BY_ITSELF, quota.CLOSED
        elif number is None or number in Refused.BUSY or number in Refused.STALE:
            pause = _BUSY if number is not None else timedelta(seconds=5)
            again, why = moment + pause, error.message
        elif number in Refused.NOT_ALLOWED:
            pause = _FORBIDDEN
            again, why = moment + pause, error.message
        else:
            again, why = moment + _NOT_BY_ITSELF, error.message
        log.warning("the platform did not take a WeChat push: %s", error.message)
        async with self._database.write() as session:
            await _end(session, row, "refused", why)
            await outbox.put_back(session, row.carried, at=again, error=error.message)
            if pause is not None:
                await session.execute(
                    update(WeChatAccess)
                    .where(WeChatAccess.app_id == self._accounts[row.account].app_id)
                    .values(paused_until=moment + pause, paused_for=error.message)
                    .execution_options(synchronize_session=False)
                )

    async def _keep_settling(self) -> None:
        while True:
            try:
                await self._answers.settle()
                await self._settle()
            except Exception:
                log.exception("finding out about unclear WeChat messages failed; trying again")
            await asyncio.sleep(max(self._pace.poll_s, self._pace.record_first_s / 4))

    async def _settle(self) -> None:
        old = now() - timedelta(seconds=self._pace.record_first_s)
        async with self._database.read() as session:
            rows = list(
                await session.scalars(
                    select(WeChatAnswer)
                    .where(_open_push(), WeChatAnswer.created_at < old)
                    .order_by(WeChatAnswer.created_at)
                    .limit(_A_LOOK)
                )
            )
        for account in {row.account for row in rows} & set(self._clients):
            await self._settle_account(account, [row for row in rows if row.account == account])

    async def _settle_account(self, account: str, rows: Sequence[WeChatAnswer]) -> None:
        # A process may still be waiting for the platform's answer to the youngest.
        busy = timedelta(seconds=3 * self._pace.send_s)
        moment = now()
        shown, believed = await self._record(account, rows, moment)
        for row in rows:
            age = moment - row.created_at
            async with self._database.write() as session:
                openid = (await store.get_conversation(session, row.conversation_id)).user_id
                if shown[openid, _plain(row.text)] > 0:
                    shown[openid, _plain(row.text)] -= 1
                    if await _end(session, row, "sent"):
                        await outbox.delivered(session, row.carried)
                elif age < busy:
                    continue
                elif believed and age >= timedelta(seconds=self._pace.record_again_s):
                    if await _end(session, row, "refused", "not in the platform's record"):
                        await outbox.put_back(session, row.carried, at=moment)
                elif age >= timedelta(seconds=self._pace.record_last_s) and await _end(
                    session, row, "unsure", "no record to tell"
                ):
                    await outbox.put_back(session, row.carried, at=moment, doubtful=True)

    async def _record(
        self, account: str, rows: Sequence[WeChatAnswer], moment: datetime
    ) -> tuple[Counter[tuple[str, str]], bool]:
        """Messages the platform's record shows beyond those known to have gone out; is its silence believed?"""
        sent = (
            WeChatAnswer.account == account,
            WeChatAnswer.route == "push",
            WeChatAnswer.state == "sent",
        )
        async with self._database.read() as session:
            witness = await session.scalar(
                select(func.max(WeChatAnswer.created_at)).where(
                    *sent, WeChatAnswer.created_at < rows[0].created_at
                )
            )
            since = max(min(witness or moment, rows[0].created_at) - _MARGIN, moment - _RECORD)
            known = Counter(
                (openid, _plain(text))
                for openid, text in await session.execute(
                    select(Conversation.user_id, WeChatAnswer.text)
                    .join(Conversation, Conversation.id == WeChatAnswer.conversation_id)
                    .where(*sent, WeChatAnswer.created_at >= since)
                )
            )
        try:
            lines = await self._clients[account].records(since, moment)
        except PlatformError as error:
            log.info("the platform's record of messages can't be had: %s", error.message)
            return Counter(), False
        shown = Counter(
            (str(line.get("openid")), _plain(str(line.get("text", ""))))
            for line in lines
            if line.get("opercode") == 2002
        )
        return shown - known, bool(known & shown)


def _open_push() -> ColumnElement[bool]:
    return and_(WeChatAnswer.route == "push", WeChatAnswer.state == "open")


async def _end(session: AsyncSession, row: WeChatAnswer, state: str, error: str | None = None) -> bool:
    """Write down what became of a push, if nobody else has."""
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


def _plain(text: str) -> str:
    """The beginning of a text, with nothing in it that the platform's record might show differently."""
    return "".join(text.split())[:_COMPARED]
