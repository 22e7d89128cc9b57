"""Sign-in sessions: a row in the database for each, and a random token in the browser's cookie.

A session ends after a time without an action of the person, after a time in any case, when the person ends it, or when
the account's ``session_epoch`` is raised: by a new password, another role, or when the account is closed. Every request
and every open connection is checked against the database.
"""

from __future__ import annotations

import hashlib
import secrets
import weakref
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from aiohttp import WSCloseCode, web
from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.database import Database, UtcDateTime
from core.errors import Unauthorized
from core.events import Events
from desk.models import DeskSession, DeskUser
from desk.policy import Policy

TOPIC = "desk_sessions"
"""Topic of the events that tell that sessions ended. They only say when to look at the database."""
CODE_TIME = timedelta(minutes=5)
"""Time between the password and the code of the second factor."""
GRAIN = timedelta(seconds=30)
"""How exactly the last action is kept, so that not each action writes to the database."""

SOCKETS: web.AppKey[weakref.WeakSet[web.WebSocketResponse]] = web.AppKey("desk_sockets", weakref.WeakSet)
"""The live connections that are open now."""
KEY: web.AppKey[str] = web.AppKey("desk_session_key", str)
"""The installation's secret, from which the keys of the desk are derived."""


class Second(StrEnum):
    """The second factor of a session."""

    NONE = "none"
    """The account has none."""
    WAITS = "waits"
    """The password was right, the code is still missing. Such a session opens nothing but the form for the code."""
    CODE = "code"
    """A code of the app."""
    RECOVERY = "recovery"
    """A recovery code."""
    PROVIDER = "provider"
    """The organisation's own sign-in has checked one."""


@dataclass(frozen=True)
class Session:
    """A session that goes on.

    Args:
        id: its id, which is no secret.
        user_id: id of the account.
        second: the second factor.
        began_at: when it began.
        active_at: when the person last did something.
        address: network address of the sign-in.
        browser: what the browser called itself.
    """

    id: str
    user_id: str
    second: Second
    began_at: datetime
    active_at: datetime
    address: str
    browser: str


