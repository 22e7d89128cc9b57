"""The desk accounts of the made-up hotline: one for each role, each with a password of its own that is shown once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from core.database import Database
from desk.accounts import add_user
from desk.models import DeskUser
from desk.roles import Role
from tickets.models import Department, TicketRow
from tickets.states import State

AGENTS = 3
"""How many agents there are."""
_NAMES = {
    Role.SUPERVISOR: "示例班长",
    Role.EDITOR: "示例编辑",
    Role.ADMIN: "示例管理员",
    Role.AUDITOR: "示例审计员",
}


@dataclass(frozen=True)
class Account:
    """An account that was made.

    Args:
        id: its id.
        username: name for sign-in.
        display_name: the name that histories show.
        role: its role.
        password: the one-time password.
        department: the department it belongs to; empty: none.
    """

    id: str
    username: str
    display_name: str
    role: Role
    password: str
    department: str = ""


async def add_staff(database: Database) -> list[Account]:
    """Make the accounts of the hotline.

    Raises:
        Conflict: one of the usernames is taken.
    """
    wanted = [(f"demo-agent-{nth}", f"示例坐席 {nth} 号", Role.AGENT) for nth in range(1, AGENTS + 1)]
    wanted += [(f"demo-{role}", name, role) for role, name in _NAMES.items()]
    return [await _add(database, username, name, role) for username, name, role in wanted]


async def add_clerk(database: Database) -> Account | None:
    """Make an account for the department with the most open tickets; None when no department has any.

    Raises:
        Conflict: its username is taken.
    """
    async with database.read() as session:
        found = (
            await session.execute(
                select(Department.id, Department.name)
                .join(TicketRow, TicketRow.department_id == Department.id)
                .where(TicketRow.state.not_in([state for state in State if state.is_final]))
                .group_by(Department.id, Department.name)
                .order_by(func.count().desc(), Department.id)
                .limit(1)
            )
        ).first()
    if found is None:
        return None
    return await _add(database, "demo-department", "示例经办", Role.DEPARTMENT, found.id, found.name)


async def _add(
    database: Database,
    username: str,
    name: str,
    role: Role,
    department_id: str | None = None,
    department: str = "",
) -> Account:
    password = await add_user(database, username, name, role, department_id=department_id)
    async with database.read() as session:
        key = await session.scalar(select(DeskUser.id).where(DeskUser.username == username))
    return Account(str(key), username, name, role, password, department)
