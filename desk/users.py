"""Accounts of the desk: make them, sign in, change passwords."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from core.database import Database
from core.errors import BadRequest, Conflict, NotFound, Unauthorized
from core.events import Events
from desk import models
from desk.lockout import Lockout
from desk.passwords import Passwords, check_policy, one_time_password
from desk.roles import Role
from tickets.models import Department

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


@dataclass(frozen=True)
class User:
    """The user of an account.

    Args:
        id: id of the account.
        username: name for sign-in.
        display_name: the name that citizens and colleagues read.
        role: the role of the account.
        department_id: id of the department; None for accounts without one.
        department: name of the department; None for accounts without one.
        must_change_password: whether the account still has its one-time password.
        session_epoch: sessions begun under another number have ended.
    """

    id: str
    username: str
    display_name: str
    role: Role
    department_id: str | None
    department: str | None
    must_change_password: bool
    session_epoch: int

    def to_json(self) -> dict[str, Any]:
        """The facts about a user that the user's own desk shows."""
        return {
            "id": self.id,
            "username": self.username,
            "display_name": self.display_name,
            "role": str(self.role),
            "department": self.department,
            "must_change_password": self.must_change_password,
        }


def account_topic(user_id: str) -> str:
    """Topic of the events about one account."""
    return f"desk_user:{user_id}"


