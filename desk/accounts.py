"""Makes, lists and changes accounts: the first one at start-up, others from the command line and at the desk."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import iso, now
from core.database import Alongside, Database
from core.errors import BadRequest, Conflict, NotFound
from core.locks import one_at_a_time
from desk import second_factor
from desk.models import DeskUser
from desk.roles import ACCOUNTS, Role
from desk.sessions import end_all
from desk.users import Users, checked_name, checked_role, plain
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
    """An account as an administrator sees it.

    Args:
        id: its id.
        username: name for sign-in.
        display_name: the name that citizens and colleagues read.
        role: a value of :class:`desk.roles.Role`.
        department_id: id of the department; None for accounts without one.
        department: name of the department; None for accounts without one.
        active: whether it is open.
        seen_at: when it was last at the desk; None when it is unknown.
        one_time_until: until when its one-time password can be used; None when it has its own password.
        second_factor: whether it has a second factor.
        single_sign_on: whether it was used through the organisation's own sign-in.
    """

    id: str
    username: str
    display_name: str
    role: str
    department_id: str | None
    department: str | None
    active: bool
    seen_at: datetime | None
    one_time_until: datetime | None
    second_factor: bool
    single_sign_on: bool

    def to_json(self) -> dict[str, Any]:
        """The account for the desk's page."""
        moments = {
            name: iso(value) if value else None
            for name, value in (("seen_at", self.seen_at), ("one_time_until", self.one_time_until))
        }
        return asdict(self) | moments

    @property
    def remark(self) -> str:
        """What is special about it, in Chinese; empty when nothing is."""
        if not self.active:
            return "已停用"
        if self.one_time_until is None:
            return "两步验证" if self.second_factor else ""
        return "一次性密码过期了" if self.one_time_until <= now() else "还是一次性密码"


async def named(database: Database, username: str) -> Account:
    """The account with this username.

    Raises:
        NotFound: there is no such account.
    """
    wanted = plain(username)
    found = next((one for one in await everybody(database) if one.username == wanted), None)
    if found is None:
        raise NotFound("没有这个用户")
    return found


async def everybody(database: Database) -> list[Account]:
    """All accounts, also closed ones, by username."""
    async with database.read() as session:
        rows = await session.execute(
            select(DeskUser, Department.name, DeskUser.totp_secret.is_not(None))
            .outerjoin(Department, Department.id == DeskUser.department_id)
            .order_by(DeskUser.username)
        )
        return [
            Account(
                row.id,
                row.username,
                row.display_name,
                row.role,
                row.department_id,
                department,
                row.active,
                row.seen_at,
                row.one_time_until if row.must_change_password else None,
                second,
                row.oidc_key is not None,
            )
            for row, department, second in rows
        ]


async def reset_password(database: Database, username: str) -> str:
    """Give an account a new one-time password, and end its sessions.

    Returns:
        The password.

    Raises:
        NotFound: there is no such account.
    """
    return await Users(database).reset_password(username)


class Accounts:
    """Changes accounts: closes and opens them, changes names, roles and departments, removes second factors.

    Each change ends all sessions of the account, and its open connections with them.

    Args:
        database: where the accounts are.
        users: gives out one-time passwords, and tells that sessions ended.
    """

    def __init__(self, database: Database, users: Users) -> None:
        self._database = database
        self._users = users

    async def change(
        self,
        username: str,
        *,
        display_name: str,
        role: str,
        department_id: str | None,
        also: Alongside | None = None,
    ) -> None:
        """Change the name, the role and the department of an account.

        Args:
            username: the account's.
            display_name: the name that citizens read, 1 to 40 characters.
            role: a value of :class:`desk.roles.Role`.
            department_id: id of the department, for accounts of a department only.
            also: what else to write in the same transaction.

        Raises:
            NotFound: there is no such account.
            BadRequest: the display name, the role or the department is not valid.
            Conflict: code ``last_admin``; nobody else could manage accounts.
        """
        shown, checked = fitting(display_name, role, department_id)
        async with self._database.write() as session:
            row = await self._row(session, username)
            if department_id is not None and await session.get(Department, department_id) is None:
                raise BadRequest("没有这个承办单位", code="bad_department")
            if checked not in ACCOUNTS:
                await _leave_one(session, row)
            row.display_name, row.role, row.department_id = shown, checked, department_id
            await self._end(session, row, also)
        self._users.tell_ended()

    async def close(self, username: str, also: Alongside | None = None) -> None:
        """Close an account. Its name stays with what it did.

        Raises:
            NotFound: there is no such account.
            Conflict: code ``last_admin``; nobody else could manage accounts.
        """
        async with self._database.write() as session:
            row = await self._row(session, username)
            await _leave_one(session, row)
            row.active = False
            await self._end(session, row, also)
        self._users.tell_ended()

    async def open(self, username: str, also: Alongside | None = None) -> str:
        """Open a closed account again. Returns its new one-time password, because the old one may be known.

        Raises:
            NotFound: there is no such account.
        """

        async def opened(session: AsyncSession) -> None:
            row = await self._row(session, username)
            row.active = True
            if also is not None:
                await also(session)

        return await self._users.reset_password(username, opened)

    async def remove_second_factor(self, username: str, also: Alongside | None = None) -> None:
        """Remove the second factor of somebody who lost both the phone and the recovery codes.

        Raises:
            NotFound: there is no such account.
        """
        async with self._database.write() as session:
            row = await self._row(session, username)
            await second_factor.remove(session, row.id)
            await self._end(session, row, also)
        self._users.tell_ended()

    @staticmethod
    async def _end(session: AsyncSession, row: DeskUser, also: Alongside | None) -> None:
        await session.flush()
        await end_all(session, row.id)
        if also is not None:
            await also(session)

    @staticmethod
    async def _row(session: AsyncSession, username: str) -> DeskUser:
        wanted = select(DeskUser).where(DeskUser.username == plain(username)).with_for_update()
        row = await session.scalar(wanted)
        if row is None:
            raise NotFound("没有这个用户")
        return row


def fitting(display_name: str, role: str, department_id: str | None) -> tuple[str, Role]:
    """Check what an administrator types. An account of no department would see no ticket; an agent's sees everybody's.

    Returns:
        The display name without spaces around it, and the role.

    Raises:
        BadRequest: the display name or the role is not valid, or the role does not go with the department.
    """
    shown, checked = checked_name(display_name), checked_role(role)
    if checked is Role.DEPARTMENT and department_id is None:
        raise BadRequest("承办单位的账号要选是哪个单位", code="department_needed")
    if checked is not Role.DEPARTMENT and department_id is not None:
        raise BadRequest("只有承办单位的账号才选单位", code="department_not_allowed")
    return shown, checked


async def _leave_one(session: AsyncSession, row: DeskUser) -> None:
    """Check that somebody else can manage accounts when this account can't any more."""
    if row.role not in ACCOUNTS or not row.active:
        return
    await one_at_a_time(session, "desk-accounts")
    others = select(DeskUser.id).where(
        DeskUser.id != row.id, DeskUser.active.is_(True), DeskUser.role.in_(sorted(ACCOUNTS))
    )
    if await session.scalar(others.limit(1)) is None:
        raise Conflict("这是最后一个管理员账号，请先再设一个管理员", code="last_admin")
