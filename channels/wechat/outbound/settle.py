"""Finds out what became of pushes and passive replies whose outcome is not known.

The platform keeps a record of pushes (聊天记录). A push in the record was sent. A push that is not in the record was
not sent, and is sent again; this is believed only when the record shows another push that was certainly sent. When
the record can't be read, the push is not repeated. It becomes *doubtful*: it is sent when the citizen writes again,
with words that say so.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from channels.wechat.api.client import Client
from channels.wechat.api.errors import PlatformError
from channels.wechat.models import WeChatAnswer
from channels.wechat.outbound.passive import Answers
from channels.wechat.outbound.push import SETTLE as JOB
from channels.wechat.outbound.push import end, open_push
from channels.wechat.pace import Pace
from conversations import outbox
from conversations.told import Told
from core.clock import now
from core.database import Database
from core.jobs import Again, Job, Jobs

log = logging.getLogger(__name__)

_A_LOOK = 200
"""Most pushes that one look handles."""
_COMPARED = 60
"""Number of characters, from the beginning, that are compared with the record. How a menu ends there is unknown."""
_MARGIN = timedelta(minutes=1)
"""Time before the first push from which the record is read, because the clocks may differ."""
_RECORD = timedelta(hours=23)
"""Age up to which the record is read. The platform shows at most one day."""


class Settling:
    """The jobs that settle unclear pushes and passive replies, and delete what is old.

    Args:
        database: where they are stored.
        clients: the API of each account that pushes, by the account's name.
        answers: the passive replies.
        pace: the time limits.
        jobs: the runner of this process.
        told: fills in query codes, as the sent texts had them.
    """

    def __init__(
        self,
        database: Database,
        clients: Mapping[str, Client],
        answers: Answers,
        pace: Pace,
        jobs: Jobs,
        told: Told | None = None,
    ) -> None:
        self._told = told or Told()
        self._database = database
        self._clients = clients
        self._answers = answers
        self._pace = pace
        pause = timedelta(seconds=pace.settle_s)
        jobs.every(JOB, pause, self._look, lease=timedelta(seconds=4 * pace.send_s), first_pause=pause)
        jobs.every("wechat_tidy", timedelta(hours=1), self._tidy)

    async def _look(self, _: Job) -> Again:
        await self._answers.settle()
        await self._settle()
        async with self._database.read() as session:
            found = await session.scalar(
                select(WeChatAnswer.message_id).where(WeChatAnswer.state == "open").limit(1)
            )
        return Again(now() + timedelta(seconds=self._pace.idle_s if found is None else self._pace.settle_s))

    async def _tidy(self, _: Job) -> None:
        await self._answers.tidy()

    async def _settle(self) -> None:
        old = now() - timedelta(seconds=self._pace.record_first_s)
        async with self._database.read() as session:
            rows = list(
                await session.scalars(
                    select(WeChatAnswer)
                    .where(open_push(), WeChatAnswer.created_at < old)
                    .order_by(WeChatAnswer.created_at)
                    .limit(_A_LOOK)
                )
            )
        for account in {row.account for row in rows} & set(self._clients):
            await self._settle_account(account, [row for row in rows if row.account == account])

    async def _settle_account(self, account: str, rows: Sequence[WeChatAnswer]) -> None:
        # The calls of the youngest pushes may still be running in another process.
        busy = timedelta(seconds=3 * self._pace.send_s)
        moment = now()
        shown, believed = await self._record(account, rows, moment)
        for row in rows:
            age = moment - row.created_at
            key = row.user_id, _plain(await self._told.text(row.conversation_id, row.text))
            async with self._database.write() as session:
                if shown[key] > 0:
                    shown[key] -= 1
                    if await end(session, row, "sent"):
                        await outbox.delivered(session, row.carried)
                elif age < busy:
                    continue
                elif believed and age >= timedelta(seconds=self._pace.record_again_s):
                    if await end(session, row, "refused", "not in the platform's record"):
                        await outbox.put_back(session, row.conversation_id, row.carried, at=moment)
                elif age >= timedelta(seconds=self._pace.record_last_s) and await end(
                    session, row, "unsure", "no record to tell"
                ):
                    await outbox.put_in_doubt(session, row.carried)

    async def _record(
        self, account: str, rows: Sequence[WeChatAnswer], moment: datetime
    ) -> tuple[Counter[tuple[str, str]], bool]:
        """Read the platform's record.

        Returns:
            The messages in the record that are not yet known as sent, as a count by openid and text; and whether
            the record is complete, so that a push that is not in it was not sent.
        """
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
            columns = WeChatAnswer.user_id, WeChatAnswer.conversation_id, WeChatAnswer.text
            pushed = (
                await session.execute(select(*columns).where(*sent, WeChatAnswer.created_at >= since))
            ).all()
        known = Counter(
            [(openid, _plain(await self._told.text(whose, text))) for openid, whose, text in pushed]
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


def _plain(text: str) -> str:
    """The first :data:`_COMPARED` characters of a text without white space, to compare it with the record."""
    return "".join(text.split())[:_COMPARED]
