"""Pictures: a job fetches each from the platform before it expires; then the message is received.

The platform keeps a picture three days. What can't be fetched or kept now is tried again until then, as a job; only
when it is kept is the message received and its turn begun, so that a ticket never names a picture that is not there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import cast
from urllib.parse import urlsplit

from channels.wechat.api.client import Client
from channels.wechat.api.errors import PlatformError, Refused
from channels.wechat.inbound.fetch import fetch_picture
from channels.wechat.message import CHANNEL
from channels.wechat.pace import Pace
from conversations.attachments import PHOTO
from conversations.media import Media
from conversations.service import Conversations
from conversations.types import InboundMessage, Receipt, Reply
from core.clock import now
from core.errors import BadRequest, RateLimited, TooLarge
from core.jobs import Job, NotYet

JOB = "wechat_picture"
"""Kind of the jobs that fetch pictures."""
EXPIRES = timedelta(days=3) - timedelta(hours=1)
"""Age from which a picture is given up; the platform deletes it after three days."""
GONE = "抱歉，您发的照片没能保存下来，请再发一次，或者用文字说明。"
"""Told the citizen when a picture is given up."""


class Pictures:
    """Fetches and keeps citizens' pictures.

    Args:
        clients: the API of each account that has one; others' pictures are fetched from the address they came with.
        trusted: the host of the platform's API; such addresses are on it or on the platform's picture hosts.
    """

    def __init__(
        self,
        conversations: Conversations,
        media: Media,
        clients: Mapping[str, Client],
        pace: Pace,
        trusted: str,
    ) -> None:
        self._conversations = conversations
        self._media = media
        self._clients = clients
        self._pace = pace
        self._trusted = urlsplit(trusted)
        self._jobs = conversations.jobs
        self._jobs.handle(
            JOB,
            self._bring,
            forget=True,
            lease=timedelta(seconds=4 * pace.send_s),
            limit=timedelta(seconds=10 * pace.send_s),
            first_pause=timedelta(seconds=2 * pace.send_s),
        )

    async def take(
        self, account: str, user: str, message_id: str, media: Mapping[str, str], answer_s: float = 0
    ) -> asyncio.Task[Receipt | None]:
        """Store the job of fetching a picture and begin it; a repeat joins the fetch under way.

        Args:
            answer_s: seconds for which the reply may be the answer to the platform's own delivery, if the picture
                comes in at the first try.

        Returns:
            A task that gives the message's receipt, or None when the picture is not there (yet).
        """
        view = await self._conversations.find_or_create(CHANNEL, account, user)
        noted = _Noted(
            account,
            user,
            message_id,
            view.id,
            media.get("MediaId", "")[:200],
            media.get("PicUrl", "")[:500],
            answer_s,
        )
        running = await self._jobs.run(JOB, f"{account}:{user}:{message_id}", asdict(noted))
        return cast("asyncio.Task[Receipt | None]", running)

    async def _bring(self, job: Job) -> Receipt | None:
        noted = _Noted(**job.payload)
        try:
            data = await self._fetch(noted)
        except Refused as error:
            if error.number not in Refused.BUSY and error.number not in Refused.NOT_ALLOWED:
                await self._lost(noted, GONE)
            else:
                await self._later(noted, job, error.message)
            return None
        except PlatformError as error:
            await self._later(noted, job, error.message)
            return None
        try:
            image = await self._media.keep(noted.conversation_id, data)
        except (TooLarge, BadRequest, RateLimited) as error:
            await self._lost(noted, error.message)
            return None
        return await self._conversations.receive(
            InboundMessage(
                channel=CHANNEL,
                account=noted.account,
                user_id=noted.user,
                message_id=noted.message_id,
                text=PHOTO,
                kind="image",
                media=image.media,
                # Later nobody waits for it: the platform's deliveries were answered.
                answer_s=noted.answer_s if job.attempt == 1 else 0,
            )
        )

    async def _fetch(self, noted: _Noted) -> bytes:
        client = self._clients.get(noted.account)
        if client is not None and noted.media_id:
            try:
                return await client.media(noted.media_id)
            except Refused as error:
                if not noted.url or error.number not in Refused.NOT_ALLOWED:
                    raise
        return await fetch_picture(noted.url, self._trusted, self._pace.send_s)

    async def _later(self, noted: _Noted, job: Job, why: str) -> None:
        if now() - job.created_at <= EXPIRES:
            raise NotYet(why)
        await self._lost(noted, GONE)

    async def _lost(self, noted: _Noted, words: str) -> None:
        """The picture can't be fetched any more: tell the citizen, once."""
        await self._conversations.tell(noted.conversation_id, Reply(words), f"picture:{noted.message_id}")


@dataclass(frozen=True)
class _Noted:
    """The facts of a picture that are stored with its job."""

    account: str
    user: str
    message_id: str
    conversation_id: str
    media_id: str
    url: str
    answer_s: float = 0
