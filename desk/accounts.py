"""Accounts from the command line: the first one at start-up, and more."""

from __future__ import annotations

from core.database import Database
from core.errors import Conflict
from desk.roles import Role
from desk.users import Users

FIRST_USERNAME = "admin"


async def ensure_first_account(database: Database) -> tuple[str, str] | None:
    """Make an administrator's account if there is no account at all.

    Safe to call at every start and from several processes at once: the name is unique, so exactly one makes it.

    Returns:
        Its name and one-time password, told this once; None when there was an account already.
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
    """Make an account; returns its one-time password (``password`` if given).

    Raises:
        BadRequest: a name or role that can't be.
        Conflict: the name is taken.
    """
    return await Users(database).create(username, display_name, role, department_id, password)


async def reset_password(database: Database, username: str) -> str:
    """Give an account a new one-time password, which is returned, and end its sessions.

    Raises:
        NotFound: there is no such account.
    """
    return await Users(database).reset_password(username)
