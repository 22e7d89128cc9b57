"""查看: who sees masked data in clear, why, and how often. Each sight is recorded in the transaction that allows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import local, now
from core.database import Alongside, Database
from core.errors import BadRequest, Forbidden, NotFound
from core.locks import one_at_a_time
from core.text import line
from desk import audit
from desk.models import DeskReveal, DeskUser
from desk.roles import ANSWERING, Role
from desk.users import User

What = Literal["ticket", "conversation", "callback", "more"]
"""What was seen; ``more`` is what a supervisor gives: another day's number for somebody."""

PRESETS = (
    "回拨或回访群众",
    "核对地址或事情经过",
    "代群众登记或更正信息",
    "情况紧急，要马上联系",
    "群众要求核对本人信息",
)
"""Reasons that are chosen with one click."""
LEAST = 6
"""Fewest characters of a reason in own words."""
MOST_SHOWN = 200
"""Most records of one page."""
_HAN = re.compile(r"[\u4e00-\u9fff]")
MORE_A_DAY = 2
"""How often one person may get another day's number a day, from all supervisors together."""
GIVEN_A_DAY = 10
"""How often one supervisor may give others more a day."""
_FILLER = re.compile(
    r"工作需要|需要|想要?|看看|看一?[下眼]|查看|看|一下|测试|没有|没什么|原因|理由|随便|处理|工作|情况|了解|我|要|的|了|下|啊|吧|请|用|有|事|试"
)


@dataclass(frozen=True)
class Seen:
    """One record: who saw what, when and why.

    Args:
        id: its id; ``before`` of the next page.
        at: when.
        user: who.
        what: what was seen.
        subject: number of the ticket, id of the conversation, or for ``more`` the id of the account that got more.
        reason: why.
    """

    id: str
    at: datetime
    user: str
    what: str
    subject: str
    reason: str


def checked_reason(reason: str) -> str:
    """The reason as it is kept.

    Raises:
        BadRequest: code ``reason_needed``; it is no preset, and has fewer than :data:`LEAST` characters or says nothing.

    >>> checked_reason(" 回访 核实漏水的楼层 ")
    '回访 核实漏水的楼层'
    """
    why = line(reason)
    if why in PRESETS:
        return why
    told = _HAN.findall(why)
    left = _HAN.findall(_FILLER.sub("", why))
    if len(told) < LEAST or len(set(told)) < LEAST - 2 or len(set(left)) < 2 or len(why) > audit.MAX_REASON:
        raise BadRequest(
            f"请选一个原因，或者写清楚为什么要看（{LEAST} 到 {audit.MAX_REASON} 个字）", code="reason_needed"
        )
    return why


