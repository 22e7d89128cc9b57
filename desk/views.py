"""常用视图: lists of tickets that somebody saved under a name, for oneself or, by a supervisor, for all of the hotline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import Database
from core.errors import BadRequest, NotFound
from core.locks import one_at_a_time
from core.masking import numbers
from desk.models import DeskUser, DeskView
from desk.roles import ANSWERING, SUPERVISING
from desk.ticket_filter import PERSONAL
from desk.users import User

MOST = 30
"""Most views of one account."""
_MOST_SHOWN = 300


@dataclass(frozen=True)
class View:
    """A saved list.

    Args:
        id: its id.
        name: what it is called.
        query: its conditions, as the address of a list holds them.
        shared: whether all agents and supervisors see it.
        own: whether the account that asks has saved it.
        by: name of who saved it.
    """

    id: str
    name: str
    query: Mapping[str, str]
    shared: bool
    own: bool
    by: str


class Views:
    """Saves, lists and removes views.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, user: User) -> list[View]:
        """The own views of an account, then those that supervisors share with the hotline; each by its time of saving."""
        wanted = DeskView.user_id == user.id
        if user.role in ANSWERING:
            wanted = or_(wanted, DeskView.shared.is_(True))
        query = select(DeskView, DeskUser.display_name).join(DeskUser, DeskUser.id == DeskView.user_id)
        async with self._database.read() as session:
            found = await session.execute(query.where(wanted).order_by(DeskView.id).limit(_MOST_SHOWN))
            views = [_view(row, by, user) for row, by in found if row.user_id == user.id or _shareable(row)]
        return sorted(views, key=lambda one: not one.own)

    async def save(self, user: User, name: str, query: Mapping[str, Any], *, shared: bool) -> View:
        """Save a view. One of the same name of this account is replaced.

        Raises:
            BadRequest: there are :data:`MOST` already; code ``too_many``. Or code ``not_shared``: only supervisors share, and nothing
                with words in which a citizen's name or number may stand, because everybody would read them; nor under a name that
                holds a number.
        """
        if shared and user.role not in SUPERVISING:
            raise BadRequest("只有班长能存成大家都看得到的视图", code="not_shared")
        if shared and (words := [label for one, label in PERSONAL.items() if query.get(one)]):
            raise BadRequest(
                f"{'和'.join(words)}里可能有群众的姓名、电话，不能存成大家都看得到的视图。请清空后再存，或者只存给自己用。",
                code="not_shared",
            )
        if shared and numbers(name):
            raise BadRequest(
                "名字里有电话、证件号这样的号码，大家都会看到，不能这样共享。请换个名字，或者只存给自己用。",
                code="not_shared",
            )
        async with self._database.write() as session:
            await one_at_a_time(session, f"views of {user.id}")
            own = await _own(session, user)
            # Names are encrypted, so they are compared here and not by the database.
            row = next((one for one in own if one.name == name), None)
            if row is None:
                if len(own) >= MOST:
                    raise BadRequest(f"最多存 {MOST} 个视图，请先删掉不用的", code="too_many")
                row = DeskView(user_id=user.id, name=name)
                session.add(row)
            row.query, row.shared = dict(query), shared
            await session.flush()
            return _view(row, user.display_name, user)

    async def remove(self, user: User, view_id: str) -> None:
        """Remove an own view; a supervisor also removes what a colleague shared.

        Raises:
            NotFound: there is no such view, or it is somebody else's.
        """
        mine = DeskView.user_id == user.id
        if user.role in SUPERVISING:
            mine = or_(mine, DeskView.shared.is_(True))
        async with self._database.write() as session:
            gone = await session.execute(
                delete(DeskView).where(DeskView.id == view_id, mine).returning(DeskView.id)
            )
            if gone.scalar() is None:
                raise NotFound("没有这个视图，可能已经删掉了")


async def _own(session: AsyncSession, user: User) -> list[DeskView]:
    return list(await session.scalars(select(DeskView).where(DeskView.user_id == user.id)))


def _shareable(row: DeskView) -> bool:
    """Whether others may see it. Older versions shared words of searches, and names with numbers, too."""
    return not numbers(row.name) and not any(row.query.get(one) for one in PERSONAL)


def _view(row: DeskView, by: str, user: User) -> View:
    return View(row.id, row.name, dict(row.query), row.shared, row.user_id == user.id, by)
