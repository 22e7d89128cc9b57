"""Tables of the connected systems: who they are, and what each is still to be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, Connection, ForeignKey, Index, Integer, String, insert, literal, select, true
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, UtcDateTime, among
from core.ids import new_id
from core.privacy import EncryptedText
from tickets import history
from tickets.models import TicketEventRow

WAITING, SENT, DEAD = "waiting", "sent", "dead"
"""States of a delivery."""


class Partner(Base):
    """A system that may use the API."""

    __tablename__ = "partners"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token, which is random and long, so that it can't be guessed from its digest."""
    scopes: Mapped[str] = mapped_column(String(80))
    """Names of :class:`partners.service.Scope`, separated by spaces."""
    department_id: Mapped[str | None] = mapped_column(ForeignKey("departments.id"), default=None)
    """The department as which the system acts, and whose tickets alone it sees; None: it acts as the hotline."""
    webhook_url: Mapped[str] = mapped_column(String(300), default="")
    """Where it is told what happened; empty: it is not told."""
    webhook_secret: Mapped[str] = mapped_column(EncryptedText, default="")
    """The key of the signatures."""
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class PartnerKey(Base):
    """What a system asked for with an idempotency key (:mod:`partners.keys`)."""

    __tablename__ = "partner_keys"
    __table_args__ = (Index("ix_partner_keys_created_at", "created_at"),)

    partner_id: Mapped[str] = mapped_column(ForeignKey("partners.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    """Keyed digest of the request (:func:`core.sealing.lookup_keys`), from which nobody can guess a phone."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class WebhookDelivery(Base):
    """A line of a ticket's history that a system is to be told. It is written in the transaction of the line itself."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("ix_webhook_deliveries_state_due_at", "state", "due_at"),
        Index("ix_webhook_deliveries_partner_id_state", "partner_id", "state"),
    )

    event_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    partner_id: Mapped[str] = mapped_column(ForeignKey("partners.id"), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), index=True)
    state: Mapped[str] = mapped_column(String(8), default=WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    error: Mapped[str] = mapped_column(String(200), default="")
    """What went wrong the last time; no word of a ticket and none of the answer."""


_HEARS = Partner.active.is_(True) & (Partner.webhook_url != "")
_ANY = select(Partner.id).where(_HEARS).limit(1)
"""Asked for each line of a history, so it is made once."""


def tell(connection: Connection, event_ids: Sequence[str]) -> None:
    """Write what every listening system is to be told of some lines, in one statement; nothing when none listens.

    A system that acts as a department hears of the tickets that it has; that is looked at when it is told.
    """
    if connection.execute(_ANY).first() is None:
        return
    line = TicketEventRow
    listening = (
        select(
            line.id, Partner.id, line.ticket_id, literal(WAITING), literal(0), line.at, line.at, literal("")
        )
        .join_from(Partner, line, true())
        .where(_HEARS, among(line.id, event_ids, sqlite=connection.dialect.name == "sqlite"))
    )
    columns = (
        "event_id", "partner_id", "ticket_id", "state", "attempts", "due_at", "created_at", "error",
    )  # fmt: skip
    connection.execute(insert(WebhookDelivery).from_select(columns, listening, include_defaults=False))


history.WRITTEN.append(tell)
