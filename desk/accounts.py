"""Makes accounts without the desk: the first one at start-up, others from the command line."""

from __future__ import annotations

from core.database import Database
from core.errors import Conflict
from desk.roles import Role
from desk.users import Users

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


async def reset_password(database: Database, username: str) -> str:
    """Give an account a new one-time password, and end its sessions.

    Returns:
        The password.

    Raises:
        NotFound: there is no such account.
    """
    return await Users(database).reset_password(username)