class Users:
    """The accounts.

    Args:
        database: where the accounts are.
        events: told at once when the sessions of an account end; None when nothing listens.
    """

    def __init__(self, database: Database, events: Events | None = None) -> None:
        self._database = database
        self._events = events
        self._passwords = Passwords()
        self._lockout = Lockout(database)

    async def create(
        self,
        username: str,
        display_name: str,
        role: str,
        department_id: str | None = None,
        password: str | None = None,
    ) -> str:
        """Make an account with a one-time password. Only the hash of the password is stored.

        Args:
            username: letters, digits, ``.``, ``_``, ``-``; stored in lower case.
            display_name: the name that citizens read, 1 to 40 characters.
            role: a value of :class:`desk.roles.Role`.
            department_id: id of the department, for accounts of a department.
            password: the one-time password; made up when None.

        Returns:
            The one-time password.

        Raises:
            BadRequest: the username, display name, role or department is not valid.
            Conflict: code ``username_taken``.
        """
        name, shown = _plain(username), display_name.strip()
        if not _USERNAME.fullmatch(name):
            raise BadRequest("用户名要 2 到 40 位，用字母、数字、点、横线或下划线", code="bad_username")
        if not 1 <= len(shown) <= 40 or not shown.isprintable():
            raise BadRequest("显示名要 1 到 40 个字", code="bad_display_name")
        try:
            checked = Role(role)
        except ValueError:
            raise BadRequest(f"角色只能是 {'、'.join(Role)}", code="bad_role") from None
        password = password or one_time_password()
        row = models.DeskUser(
            username=name,
            display_name=shown,
            role=checked,
            department_id=department_id,
            password_hash=await self._passwords.hash(password),
        )
        try:
            async with self._database.write() as session:
                if department_id is not None and await session.get(Department, department_id) is None:
                    raise BadRequest("没有这个承办单位", code="bad_department")
                session.add(row)
        except IntegrityError as error:
            raise Conflict("这个用户名已经有了", code="username_taken") from error
        return password

    async def sign_in(self, username: str, password: str, address: str) -> User:
        """The user with this username and password.

        Args:
            username: as typed.
            password: as typed.
            address: network address of the try, for the limit.

        Raises:
            Unauthorized: code ``wrong_credentials``. It is the same for an unknown username, a wrong password
                and a closed account, and takes the same time.
            RateLimited: too many tries failed (:mod:`desk.lockout`).
        """
        name = _plain(username)
        await self._lockout.begin(name, address)
        row = None
        if _USERNAME.fullmatch(name):
            async with self._database.read() as session:
                row = await session.scalar(select(models.DeskUser).where(models.DeskUser.username == name))
        right = await self._passwords.matches(row.password_hash if row else None, password)
        if row is None or not right or not row.active:
            raise Unauthorized("用户名或密码不对", code="wrong_credentials")
        await self._lockout.succeeded(name, address)
        if self._passwords.needs_rehash(row.password_hash):
            await self._rehash(row.id, row.password_hash, password)
        found = await self.get(row.id)
        if found is None:
            raise Unauthorized("用户名或密码不对", code="wrong_credentials")
        return found

    async def change_password(self, user: User, old: str, new: str, address: str) -> User:
        """Set a new password and end all sessions of the account. The caller begins a new session.

        Raises:
            BadRequest: code ``wrong_password`` for the old one, ``weak_password`` or ``same_password`` for
                the new one.
            RateLimited: the old password was wrong too often.
        """
        check_policy(user.username, new)
        await self._lockout.begin(user.username, address)
        async with self._database.read() as session:
            stored = await session.scalar(
                select(models.DeskUser.password_hash).where(models.DeskUser.id == user.id)
            )
        if not await self._passwords.matches(stored, old):
            raise BadRequest("原密码不对", code="wrong_password")
        await self._lockout.succeeded(user.username, address)
        if await self._passwords.matches(stored, new):
            raise BadRequest("新密码不能和原密码一样", code="same_password")
        await self._set_password(user.id, await self._passwords.hash(new), must_change=False)
        changed = await self.get(user.id)
        if changed is None:
            raise Unauthorized
        return changed

    async def reset_password(self, username: str) -> str:
        """Give an account a new one-time password, end its sessions, and forget its failed sign-ins.

        Returns:
            The password.

        Raises:
            NotFound: there is no such account.
        """
        async with self._database.read() as session:
            user_id = await session.scalar(
                select(models.DeskUser.id).where(models.DeskUser.username == _plain(username))
            )
        if user_id is None:
            raise NotFound("没有这个用户")
        password = one_time_password()
        await self._set_password(user_id, await self._passwords.hash(password), must_change=True)
        await self._lockout.forget(_plain(username))
        return password

    async def end_sessions(self, user_id: str) -> None:
        """End all sessions of an account. It then counts as gone from the desk."""
        async with self._database.write() as session:
            await session.execute(
                update(models.DeskUser)
                .where(models.DeskUser.id == user_id)
                .values(session_epoch=models.DeskUser.session_epoch + 1, seen_at=None)
            )
        self._tell_ended(user_id)

    async def get(self, user_id: str) -> User | None:
        """The user of an account; None when the account does not exist or is closed."""
        async with self._database.read() as session:
            found = (
                await session.execute(
                    select(models.DeskUser, Department.name)
                    .outerjoin(Department, Department.id == models.DeskUser.department_id)
                    .where(models.DeskUser.id == user_id, models.DeskUser.active.is_(True))
                )
            ).first()
        if found is None:
            return None
        row, department = found
        return User(
            id=row.id,
            username=row.username,
            display_name=row.display_name,
            role=Role(row.role),
            department_id=row.department_id,
            department=department,
            must_change_password=row.must_change_password,
            session_epoch=row.session_epoch,
        )

    async def names(self, ids: Iterable[str]) -> dict[str, str]:
        """Display names by id, also of closed accounts. Unknown ids are left out."""
        wanted = set(ids)
        if not wanted:
            return {}
        async with self._database.read() as session:
            found = await session.execute(
                select(models.DeskUser.id, models.DeskUser.display_name).where(models.DeskUser.id.in_(wanted))
            )
            return {row.id: row.display_name for row in found}

    async def any(self) -> bool:
        """Whether there is an account."""
        async with self._database.read() as session:
            return await session.scalar(select(models.DeskUser.id).limit(1)) is not None

    async def _rehash(self, user_id: str, stored: str, password: str) -> None:
        fresh = await self._passwords.hash(password)
        async with self._database.write() as session:
            # Not when the password was changed meanwhile.
            await session.execute(
                update(models.DeskUser)
                .where(models.DeskUser.id == user_id, models.DeskUser.password_hash == stored)
                .values(password_hash=fresh)
            )

    async def _set_password(self, user_id: str, hashed: str, *, must_change: bool) -> None:
        async with self._database.write() as session:
            await session.execute(
                update(models.DeskUser)
                .where(models.DeskUser.id == user_id)
                .values(
                    password_hash=hashed,
                    must_change_password=must_change,
                    session_epoch=models.DeskUser.session_epoch + 1,
                )
            )
        self._tell_ended(user_id)

    def _tell_ended(self, user_id: str) -> None:
        if self._events is not None:
            self._events.publish(account_topic(user_id), "sessions_ended")


def _plain(username: str) -> str:
    return username.strip().lower()
