"""The access token of an app. All processes share it, and only one caller at a time fetches it.

The platform's ``stable_token`` gives the same token to each caller until the token expires, and does not end the
former token at once. A token is fetched when it is needed, not by the clock. A process that waits while another one
fetches looks every :data:`LOOK_S` seconds.
Source: https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from channels.wechat.api.errors import NotSent, PlatformError
from channels.wechat.models import WeChatAccess
from core.clock import now
from core.database import Database
from core.ids import new_id

EARLY_S = 300
"""Seconds before a token's end from which a new one is fetched. Meanwhile the platform accepts both."""
LOOK_S = 0.1
"""Seconds between two looks for the token that another process is fetching."""
REST_S = 2.0
"""Seconds after a failed fetch in which all callers get its error, without another fetch."""

Fetch = Callable[[bool], Awaitable[tuple[str, int]]]
"""Asks the platform for a token.

Its argument says whether to make a new token although the old one has not expired. It returns the token, and the
seconds for which it is valid.
"""


class Tokens:
    """The access token of one app.

    Args:
        database: where the token is.
        app_id: AppID of the app.
        fetch: the call to the platform.
        lease_s: seconds after which a process that began to fetch counts as dead.

    >>> token = await tokens.get()                                                    # doctest: +SKIP
    >>> token = await tokens.get(bad=token)      # the platform has just refused it   # doctest: +SKIP
    """

    def __init__(self, database: Database, app_id: str, fetch: Fetch, lease_s: float) -> None:
        self._database = database
        self._app_id = app_id
        self._fetch = fetch
        self._lease_s = lease_s
        self._owner = new_id()
        self._lock = asyncio.Lock()
        self._known: tuple[str, datetime] | None = None
        self._failed: tuple[str, float] | None = None

    async def get(self, bad: str | None = None) -> str:
        """A token that has not expired and was not refused.

        Args:
            bad: a token that the platform has just refused. It is not returned again.

        Raises:
            PlatformError: no token can be fetched.
        """
        good = self._good(self._known, bad)
        if good:
            return good
        async with self._lock:
            good = self._good(self._known, bad)
            if good:
                return good
            moment = asyncio.get_running_loop().time()
            if self._failed and moment < self._failed[1]:
                raise NotSent(f"no access token: {self._failed[0]}")
            give_up = moment + self._lease_s + 5
            while True:
                good = self._good(await self._read(), bad)
                if good:
                    return good
                if await self._lease():
                    break
                if asyncio.get_running_loop().time() > give_up:
                    raise NotSent("another process is fetching an access token and takes too long")
                await asyncio.sleep(LOOK_S)
            return await self._renew(bad)

    async def _renew(self, bad: str | None) -> str:
        """Fetch a token while holding the lease, unless another process has just stored one."""
        try:
            good = self._good(await self._read(), bad)
            if good:
                await self._write(None)
                return good
            token, lasts_s = await self._fetch(False)
            if token == bad:
                # The platform thinks that the refused token is valid. Only a forced fetch gives another one.
                token, lasts_s = await self._fetch(True)
        except BaseException as error:
            if isinstance(error, PlatformError):
                self._failed = (error.message, asyncio.get_running_loop().time() + REST_S)
            await self._write(None)
            raise
        self._known = (token, now() + timedelta(seconds=max(lasts_s - EARLY_S, lasts_s / 2)))
        await self._write(self._known)
        return token

    @staticmethod
    def _good(known: tuple[str, datetime] | None, bad: str | None) -> str | None:
        return known[0] if known and known[0] != bad and known[1] > now() else None

    async def _read(self) -> tuple[str, datetime] | None:
        async with self._database.read() as session:
            row = await session.scalar(select(WeChatAccess).where(WeChatAccess.app_id == self._app_id))
        if row is None or row.token is None or row.expires_at is None:
            return None
        self._known = (row.token, row.expires_at)
        return self._known

    async def _lease(self) -> bool:
        moment = now()
        until = moment + timedelta(seconds=self._lease_s)
        try:
            async with self._database.write() as session:
                taken = await session.scalar(
                    update(WeChatAccess)
                    .where(
                        WeChatAccess.app_id == self._app_id,
                        or_(WeChatAccess.lease_owner.is_(None), WeChatAccess.lease_until < moment),
                    )
                    .values(lease_owner=self._owner, lease_until=until)
                    .returning(WeChatAccess.app_id)
                    .execution_options(synchronize_session=False)
                )
                if taken is None and await session.get(WeChatAccess, self._app_id) is None:
                    session.add(WeChatAccess(app_id=self._app_id, lease_owner=self._owner, lease_until=until))
                    taken = self._app_id
        except IntegrityError:
            return False  # Another process has just inserted the row.
        return taken is not None

    async def _write(self, fresh: tuple[str, datetime] | None) -> None:
        """Release the lease, and store the new token when there is one."""
        values: dict[str, object] = {"lease_owner": None, "lease_until": None}
        if fresh is not None:
            values |= {"token": fresh[0], "expires_at": fresh[1]}
        async with self._database.write() as session:
            await session.execute(
                update(WeChatAccess)
                .where(WeChatAccess.app_id == self._app_id, WeChatAccess.lease_owner == self._owner)
                .values(**values)
                .execution_options(synchronize_session=False)
            )
