"""The conditions of a list of tickets: as its address holds them, and as a saved view keeps them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from core.errors import BadRequest
from desk import body
from desk.roles import Role
from desk.users import User
from tickets import catalog
from tickets.narrowing import Wanted
from tickets.service import Tickets
from tickets.states import State
from tickets.types import TicketType

_Yes = Annotated[Literal["", "1"], Field()]
_Day = Annotated[str, StringConstraints(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
PERSONAL = {"q": "搜索内容", "name": "姓名"}
"""Conditions in which somebody's name or number may stand, and what agents call them."""


class TicketFilter(body.Body):
    """The conditions of a list, as its address holds them."""

    state: Annotated[str, Field(title="状态", max_length=30)] = ""
    q: Annotated[str, Field(title="搜索内容", max_length=100)] = ""
    name: Annotated[str, Field(title="姓名", max_length=40)] = ""
    department: Annotated[str, Field(title="承办单位", max_length=36)] = ""
    category: Annotated[str, Field(title="事项分类", max_length=80)] = ""
    district: Annotated[str, Field(title="县区", max_length=40)] = ""
    type: Annotated[str, Field(title="诉求类型", max_length=20)] = ""
    due: Annotated[Literal["", "overdue", "soon"], Field(title="期限")] = ""
    since: Annotated[_Day, Field(title="登记日期（从）")] = ""
    until: Annotated[_Day, Field(title="登记日期（到）")] = ""
    urgent: _Yes = ""
    emergency: _Yes = ""
    supervised: _Yes = ""
    disputed: _Yes = ""
    returned: _Yes = ""
    reported: _Yes = ""
    order: Annotated[Literal["", "due"], Field(title="排序")] = ""


def wanted_of(asked: TicketFilter, user: User, tickets: Tickets) -> Wanted:
    """What a list is to hold: for a department, its own tickets only.

    Raises:
        BadRequest: a day is none of the calendar, or a department asks by name, because it must not learn who a citizen is by trying.
    """
    own = department_of(user)
    if own is not None and asked.name:
        raise BadRequest("承办单位不能按姓名查工单", details={"fields": {"name": "不能用"}})
    return Wanted(
        state=asked.state,
        q=asked.q,
        reporter=asked.name,
        department_id=own if own is not None else asked.department or None,
        own=own is not None,
        category=asked.category,
        district=asked.district,
        kind=asked.type,
        due=asked.due,
        since=_day("since", asked.since),
        until=_day("until", asked.until),
        urgent=bool(asked.urgent),
        emergency=bool(asked.emergency),
        supervised=bool(asked.supervised),
        disputed=bool(asked.disputed),
        returned=tickets.returns_decided if asked.returned else 0,
        reported=tickets.city.handling.repeats.many_from if asked.reported else 0,
        by_due=asked.order == "due",
    )


def _day(field: str, value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise BadRequest("没有这一天，请重新选日期", details={"fields": {field: "没有这一天"}}) from error


async def require_known(asked: TicketFilter, user: User, tickets: Tickets) -> None:
    """Check that a list can be narrowed so at all, before it is saved: a list of nothing looks like a list without tickets.

    Raises:
        BadRequest: a condition has a value that does not exist; ``details.fields`` names it.
    """
    wanted = wanted_of(asked, user, tickets)
    levels = {name.partition("/")[0] for name in catalog.names()}
    wrong = {}
    if asked.state not in ("", "open") and State.parse(asked.state) is None:
        wrong["state"] = "没有这种工单状态"
    if asked.type and TicketType.parse(asked.type) is None:
        wrong["type"] = "没有这种诉求类型"
    if asked.category and asked.category not in levels.union(catalog.names()):
        wrong["category"] = "没有这个事项分类"
    if asked.district and asked.district not in tickets.places:
        wrong["district"] = "没有这个县区"
    if asked.department and asked.department not in [one for one, _ in await tickets.departments()]:
        wrong["department"] = "没有这个承办单位"
    if wanted.since and wanted.until and wanted.since > wanted.until:
        wrong["until"] = "结束日期比开始日期早"
    if wrong:
        raise BadRequest("；".join(wrong.values()), details={"fields": wrong})


def department_of(user: User) -> str | None:
    """The department to whose tickets the account is limited; None when it may see all.

    "" is the id of no department: an account that belongs to none sees no tickets.
    """
    return (user.department_id or "") if user.role is Role.DEPARTMENT else None
