"""Pictures: a job fetches each picture from the platform and stores it. Only then the message is received.

The platform keeps a picture for three days. The job tries again until then. The turn begins only when the picture is
stored, so that a ticket never names a picture that does not exist.
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
from core.errors import BadRequest, RateLimited, TooLarge, Unavailable
from core.jobs import Job, NotYet

JOB = "wechat_picture"
"""Kind of the jobs that fetch pictures. A job's key is made of account, openid and MsgId."""
EXPIRES = timedelta(days=3) - timedelta(hours=1)
"""Age from which a picture is given up. The platform deletes it after three days."""
GONE = "抱歉，您发的照片没能保存下来，请再发一次，或者用文字说明。"
"""Words to the citizen when a picture is given up."""


class Pictures:
    """Fetches and stores citizens' pictures.

    Args:
        conversations: the conversations.
        media: stores photos.
        clients: the API of each account that may use it, by the account's name. Pictures of other accounts are
            fetched from the address in the message.
        pace: the time limits.
        trusted: the address of the platform's API. Pictures are fetched only from its host, and from the platform's
            hosts for pictures.
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
        """Store a job that fetches a picture, and begin it. A repeated message joins the running job.

        Args:
            account: the account's name.
            user: the citizen's openid.
            message_id: MsgId of the message.
            media: ``MediaId`` and ``PicUrl`` of the picture.
            answer_s: seconds for which the reply may go out in the answer to the platform's delivery, when the
                first try gets the picture.

        Returns:
            A task that returns the receipt of the message, or None when the picture could not be fetched (yet).
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
        except Unavailable as error:  # no room on the disk, now
            await self._later(noted, job, error.message)
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
                # At a later try the platform's deliveries are already answered.
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
        """Tell the citizen once that the picture can't be fetched any more."""
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
