"""Failed sign-ins: counted in the database, so the limit holds across processes and restarts."""

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
PER_USER_AND_ADDRESS = 5
PER_USER = 20
"""From whatever address: guessing spread over many addresses ends here. Higher than the limit above, so that a
stranger elsewhere can't shut an agent out with five tries."""
PER_ADDRESS = 50
"""For whatever name: a whole call centre shares one address and may mistype at the start of a shift."""


class Lockout:
    """Lets a sign-in be tried, or not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, username: str, address: str) -> None:
        """Count a try as failed before it is made; :meth:`succeeded` takes it back.

        In this order a hundred tries sent at once are still only as many as the limit.

        Raises:
            RateLimited: too many failed of late; ``retry_after_s`` says when the oldest is forgotten.
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
        """Forget what failed from here for this name: whoever it was knows the password."""
        async with self._database.write() as session:
            await session.execute(
                delete(LoginFailure).where(
                    LoginFailure.name_hash == _hash(username), LoginFailure.address == address[:64]
                )
            )

    async def forget(self, username: str) -> None:
        """Let a name in again from everywhere: an administrator has vouched for it."""
        async with self._database.write() as session:
            await session.execute(delete(LoginFailure).where(LoginFailure.name_hash == _hash(username)))


async def _locked_until(session: AsyncSession, which: ColumnElement[bool], limit: int) -> datetime | None:
    failures, oldest = (
        await session.execute(select(func.count(), func.min(LoginFailure.at)).where(which))
    ).one()
    return oldest + WINDOW if failures >= limit else None


def _hash(username: str) -> str:
    return hashlib.sha256(username.encode("utf-8", "replace")).hexdigest()