class Reveals:
    """Allows, counts and lists the sights of clear data.

    Args:
        database: where the records are.
        a_day: most different tickets and conversations that one person may look into a day; a supervisor may give more.
    """

    def __init__(self, database: Database, a_day: int) -> None:
        self._database = database
        self._a_day = a_day

    def record(self, user: User, what: What, subject: str, reason: str, address: str) -> Alongside:
        """Work to be done in the transaction of the sight: checks the day's number and writes the records.

        The same ticket or conversation counts once a day.

        Raises:
            BadRequest: code ``reason_needed``; see :func:`checked_reason`.
            Forbidden: when it runs, code ``reveal_budget``: the day's number is used up.
        """
        why = checked_reason(reason)
        audited = audit.record(
            user, f"reveal_{'contact' if what == 'ticket' else what}", subject, why, address
        )

        async def write(session: AsyncSession) -> None:
            await one_at_a_time(session, f"reveals:{user.id}")
            used, most = (
                await self._used(session, user.id, besides=subject),
                await self._most(session, user.id),
            )
            if used >= most:
                raise Forbidden(
                    f"您今天已经查看了 {used} 件，到了上限。确实还要看，请班长在“查看记录”里给您加。",
                    code="reveal_budget",
                )
            session.add(DeskReveal(user_id=user.id, what=what, subject=subject, reason=why))
            await audited(session)

        return write

    async def seen(self, user: User, what: What, subject: str, reason: str, address: str) -> None:
        """Record a sight that changes nothing else; see :meth:`record`."""
        write = self.record(user, what, subject, reason, address)
        async with self._database.write() as session:
            await write(session)

    async def give_more(self, supervisor: User, user_id: str, reason: str, address: str) -> None:
        """Let somebody look into as many again today.

        Raises:
            BadRequest: code ``reason_needed``.
            Forbidden: nobody gives himself more; or code ``more_budget``: the person got :data:`MORE_A_DAY` times more today, from
                whomever, or the supervisor gave :data:`GIVEN_A_DAY` times.
            NotFound: there is no such agent.
        """
        why = checked_reason(reason)
        if user_id == supervisor.id:
            raise Forbidden("不能给自己加次数，请另一位班长来加", code="own_budget")
        async with self._database.write() as session:
            await one_at_a_time(session, "reveals:more")
            given = (DeskReveal.what == "more", DeskReveal.at >= _midnight())
            for whose, most, told in (
                (DeskReveal.subject == user_id, MORE_A_DAY, "这位同事今天已经加过"),
                (DeskReveal.user_id == supervisor.id, GIVEN_A_DAY, "您今天已经给人加过"),
            ):
                count = await session.scalar(select(func.count()).where(*given, whose)) or 0
                if count >= most:
                    raise Forbidden(f"{told} {count} 次，今天不能再加了", code="more_budget")
            got = await session.get(DeskUser, user_id)
            if got is None or not got.active or Role(got.role) not in ANSWERING | {Role.DEPARTMENT}:
                raise NotFound("没有这位坐席")
            session.add(DeskReveal(user_id=supervisor.id, what="more", subject=user_id, reason=why))
            await audit.record(supervisor, "reveal_more", user_id, why, address)(session)

    async def listed(self, before: str | None, user_id: str | None, limit: int) -> Sequence[Seen]:
        """The newest records, of everybody or of one person."""
        query = select(DeskReveal, DeskUser.display_name).join(DeskUser, DeskUser.id == DeskReveal.user_id)
        query = query.order_by(DeskReveal.id.desc()).limit(limit)
        if before is not None:
            query = query.where(DeskReveal.id < before)
        if user_id is not None:
            query = query.where(DeskReveal.user_id == user_id)
        async with self._database.read() as session:
            found = (await session.execute(query)).all()
        return [Seen(row.id, row.at, name, row.what, row.subject, row.reason) for row, name in found]

    async def today(self) -> list[dict[str, object]]:
        """Who looked how often today, and how often each may: ``[{"id", "name", "used", "most"}, …]``, the most first."""
        async with self._database.read() as session:
            looked = DeskReveal.at >= _midnight()
            people = await session.execute(
                select(DeskUser.id, DeskUser.display_name).where(
                    DeskUser.id.in_(select(DeskReveal.user_id).where(looked, DeskReveal.what != "more"))
                )
            )
            found: list[dict[str, object]] = []
            for user_id, name in people.all():
                used, most = await self._used(session, user_id), await self._most(session, user_id)
                found.append({"id": user_id, "name": name, "used": used, "most": most})
        return sorted(found, key=lambda one: -int(str(one["used"])))

    async def _used(self, session: AsyncSession, user_id: str, besides: str = "") -> int:
        return (
            await session.scalar(
                select(func.count(DeskReveal.subject.distinct())).where(
                    DeskReveal.user_id == user_id,
                    DeskReveal.what != "more",
                    DeskReveal.at >= _midnight(),
                    DeskReveal.subject != besides,
                )
            )
            or 0
        )

    async def _most(self, session: AsyncSession, user_id: str) -> int:
        given = await session.scalar(
            select(func.count()).where(
                DeskReveal.what == "more", DeskReveal.subject == user_id, DeskReveal.at >= _midnight()
            )
        )
        return self._a_day * (1 + (given or 0))


def _midnight() -> datetime:
    """The beginning of today in China."""
    today = local(now())
    return today - timedelta(
        hours=today.hour, minutes=today.minute, seconds=today.second, microseconds=today.microsecond
    )
