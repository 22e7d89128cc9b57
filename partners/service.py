"""Makes, finds, closes and lists the connected systems."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from core.database import Database
from core.errors import BadRequest, ConfigurationError, Conflict, NotFound
from core.text import clean, written
from partners.models import DEAD, Partner, WebhookDelivery
from tickets.models import Department
from tickets.types import Actor

PREFIX = "wo_"
"""Begins every token, so that one that leaked is recognised."""


class Scope(StrEnum):
    """What a system may do."""

    READ = "read"
    """List and read tickets, with masked contact, and those with 保密 without contact and name."""
    CREATE = "create"
    """File tickets."""
    MOVE = "move"
    """Move tickets on, as the role it acts in may."""
    CONTACT = "contact"
    """Read a ticket's contact in clear; each sight stands in the ticket's history."""


@dataclass(frozen=True)
class Caller:
    """A system whose token was shown.

    Args:
        id: its id.
        name: its name.
        scopes: what it may do.
        department_id: the department as which it acts; None: it acts as the hotline.
    """

    id: str
    name: str
    scopes: frozenset[Scope]
    department_id: str | None

    @property
    def guarded(self) -> bool:
        """Whether it reads tickets as a department does: it is one, or may read no contact."""
        return self.department_id is not None or Scope.CONTACT not in self.scopes

    @property
    def actor(self) -> Actor:
        """How it stands in the histories of tickets."""
        kind = "agent" if self.department_id is None else "department"
        return Actor(kind, f"对接系统：{self.name}", self.id, self.department_id)


@dataclass(frozen=True)
class Made:
    """A new system. Token and secret can't be read again."""

    name: str
    token: str
    secret: str


@dataclass(frozen=True)
class Trouble:
    """Messages that a system was not told, and is not told any more by itself.

    Args:
        name: the system.
        dead: how many.
        error: what went wrong the last time.
    """

    name: str
    dead: int
    error: str


class Origins:
    """The addresses to which webhooks may go: those that the operator has set, and no others.

    Args:
        allowed: origins such as ``https://orders.example.gov.cn`` (``WENBAN_PARTNER_ORIGINS``).

    Raises:
        ConfigurationError: an entry is no origin.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = set()
        for entry in allowed:
            origin = _origin(entry)
            if origin is None or urlsplit(entry).path not in ("", "/"):
                raise ConfigurationError(
                    f"WENBAN_PARTNER_ORIGINS：“{entry}”不对，要写成 https://主机名，后面不带路径"
                )
            self._allowed.add(origin)

    def allows(self, url: str) -> bool:
        """Whether a webhook may go to this address."""
        return _origin(url) in self._allowed


def _origin(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}"


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


async def add(
    database: Database,
    origins: Origins,
    name: str,
    scopes: Iterable[str],
    *,
    department: str = "",
    url: str = "",
) -> Made:
    """Connect a system.

    Args:
        database: where the systems are.
        origins: where webhooks may go.
        name: its name, 2 to 40 characters.
        scopes: what it may do.
        department: the department as which it acts; empty: it acts as the hotline.
        url: where it is told what happened; empty: it is not told.

    Raises:
        BadRequest: name, scope or address is wrong.
        NotFound: there is no such department.
        Conflict: there is a system with this name.
    """
    name = clean(name)
    if not 2 <= written(name) <= len(name) <= 40:
        raise BadRequest("名称请用 2 到 40 个字")
    wanted = list(dict.fromkeys(scopes))
    if not wanted or (unknown := [one for one in wanted if one not in set(Scope)]):
        raise BadRequest(f"权限只能从 {'、'.join(Scope)} 里选" + (f"，没有 {unknown[0]}" if wanted else ""))
    if url and (len(url) > 300 or not origins.allows(url)):
        raise BadRequest(f"{url} 不在允许的地址里；先设 WENBAN_PARTNER_ORIGINS（例如 https://主机名）")
    token, secret = PREFIX + secrets.token_urlsafe(32), secrets.token_urlsafe(32) if url else ""
    async with database.write() as session:
        department_id = None
        if department:
            department_id = await session.scalar(select(Department.id).where(Department.name == department))
            if department_id is None:
                raise NotFound(f"没有这个承办单位：{department}")
        if await session.scalar(select(Partner.id).where(Partner.name == name)) is not None:
            raise Conflict(f"已经有叫“{name}”的对接系统")
        session.add(
            Partner(
                name=name,
                token_digest=digest(token),
                scopes=" ".join(wanted),
                department_id=department_id,
                webhook_url=url,
                webhook_secret=secret,
            )
        )
        try:
            await session.flush()
        except IntegrityError as error:
            raise Conflict(f"已经有叫“{name}”的对接系统") from error
    return Made(name, token, secret)


async def close(database: Database, name: str) -> None:
    """Shut a system out at once. What it was not told yet is not told.

    Raises:
        NotFound: there is no such system.
    """
    async with database.write() as session:
        found = await session.scalar(select(Partner).where(Partner.name == name))
        if found is None:
            raise NotFound(f"没有叫“{name}”的对接系统")
        found.active = False


async def everybody(database: Database) -> list[Partner]:
    """All systems, also those that are shut out."""
    async with database.read() as session:
        return list(await session.scalars(select(Partner).order_by(Partner.id)))


async def caller(database: Database, token: str) -> Caller | None:
    """The system that shows a token; None when there is none, or it is shut out."""
    if not token.startswith(PREFIX) or len(token) > 100:
        return None
    async with database.read() as session:
        found = await session.scalar(
            select(Partner).where(Partner.token_digest == digest(token), Partner.active.is_(True))
        )
    if found is None:
        return None
    return Caller(
        found.id, found.name, frozenset(Scope(one) for one in found.scopes.split()), found.department_id
    )


async def troubles(database: Database) -> list[Trouble]:
    """The systems with messages that are not tried any more."""
    latest = aliased(WebhookDelivery)
    last = (
        select(latest.error)
        .where(latest.partner_id == Partner.id, latest.state == DEAD)
        .order_by(latest.due_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    async with database.read() as session:
        found = await session.execute(
            select(Partner.name, func.count(), last)
            .join(WebhookDelivery, WebhookDelivery.partner_id == Partner.id)
            .where(WebhookDelivery.state == DEAD, Partner.active.is_(True))
            .group_by(Partner.id, Partner.name)
            .order_by(Partner.name)
        )
        return [Trouble(name, dead, error) for name, dead, error in found]
