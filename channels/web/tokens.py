"""The identity of a web visitor: a random token that the browser keeps. No cookie, no account.

A token is valid for 30 days after its last use. A visit replaces a token that is older than a day, and the old one ends
soon after the new one is first used. Whoever shows an old token after that has copied it, or was copied: then nobody can
tell who is the citizen, and all tokens of this visitor end.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, select, update

from channels.web.models import VisitorToken
from core.clock import now
from core.database import Database
from core.events import Events
from core.ids import new_id
from core.settings import VISITOR_DAYS

VALID = timedelta(days=VISITOR_DAYS)
"""Time after its last use for which a token is valid."""
REPLACED_AFTER = timedelta(days=1)
"""Age from which a visit replaces a token."""
GRACE = timedelta(minutes=1)
"""Time for which a replaced token still works: for requests under way, and for other tabs."""
NOTED = timedelta(days=1)
"""How exactly the last use is stored. A row that is written with each request would cost more than it tells."""

_READ = select(
    VisitorToken.digest,
    VisitorToken.visitor_id,
    VisitorToken.former,
    VisitorToken.issued_at,
    VisitorToken.seen_at,
    VisitorToken.used,
    VisitorToken.ends_at,
    VisitorToken.revoked,
).where(VisitorToken.digest == bindparam("digest"))
"""Finds a token. Built once, because every request of a page runs it."""
_SHAPE = re.compile(r"w2\.[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Visitor:
    """A visitor, known by a valid token.

    Args:
        id: id of the visitor.
        digest: SHA-256 of the token, as stored.
        stale: whether the token should be replaced.
    """

    id: str
    digest: str
    stale: bool = False


def topic(visitor_id: str) -> str:
    """Topic of the events about a visitor's tokens. The only kind is ``revoked``."""
    return f"visitor:{visitor_id}"


class Tokens:
    """Issues, reads, replaces and revokes visitors' tokens.

    Args:
        database: where their digests are.
        events: tell open sockets that a visitor's tokens were revoked.
    """

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def issue(self, former: Visitor | None = None) -> str:
        """A new token.

        Args:
            former: the visitor whose present token it replaces; None: a new visitor.
        """
        token = f"w2.{secrets.token_urlsafe(32)}"
        row = VisitorToken(
            digest=_digest(token),
            visitor_id=former.id if former else new_id(),
            former=former.digest if former else None,
        )
        async with self._database.write() as session:
            session.add(row)
        return token

    async def read(self, token: str) -> Visitor | None:
        """The visitor of a token; None when it is unknown, too old, replaced or revoked.

        A token that was replaced and is shown nevertheless revokes all tokens of its visitor.
        """
        if not _SHAPE.fullmatch(token):
            return None
        digest, moment = _digest(token), now()
        async with self._database.read() as session:
            row = (await session.execute(_READ, {"digest": digest})).one_or_none()
        if row is None or row.revoked or moment - row.seen_at > VALID:
            return None
        if row.ends_at is not None and row.ends_at <= moment:
            await self.revoke(row.visitor_id)
            return None
        if not row.used or moment - row.seen_at > NOTED:
            await self._note(digest, None if row.used else row.former)
        return Visitor(row.visitor_id, digest, moment - row.issued_at > REPLACED_AFTER)

    async def valid(self, visitor: Visitor) -> bool:
        """Whether the visitor still has a token that was not revoked. Asked by sockets, which outlive their token."""
        async with self._database.read() as session:
            row = await session.get(VisitorToken, visitor.digest)
        return row is not None and not row.revoked

    async def revoke(self, visitor_id: str) -> None:
        """End all tokens of a visitor, and close the visitor's sockets in all processes. Again changes nothing."""
        async with self._database.write() as session:
            await session.execute(
                update(VisitorToken)
                .where(VisitorToken.visitor_id == visitor_id, VisitorToken.revoked.is_(False))
                .values(revoked=True, ends_at=now())
                .execution_options(synchronize_session=False)
            )
        self._events.publish(topic(visitor_id), "revoked")

    async def _note(self, digest: str, former: str | None) -> None:
        """Store that a token was used. At its first use the ``former`` one gets its end."""
        moment = now()
        async with self._database.write() as session:
            await session.execute(
                update(VisitorToken)
                .where(VisitorToken.digest == digest)
                .values(seen_at=moment, used=True)
                .execution_options(synchronize_session=False)
            )
            if former is not None:
                await session.execute(
                    update(VisitorToken)
                    .where(VisitorToken.digest == former, VisitorToken.ends_at.is_(None))
                    .values(ends_at=moment + GRACE)
                    .execution_options(synchronize_session=False)
                )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("ascii")).hexdigest()
