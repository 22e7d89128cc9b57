"""Slows down guessing of passwords, without shutting anybody out because of what others guess.

Failed sign-ins are counted in the database, for all processes and across restarts, in three ways:

- In a browser in which the username has signed in before (:mod:`desk.devices`), only this browser's own failures count.
- Otherwise those for this username from this network count. After a few tries each further one has to wait longer.
- Also those from this network for all usernames, and those for this username from all unknown browsers count. The last
  limit does not hold for the first tries of a network, so that an agent at a new computer always gets in: a guesser
  needs a new network for each few guesses.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.database import Database
from core.errors import RateLimited
from core.locks import one_at_a_time
from core.networks import customer_of
from desk.models import LoginFailure

KEPT = timedelta(days=1)
"""Time for which a failed sign-in counts towards the delay of the next one."""
FREE = 5
"""Failures after which the next try has to wait."""
FIRST_WAIT = timedelta(seconds=30)
"""The first wait. Each further failure doubles it."""
LONGEST_WAIT = timedelta(minutes=15)
"""The longest wait."""
WINDOW = timedelta(minutes=15)
"""Time for which a failed sign-in counts towards :data:`PER_NETWORK`."""
PER_NETWORK = 50
"""Failures of one network for all usernames within the window, after which its unknown browsers have to wait.

A whole call centre may share one address, and its agents mistype at the start of a shift.
"""
HOUR = timedelta(hours=1)
"""Time for which a failed sign-in counts towards :data:`PER_USER`."""
PER_USER = 100
"""Failures for one username from all unknown browsers within an hour (OWASP ASVS 4.0.3, 2.2.1)."""
ALWAYS = 2
"""Tries of a network for one username that are made although :data:`PER_USER` is reached."""


class Lockout:
    """Decides whether a sign-in may be tried."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, username: str, address: str, device: str = "") -> None:
        """Count a try as failed before it is made. :meth:`succeeded` removes the count.

        In this order, even a hundred tries sent at once can't exceed the limit.

        Args:
            username: in its stored form.
            address: network address of the try.
            device: the browser, when it is known for this username.

        Raises:
            RateLimited: code ``too_many_logins``; too many tries failed. ``retry_after_s`` is the time in
                seconds until the next try.
        """
        moment, name, network = now(), _hash(username), customer_of(address)[:64]
        async with self._database.write() as session:
            await one_at_a_time(session, "desk-login")
            await session.execute(delete(LoginFailure).where(LoginFailure.at <= moment - KEPT))
            until = await _until(session, name, network, device, moment)
            if until is not None and device:
                # Somebody guesses in this very browser, or with its cookie: it is no better than any other now.
                device = ""
                until = await _until(session, name, network, device, moment)
            if until is None:
                session.add(LoginFailure(name_hash=name, address=network, device=device, at=moment))
        if until is not None:
            wait = max(1, round((until - moment).total_seconds()))
            shown = f"{wait} 秒" if wait < 60 else f"{-(-wait // 60)} 分钟"
            raise RateLimited(
                f"登录失败次数太多了，请 {shown}后再试，或请管理员重置密码",
                code="too_many_logins",
                retry_after_s=wait,
            )

    async def succeeded(self, username: str, address: str, device: str = "") -> None:
        """Forget the failures of this username in this browser and from this network: this user knows the password."""
        name = LoginFailure.name_hash == _hash(username)
        own = (LoginFailure.address == customer_of(address)[:64]) & (LoginFailure.device == "")
        async with self._database.write() as session:
            await session.execute(delete(LoginFailure).where(name, own))
            if device:
                await session.execute(delete(LoginFailure).where(name, LoginFailure.device == device))

    async def forget(self, username: str) -> None:
        """Forget all failures of this username, because an administrator has reset its password."""
        async with self._database.write() as session:
            await session.execute(delete(LoginFailure).where(LoginFailure.name_hash == _hash(username)))


async def _until(
    session: AsyncSession, name: str, network: str, device: str, moment: datetime
) -> datetime | None:
    """When the next try may be made; None when it may be made now."""
    by_name = LoginFailure.name_hash == name
    if device:
        own, _, newest = await _count(session, and_(by_name, LoginFailure.device == device))
        return _wait(own, newest, moment)
    unknown = LoginFailure.device == ""
    by_network = and_(unknown, LoginFailure.address == network)
    own, _, newest = await _count(session, and_(by_name, by_network))
    if (until := _wait(own, newest, moment)) is not None:
        return until
    of_network, oldest, _ = await _count(session, and_(by_network, LoginFailure.at > moment - WINDOW))
    if of_network >= PER_NETWORK and oldest is not None:
        return oldest + WINDOW
    of_user, oldest, _ = await _count(session, and_(unknown, by_name, LoginFailure.at > moment - HOUR))
    if own >= ALWAYS and of_user >= PER_USER and oldest is not None:
        return oldest + HOUR
    return None


def _wait(failures: int, newest: datetime | None, moment: datetime) -> datetime | None:
    """When the next try may be made after so many failures; None when it may be made now."""
    if failures < FREE or newest is None:
        return None
    wait = min(FIRST_WAIT * 2 ** min(failures - FREE, 10), LONGEST_WAIT)
    return newest + wait if newest + wait > moment else None


async def _count(
    session: AsyncSession, which: ColumnElement[bool]
) -> tuple[int, datetime | None, datetime | None]:
    """The failures of a kind: their number, the oldest and the newest."""
    found = await session.execute(
        select(func.count(), func.min(LoginFailure.at), func.max(LoginFailure.at)).where(which)
    )
    number, oldest, newest = found.one()
    return number, oldest, newest


def _hash(username: str) -> str:
    return hashlib.sha256(username.encode("utf-8", "replace")).hexdigest()
