"""The WeChat channel for other packages: all accounts and their parts in one object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from aiohttp import web

from channels.wechat.api.client import Client
from channels.wechat.inbound.answering import Parts
from channels.wechat.inbound.handler import Entrance
from channels.wechat.inbound.pictures import Pictures
from channels.wechat.message import CHANNEL
from channels.wechat.outbound.consents import Consents
from channels.wechat.outbound.notices import Notices
from channels.wechat.outbound.passive import Answers
from channels.wechat.outbound.push import Pusher
from channels.wechat.outbound.settle import Settling
from channels.wechat.pace import Pace
from conversations.media import Media
from conversations.service import Conversations
from core.city.notice import PrivacyNotice
from core.database import Database
from core.errors import NotFound
from core.wechat_accounts import WeChatAccount


def _never() -> bool:
    return False


class WeChat:
    """All WeChat accounts as one :class:`conversations.channels.Channel`.

    Args:
        accounts: the accounts.
        database: where answers, events and notices are.
        conversations: the conversations. The channel adds itself to their channels.
        media: stores citizens' pictures.
        city: name of the city for the greeting.
        api_base: address of the platform's API.
        public_url: the address at which citizens reach the app, for links in answers and notices. Empty: no links.
        notice: the city's notice about personal data; None: there is none.
        notice_url: address of its page; empty when citizens can't reach it.
        busy: whether a turn that begins now has to wait for others.
        pace: the time limits; None: the usual ones.

    >>> async with WeChat(accounts, database, conversations, media, city="淮南") as wechat:    # doctest: +SKIP
    ...     app.add_routes(wechat.routes())
    """

    name = CHANNEL
    label = "微信用户"
    delivers = True

    def __init__(
        self,
        accounts: Sequence[WeChatAccount],
        database: Database,
        conversations: Conversations,
        media: Media,
        *,
        city: str,
        api_base: str = "https://api.weixin.qq.com",
        public_url: str = "",
        notice: PrivacyNotice | None = None,
        notice_url: str = "",
        busy: Callable[[], bool] = _never,
        pace: Pace | None = None,
    ) -> None:
        pace = pace or Pace()
        public_url = public_url.rstrip("/")

        def full(entry_id: str) -> str:
            return f"{public_url}/kb/{entry_id}" if public_url else ""

        self._clients = {
            account.name: Client(account, database, api_base, timeout_s=pace.send_s, pause_s=pace.retry_s)
            for account in accounts
            if account.pushes
        }
        answers = Answers(database, pace, full)
        self._pusher = Pusher(database, accounts, self._clients, answers, pace, full, conversations.told)
        if accounts:
            Settling(database, self._clients, answers, pace, conversations.jobs, conversations.told)
        self._consents = consents = Consents(database)
        self._notices = Notices(database, conversations, accounts, self._clients, consents, pace, public_url)
        self._pictures = Pictures(conversations, media, self._clients, pace, api_base)
        self._entrances = {
            account.name: Entrance(
                Parts(
                    account,
                    database,
                    conversations,
                    answers,
                    self._pusher,
                    self._notices,
                    consents,
                    self._pictures,
                    self._clients.get(account.name),
                    city,
                    notice,
                    notice_url,
                    pace,
                    busy,
                )
            )
            for account in accounts
        }
        self._open = AsyncExitStack()
        self.ready_at = self._pusher.ready_at
        self.deliver = self._pusher.deliver
        self.reach = self._pusher.reach
        self.notify = self._notices.notify
        self.shows = self._pusher.shows
        conversations.channels.add(self)

    async def __aenter__(self) -> Self:
        for client in self._clients.values():
            await self._open.enter_async_context(client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    def routes(self) -> list[web.AbstractRouteDef]:
        """``GET`` and ``POST /wechat/{account}`` for all accounts."""

        async def check(request: web.Request) -> web.StreamResponse:
            return await self._entrance(request).check(request)

        async def push(request: web.Request) -> web.StreamResponse:
            return await self._entrance(request).push(request)

        return [
            web.get("/wechat/{account}", check, allow_head=False),
            web.post("/wechat/{account}", push),
        ]

    def _entrance(self, request: web.Request) -> Entrance:
        found = self._entrances.get(request.match_info["account"])
        if found is None:
            raise NotFound("没有这个微信账号")
        return found
