"""Makes accounts without the desk: the first one at start-up, others from the command line."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from core.clock import local
from core.database import Database
from core.errors import Conflict
from desk.models import DeskUser
from desk.roles import Role
from desk.users import Users
from tickets.models import Department

FIRST_USERNAME = "admin"
"""Username of the first account."""


async def ensure_first_account(database: Database) -> tuple[str, str] | None:
    """Make an administrator's account when there is no account.

    It may be called at every start, and by several processes at once: usernames are unique, so only one of
    them makes the account.

    Returns:
        Username and one-time password, which can't be read again later; None when there was an account.
    """
    users = Users(database)
    if await users.any():
        return None
    try:
        return FIRST_USERNAME, await users.create(FIRST_USERNAME, "管理员", Role.ADMIN)
    except Conflict:
        return None


async def add_user(
    database: Database,
    username: str,
    display_name: str,
    role: str,
    password: str | None = None,
    department_id: str | None = None,
) -> str:
    """Make an account.

    Args:
        database: where the accounts are.
        username: letters, digits, ``.``, ``_``, ``-``; stored in lower case.
        display_name: the name that citizens read, 1 to 40 characters.
        role: a value of :class:`desk.roles.Role`.
        password: the one-time password; made up when None.
        department_id: id of the department, for accounts of a department.

    Returns:
        The one-time password.

    Raises:
        BadRequest: the username, display name, role or department is not valid.
        Conflict: code ``username_taken``.
    """
    return await Users(database).create(username, display_name, role, department_id, password)


@dataclass(frozen=True)
class Account:
    """An account as an operator sees it. Texts are in Chinese.

    Args:
        username: name for sign-in.
        display_name: the name that citizens and colleagues read.
        role: a value of :class:`desk.roles.Role`.
        department: name of the department; empty for accounts without one.
        seen: when it was last at the desk, local time.
        remark: what is special about it; empty when nothing is.
    """

    username: str
    display_name: str
    role: str
    department: str
    seen: str
    remark: str


async def everybody(database: Database) -> list[Account]:
    """All accounts, also closed ones, by username."""
    async with database.read() as session:
        rows = await session.execute(
            select(DeskUser, Department.name)
            .outerjoin(Department, Department.id == DeskUser.department_id)
            .order_by(DeskUser.username)
        )
        return [_account(row, department or "") for row, department in rows]


def _account(row: DeskUser, department: str) -> Account:
    seen = "从未" if row.seen_at is None else f"{local(row.seen_at):%Y-%m-%d %H:%M}"
    remark = "已停用" if not row.active else "还是一次性密码" if row.must_change_password else ""
    return Account(row.username, row.display_name, row.role, department, seen, remark)


async def reset_password(database: Database, username: str) -> str:
    """Give an account a new one-time password, and end its sessions.

    Returns:
        The password.

    Raises:
        NotFound: there is no such account.
    """
    return await Users(database).reset_password(username)
