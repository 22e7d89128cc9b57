"""Limits failed sign-ins. They are counted in the database, for all processes and across restarts."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.database import Database
from core.errors import RateLimited
from core.locks import one_at_a_time
from desk.models import LoginFailure

WINDOW = timedelta(minutes=15)
"""Time for which a failed sign-in counts."""
PER_USER_AND_ADDRESS = 5
"""Failed sign-ins for one username from one address within the window, after which no more are accepted."""
PER_USER = 20
"""Failed sign-ins for one username from all addresses within the window.

This stops guessing from many addresses. It is higher than the limit above, so that a stranger can't lock out
an agent with five tries.
"""
PER_ADDRESS = 50
"""Failed sign-ins from one address for all usernames within the window.

A whole call centre may share one address, and its agents mistype at the start of a shift.
"""


class Lockout:
    """Decides whether a sign-in may be tried."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, username: str, address: str) -> None:
        """Count a try as failed before it is made. :meth:`succeeded` removes the count.

        In this order, even a hundred tries sent at once can't exceed the limit.

        Raises:
            RateLimited: code ``too_many_logins``; too many tries failed. ``retry_after_s`` is the time in
                seconds until the oldest failure no longer counts.
        """
        moment = now()
        name_hash, address = _hash(username), address[:64]
        by_name = LoginFailure.name_hash == name_hash
        by_address = LoginFailure.address == address
        async with self._database.write() as session:
            await one_at_a_time(session, "desk-login")
            await session.execute(delete(LoginFailure).where(LoginFailure.at <= moment - WINDOW))
            until = None
            for which, limit in (
                (by_name & by_address, PER_USER_AND_ADDRESS),
                (by_name, PER_USER),
                (by_address, PER_ADDRESS),
            ):
                until = until or await _locked_until(session, which, limit)
            if until is None:
                session.add(LoginFailure(name_hash=name_hash, address=address, at=moment))
        if until is not None:
            wait = max(1, round((until - moment).total_seconds()))
            raise RateLimited(
                f"登录失败次数太多了，请 {-(-wait // 60)} 分钟后再试，或请管理员重置密码",
                code="too_many_logins",
                retry_after_s=wait,
            )

    async def succeeded(self, username: str, address: str) -> None:
        """Forget the failures of this username from this address, because this user knows the password."""
        async with self._database.write() as session:
            await session.execute(
                delete(LoginFailure).where(
                    LoginFailure.name_hash == _hash(username), LoginFailure.address == address[:64]
                )
            )

    async def forget(self, username: str) -> None:
        """Forget all failures of this username, because an administrator has reset its password."""
        async with self._database.write() as session:
            await session.execute(delete(LoginFailure).where(LoginFailure.name_hash == _hash(username)))


async def _locked_until(session: AsyncSession, which: ColumnElement[bool], limit: int) -> datetime | None:
    failures, oldest = (
        await session.execute(select(func.count(), func.min(LoginFailure.at)).where(which))
    ).one()
    return oldest + WINDOW if failures >= limit else None


def _hash(username: str) -> str:
    return hashlib.sha256(username.encode("utf-8", "replace")).hexdigest()
