"""Pictures: noted down as they come, fetched from the platform before they expire, kept, and then a message.

The platform keeps a picture three days. What can't be fetched or kept now is tried again until then; only when it
is kept is the message received and its turn begun, so that a ticket never names a picture that is not there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from channels.wechat.api.client import Client
from channels.wechat.api.errors import PlatformError, Refused
from channels.wechat.inbound.fetch import fetch_picture
from channels.wechat.message import CHANNEL
from channels.wechat.models import WeChatPicture
from channels.wechat.pace import Pace
from conversations.media import Media
from conversations.service import Conversations
from conversations.types import InboundMessage, Receipt, Reply
from core.clock import now
from core.database import Database
from core.errors import BadRequest, RateLimited, TooLarge

log = logging.getLogger(__name__)

SHOWN = "［照片］"
EXPIRES = timedelta(days=3) - timedelta(hours=1)
GONE = "抱歉，您发的照片没能保存下来，请再发一次，或者用文字说明。"


class Pictures:
    """Brings pictures in.

    Args:
        clients: the API of each account that has one; others' pictures are fetched from the address they came with.
        trusted: the host of the platform's API; such addresses are on it or on the platform's picture hosts.
    """

    def __init__(
        self,
        database: Database,
        conversations: Conversations,
        media: Media,
        clients: Mapping[str, Client],
        pace: Pace,
        trusted: str,
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._media = media
        self._clients = clients
        self._pace = pace
        self._trusted = urlsplit(trusted)
        self._bringing: dict[str, asyncio.Task[Receipt | None]] = {}
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to try again what did not succeed."""
        self._loop = asyncio.create_task(self._keep_bringing())

    async def stop(self) -> None:
        """End; what is under way is left to be tried again."""
        tasks = [*self._bringing.values(), *([self._loop] if self._loop else [])]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def take(
        self, account: str, user: str, message_id: str, media: Mapping[str, str]
    ) -> asyncio.Task[Receipt | None]:
        """Note a picture down, and begin to bring it in; the same again joins what is under way.

        Returns:
            What gives the message's receipt once it is received; None when it is not, or not yet.
        """
        view = await self._conversations.find_or_create(CHANNEL, account, user)
        row = WeChatPicture(
            account=account,
            user_id=user,
            message_id=message_id,
            conversation_id=view.id,
            media_id=media.get("MediaId", "")[:200],
            url=media.get("PicUrl", "")[:500],
            next_attempt_at=now() + timedelta(seconds=4 * self._pace.send_s),
        )
        try:
            async with self._database.write() as session:
                session.add(row)
        except IntegrityError:
            pass  # Delivered before.
        return self._bring(row)

    def _bring(self, row: WeChatPicture) -> asyncio.Task[Receipt | None]:
        key = f"{row.account}:{row.user_id}:{row.message_id}"
        task = self._bringing.get(key)
        if task is None:
            task = self._bringing[key] = asyncio.create_task(self._one(row))
            task.add_done_callback(lambda _: self._bringing.pop(key, None))
        return task

    async def _one(self, row: WeChatPicture) -> Receipt | None:
        try:
            data = await self._fetch(row)
        except Refused as error:
            if error.number in Refused.BUSY or error.number in Refused.NOT_ALLOWED:
                await self._later(row, error.message)
            else:
                await self._lost(row, GONE)
            return None
        except PlatformError as error:
            await self._later(row, error.message)
            return None
        try:
            image = await self._media.keep(row.conversation_id, data)
        except (TooLarge, BadRequest, RateLimited) as error:
            await self._lost(row, error.message)
            return None
        except Exception as error:
            log.exception("a WeChat picture could not be kept")
            await self._later(row, type(error).__name__)
            return None
        receipt = await self._conversations.receive(
            InboundMessage(
                channel=CHANNEL,
                account=row.account,
                user_id=row.user_id,
                message_id=row.message_id,
                text=SHOWN,
                kind="image",
                media=image.media,
            )
        )
        await self._done(row)
        return receipt

    async def _fetch(self, row: WeChatPicture) -> bytes:
        client = self._clients.get(row.account)
        if client is not None and row.media_id:
            try:
                return await client.media(row.media_id)
            except Refused as error:
                if not row.url or error.number not in Refused.NOT_ALLOWED:
                    raise
        return await fetch_picture(row.url, self._trusted, self._pace.send_s)

    async def _later(self, row: WeChatPicture, why: str) -> None:
        async with self._database.write() as session:
            found = await session.get(WeChatPicture, (row.account, row.user_id, row.message_id))
            if found is None:
                return
            gone = now() - found.created_at > EXPIRES
            found.attempts += 1
            pause = min(self._pace.send_s * 2**found.attempts, 3_600)
            found.next_attempt_at = now() + timedelta(seconds=pause)
        log.warning("a WeChat picture could not be brought in yet: %s", why)
        if gone:
            await self._lost(row, GONE)

    async def _lost(self, row: WeChatPicture, words: str) -> None:
        """It will not be had: the citizen is told, once."""
        await self._conversations.tell(row.conversation_id, Reply(words), f"picture:{row.message_id}")
        await self._done(row)

    async def _done(self, row: WeChatPicture) -> None:
        async with self._database.write() as session:
            await session.execute(
                delete(WeChatPicture).where(
                    WeChatPicture.account == row.account,
                    WeChatPicture.user_id == row.user_id,
                    WeChatPicture.message_id == row.message_id,
                )
            )

    async def _keep_bringing(self) -> None:
        while True:
            await asyncio.sleep(8 * self._pace.poll_s)
            try:
                # Taken by moving the next attempt on: of several processes one tries.
                async with self._database.write() as session:
                    due = await session.scalars(
                        update(WeChatPicture)
                        .where(WeChatPicture.next_attempt_at <= now())
                        .values(next_attempt_at=now() + timedelta(seconds=8 * self._pace.send_s))
                        .returning(WeChatPicture)
                        .execution_options(synchronize_session=False)
                    )
                    rows = list(due)
                for row in rows:
                    await asyncio.wait({self._bring(row)})
            except Exception:
                log.exception("bringing WeChat pictures in failed; trying again")