class Sessions:
    """The sessions of all accounts.

    Args:
        database: where they are.
        policy: how long they last.
        events: told when sessions end, so that open connections close at once; None when nothing listens.
    """

    def __init__(self, database: Database, policy: Policy, events: Events | None = None) -> None:
        self._database = database
        self._policy = policy
        self._events = events
        self._queries: dict[tuple[Any, ...], Select[Any]] = {}

    async def begin(self, user_id: str, epoch: int, second: Second, address: str, browser: str) -> str:
        """Begin a session, and delete the rows of those that are over.

        Args:
            user_id: id of the account.
            epoch: the account's ``session_epoch`` when the password was checked.
            second: the second factor.
            address: network address of the browser.
            browser: what the browser calls itself.

        Returns:
            The token for the cookie.

        Raises:
            Unauthorized: the account was closed, or its password or role changed meanwhile.
        """
        token = secrets.token_urlsafe(32)
        oldest = now() - self._policy.longest
        async with self._database.write() as session:
            fits = select(DeskUser.id).where(
                DeskUser.id == user_id, DeskUser.session_epoch == epoch, DeskUser.active.is_(True)
            )
            # Locked, so that nobody closes the account between this look and the commit.
            if await session.scalar(fits.with_for_update()) is None:
                raise Unauthorized
            await session.execute(delete(DeskSession).where(DeskSession.began_at <= oldest))
            # Who signs in is there, whatever they had chosen before.
            await session.execute(
                update(DeskUser).where(DeskUser.id == user_id).values(active_at=now(), chosen="online")
            )
            session.add(
                DeskSession(
                    user_id=user_id,
                    token_hash=_hash(token),
                    epoch=epoch,
                    second=second,
                    address=address[:64],
                    browser="".join(c for c in browser if c.isprintable())[:200],
                )
            )
        return token

    async def renew(self, which: Session, epoch: int, second: Second) -> str:
        """Let one session go on under the account's new ``session_epoch``, with a new token. Its times stay.

        Args:
            which: the session in which the person made the change that ended the others.
            epoch: the account's ``session_epoch`` after the change.
            second: the second factor from now on.

        Returns:
            The token for the cookie. The old one is worthless, also for who may have copied it.

        Raises:
            Unauthorized: the account changed again meanwhile.
        """
        token = secrets.token_urlsafe(32)
        async with self._database.write() as session:
            await session.execute(
                update(DeskSession)
                .where(DeskSession.id == which.id)
                .values(token_hash=_hash(token), epoch=epoch, second=second)
            )
            if await session.scalar(self._going_on(DeskSession.id == which.id), self._times()) is None:
                raise Unauthorized
        return token

    async def find(
        self, token: str, *, active: bool, also: tuple[Any, ...] = ()
    ) -> tuple[Session, tuple[Any, ...]] | None:
        """The session with this token; None when there is none or it is over.

        Args:
            token: from the cookie.
            active: whether the person did something just now, which keeps the session going.
            also: columns of the account to read in the same query.

        Returns:
            The session, and what ``also`` asked for.
        """
        # Each request of a desk comes here, and building the query takes longer than asking it: it is kept.
        query = self._queries.get(also)
        if query is None:
            query = self._going_on(DeskSession.token_hash == bindparam("token")).add_columns(*also)
            self._queries[also] = query
        async with self._database.read() as session:
            found = (await session.execute(query, self._times() | {"token": _hash(token)})).first()
        if found is None:
            return None
        row, *rest = found
        if active and row.active_at <= now() - GRAIN:
            async with self._database.write() as session:
                await session.execute(
                    update(DeskSession).where(DeskSession.id == row.id).values(active_at=now())
                )
        return _session(row), tuple(rest)

    async def of(self, user_id: str) -> list[Session]:
        """The sessions of an account that go on, the last used first."""
        async with self._database.read() as session:
            wanted = self._going_on(DeskSession.user_id == user_id, DeskSession.second != Second.WAITS)
            return [
                _session(row)
                for row in await session.scalars(wanted.order_by(DeskSession.active_at.desc()), self._times())
            ]

    async def going_on(self, ids: Collection[str]) -> set[str]:
        """Those of these sessions (by id) that go on."""
        async with self._database.read() as session:
            return {
                row.id
                for row in await session.scalars(self._going_on(DeskSession.id.in_(ids)), self._times())
            }

    async def end(self, which: Session) -> None:
        """End one session. With the last one, the account counts as gone from the desk."""
        async with self._database.write() as session:
            await session.execute(delete(DeskSession).where(DeskSession.id == which.id))
            others = self._going_on(DeskSession.user_id == which.user_id).limit(1)
            if await session.scalar(others, self._times()) is None:
                await session.execute(
                    update(DeskUser).where(DeskUser.id == which.user_id).values(seen_at=None)
                )
        self._tell()

    async def end_others(self, than: Session) -> int:
        """End all other sessions of the same account. Returns how many there were."""
        async with self._database.write() as session:
            wanted = self._going_on(DeskSession.user_id == than.user_id, DeskSession.id != than.id)
            ids = [row.id for row in await session.scalars(wanted, self._times())]
            await session.execute(delete(DeskSession).where(DeskSession.id.in_(ids)))
        self._tell()
        return len(ids)

    def _tell(self) -> None:
        if self._events is not None:
            self._events.publish(TOPIC, "ended")

    def _times(self) -> dict[str, Any]:
        """The moments that :meth:`_going_on` compares with, at this moment."""
        moment = now()
        return {
            "oldest": moment - self._policy.longest,
            "idle_since": moment - self._policy.idle,
            "code_since": moment - CODE_TIME,
        }

    @staticmethod
    def _going_on(*which: ColumnElement[bool]) -> Select[Any]:
        """The query for sessions that go on, among ``which``. It takes the parameters of :meth:`_times`."""
        return (
            select(DeskSession)
            .join(DeskUser, DeskUser.id == DeskSession.user_id)
            .where(
                and_(
                    DeskUser.active.is_(True),
                    DeskUser.session_epoch == DeskSession.epoch,
                    DeskSession.began_at > bindparam("oldest", type_=UtcDateTime),
                    DeskSession.active_at > bindparam("idle_since", type_=UtcDateTime),
                    or_(
                        DeskSession.second != Second.WAITS,
                        DeskSession.began_at > bindparam("code_since", type_=UtcDateTime),
                    ),
                    *which,
                )
            )
        )


async def end_all(session: AsyncSession, user_id: str) -> None:
    """End all sessions of an account in this transaction. It then counts as gone from the desk.

    The caller publishes an event on :data:`TOPIC` after the commit.
    """
    await session.execute(
        update(DeskUser)
        .where(DeskUser.id == user_id)
        .values(session_epoch=DeskUser.session_epoch + 1, seen_at=None)
    )


def setup_sessions(app: web.Application, session_key: str) -> None:
    """Keep what the desk's sessions need, and close its live connections when the app stops.

    Args:
        app: the application.
        session_key: the installation's secret.
    """
    app[SOCKETS] = weakref.WeakSet()
    app[KEY] = session_key
    app.on_shutdown.append(_close_sockets)


async def _close_sockets(app: web.Application) -> None:
    sockets: weakref.WeakSet[web.WebSocketResponse] = app[SOCKETS]
    for socket in list(sockets):
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the service restarts")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _session(row: DeskSession) -> Session:
    return Session(
        row.id, row.user_id, Second(row.second), row.began_at, row.active_at, row.address, row.browser
    )
