"""What citizens were told about their data, and what they agreed to: one table for all channels.

A citizen is named by channel, account and the channel's id, as in conversations. For each purpose and version of the notice
there is one row, which is kept when the consent is withdrawn: it proves what was agreed to, when, and by which channel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Integer, String, UniqueConstraint, case, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, Database, UtcDateTime
from core.ids import new_id


class Purpose(StrEnum):
    """What a row is about. Only the last three are consents (docs/security.md)."""

    NOTICE = "notice"
    """The notice was shown. This is no consent: the hotline handles requests as its legal duty."""
    PHOTOS = "photos"
    """Sending photos."""
    PLACE = "place"
    """Sending points on the map."""
    MESSAGES = "messages"
    """Subscription messages of one template (订阅消息); ``left`` counts them."""


class Consent(Base):
    """That a citizen was told, or agreed."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("channel", "account", "user_id", "purpose", "subject", "version"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(32), default="")
    user_id: Mapped[str] = mapped_column(String(128))
    purpose: Mapped[str] = mapped_column(String(20))
    """A value of :class:`Purpose`."""
    subject: Mapped[str] = mapped_column(String(64), default="")
    """For messages the template's id; else empty."""
    version: Mapped[str] = mapped_column(String(10), default="")
    """Version of the notice; empty for messages, about which the platform asks in its own words."""
    left: Mapped[int | None] = mapped_column(Integer, default=None)
    """For messages how many may still be sent; else None."""
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """When it was first given, or the notice first shown."""
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When it was withdrawn; None when it holds. Given again, it is None again."""


@dataclass(frozen=True)
class Citizen:
    """Whom a consent is of.

    Args:
        channel: name of the channel.
        user_id: the channel's id of the citizen.
        account: the channel's account; empty when it has only one.
    """

    channel: str
    user_id: str
    account: str = ""

    @property
    def row(self) -> ColumnElement[bool]:
        """SQL condition that selects the citizen's rows."""
        return (
            (Consent.channel == self.channel)
            & (Consent.account == self.account)
            & (Consent.user_id == self.user_id)
        )


async def give(database: Database, citizen: Citizen, purpose: Purpose, version: str) -> None:
    """Store that a citizen was told or agreed. Again changes nothing, unless it was withdrawn meanwhile."""
    same = citizen.row & (Consent.purpose == purpose) & (Consent.subject == "") & (Consent.version == version)
    async with database.read() as session:
        known = await session.scalar(select(Consent.id).where(same, Consent.withdrawn_at.is_(None)))
    if known is not None:
        return
    try:
        async with database.write() as session:
            again = await session.execute(
                update(Consent)
                .where(same)
                .values(withdrawn_at=None, changed_at=now())
                .returning(Consent.id)
                .execution_options(synchronize_session=False)
            )
            if again.scalar() is None:
                session.add(
                    Consent(
                        channel=citizen.channel,
                        account=citizen.account,
                        user_id=citizen.user_id,
                        purpose=purpose,
                        version=version,
                    )
                )
    except IntegrityError:
        pass  # Another request of the same citizen has stored it.


async def holding(database: Database, citizen: Citizen, holds: Callable[[str], bool]) -> frozenset[str]:
    """The purposes for which something holds.

    Args:
        database: where the rows are.
        citizen: of whom.
        holds: whether a version still holds (:meth:`core.city.notice.PrivacyNotice.holds`).
    """
    async with database.read() as session:
        rows = await session.execute(
            select(Consent.purpose, Consent.version).where(citizen.row, Consent.withdrawn_at.is_(None))
        )
        return frozenset(purpose for purpose, version in rows if version and holds(version))


async def withdraw(session: AsyncSession, citizen: Citizen) -> None:
    """End all consents of a citizen, in the caller's transaction. That the notice was shown stays."""
    await session.execute(
        update(Consent)
        .where(citizen.row, Consent.purpose != Purpose.NOTICE, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now(), changed_at=now(), left=case((Consent.left.is_(None), None), else_=0))
        .execution_options(synchronize_session=False)
    )
