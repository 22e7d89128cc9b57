"""Accounts of the desk: make them, sign in, change passwords."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from core.clock import now
from core.database import Alongside, Database
from core.errors import BadRequest, Conflict, NotFound, Unauthorized
from core.events import Events
from core.masking import numbers
from desk import models
from desk.lockout import Lockout
from desk.passwords import Passwords, check_policy, one_time_password
from desk.roles import Role
from desk.sessions import TOPIC, end_all
from tickets.models import Department

ONE_TIME = timedelta(hours=72)
"""Time for which a one-time password can be used."""
NAMELESS = "坐席"
"""What citizens read of an agent whose account has no name."""
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
        second_factor: whether the account has a second factor.
        must_set_up: whether the user has to set up a second factor before anything else.
    """

    id: str
    username: str
    display_name: str
    role: Role
    department_id: str | None
    department: str | None
    must_change_password: bool
    session_epoch: int
    second_factor: bool = False
    must_set_up: bool = False

    @property
    def public_name(self) -> str:
        """The name that citizens read: never the one for signing in, which an account without a name is shown by."""
        return NAMELESS if self.display_name.casefold() == self.username.casefold() else self.display_name

    def to_json(self) -> dict[str, Any]:
        """The facts about a user that the user's own desk shows."""
        return {
            "id": self.id,
            "username": self.username,
            "display_name": self.display_name,
            "role": str(self.role),
            "department": self.department,
            "must_change_password": self.must_change_password,
            "second_factor": self.second_factor,
            "must_set_up": self.must_set_up,
        }

    def as_json(self) -> str:
        """The JSON text that tells a desk who is signed in."""
        return json.dumps({"user": self.to_json()}, ensure_ascii=False)


USER_COLUMNS = (
    models.DeskUser,
    select(Department.name).where(Department.id == models.DeskUser.department_id).scalar_subquery(),
    models.DeskUser.totp_secret.is_not(None),
)
"""What :func:`user_of` needs, for queries of ``desk_users``."""


def user_of(row: models.DeskUser, department: str | None, second_factor: bool) -> User:
    """The user of a row, with the name of the department."""
    return User(
        id=row.id,
        username=row.username,
        display_name=row.display_name,
        role=Role(row.role),
        department_id=row.department_id,
        department=department,
        must_change_password=row.must_change_password,
        session_epoch=row.session_epoch,
        second_factor=second_factor,
    )


class Users:
    """The accounts.

    Args:
        database: where the accounts are.
        events: told when the sessions of an account end; None when nothing listens.
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
        also: Alongside | None = None,
    ) -> str:
        """Make an account with a one-time password. Only the hash of the password is stored.

        Args:
            username: letters, digits, ``.``, ``_``, ``-``; stored in lower case.
            display_name: the name that citizens read, 1 to 40 characters.
            role: a value of :class:`desk.roles.Role`.
            department_id: id of the department, for accounts of a department.
            password: the one-time password; made up when None.
            also: what else to write in the same transaction.

        Returns:
            The one-time password, which can be used for :data:`ONE_TIME`.

        Raises:
            BadRequest: the username, display name, role or department is not valid.
            Conflict: code ``username_taken``.
        """
        name, shown = plain(username), checked_name(display_name)
        if not fit_username(name):
            raise BadRequest("用户名要 2 到 40 位，用字母、数字、点、横线或下划线", code="bad_username")
        checked = checked_role(role)
        password = password or one_time_password()
        row = models.DeskUser(
            username=name,
            display_name=shown,
            role=checked,
            department_id=department_id,
            password_hash=await self._passwords.hash(password),
            one_time_until=now() + ONE_TIME,
        )
        try:
            async with self._database.write() as session:
                if department_id is not None and await session.get(Department, department_id) is None:
                    raise BadRequest("没有这个承办单位", code="bad_department")
                session.add(row)
                if also is not None:
                    await also(session)
        except IntegrityError as error:
            raise Conflict("这个用户名已经有了", code="username_taken") from error
        return password

    async def sign_in(self, username: str, password: str, address: str, device: str = "") -> User:
        """The user with this username and password.

        Args:
            username: as typed.
            password: as typed.
            address: network address of the try, for the limit.
            device: the browser, when this username has signed in there before (:mod:`desk.devices`), for the limit.

        Raises:
            Unauthorized: code ``wrong_credentials``. It is the same for an unknown username, a wrong password
                and a closed account, and takes the same time. Code ``password_expired``: the one-time password is right,
                but too old.
            RateLimited: too many tries failed (:mod:`desk.lockout`).
        """
        name = plain(username)
        await self._lockout.begin(name, address, device)
        row = None
        if fit_username(name):
            async with self._database.read() as session:
                row = await session.scalar(select(models.DeskUser).where(models.DeskUser.username == name))
        right = await self._passwords.matches(row.password_hash if row else None, password)
        if row is None or not right or not row.active:
            raise Unauthorized("用户名或密码不对", code="wrong_credentials")
        if row.must_change_password and row.one_time_until is not None and row.one_time_until <= now():
            raise Unauthorized("一次性密码过期了，请管理员再给一个", code="password_expired")
        if self._passwords.needs_rehash(row.password_hash):
            await self._rehash(row.id, row.password_hash, password)
        found = await self.get(row.id)
        if found is None:
            raise Unauthorized("用户名或密码不对", code="wrong_credentials")
        if not found.second_factor:  # otherwise only with the code
            await self._lockout.succeeded(name, address, device)
        return found

    async def change_password(self, user: User, old: str, new: str, address: str, device: str = "") -> User:
        """Set a new password and end all sessions of the account.

        The caller renews the own session, and tells that the others have ended.

        ``address`` and ``device`` are those of :meth:`sign_in`.

        Raises:
            BadRequest: code ``wrong_password`` for the old one, ``weak_password`` or ``same_password`` for
                the new one.
            RateLimited: the old password was wrong too often.
        """
        await check_policy(new, (user.username, user.display_name))
        stored = await self.check_password(user, old, address, device)
        if await self._passwords.matches(stored, new):
            raise BadRequest("新密码不能和原密码一样", code="same_password")
        await self._set_password(user.id, await self._passwords.hash(new), must_change=False)
        changed = await self.get(user.id)
        if changed is None:
            raise Unauthorized
        return changed

    async def check_password(self, user: User, password: str, address: str, device: str = "") -> str:
        """Check the password of who is signed in already. Returns its stored form.

        Raises:
            BadRequest: code ``wrong_password``.
            RateLimited: it was wrong too often.
        """
        await self._lockout.begin(user.username, address, device)
        stored = await self._stored(user.id)
        if not await self._passwords.matches(stored, password):
            raise BadRequest("密码不对", code="wrong_password")
        await self._lockout.succeeded(user.username, address, device)
        return stored

    async def has_password(self, user_id: str) -> bool:
        """Whether an account has a password, or signs in through the organisation's own sign-in only."""
        return bool(await self._stored(user_id))

    async def _stored(self, user_id: str) -> str:
        async with self._database.read() as session:
            wanted = select(models.DeskUser.password_hash).where(models.DeskUser.id == user_id)
            return await session.scalar(wanted) or ""

    async def reset_password(self, username: str, also: Alongside | None = None) -> str:
        """Give an account a new one-time password, end its sessions, and forget its failed sign-ins.

        Args:
            username: the account's.
            also: what else to write in the same transaction.

        Returns:
            The password.

        Raises:
            NotFound: there is no such account.
        """
        async with self._database.read() as session:
            user_id = await session.scalar(
                select(models.DeskUser.id).where(models.DeskUser.username == plain(username))
            )
        if user_id is None:
            raise NotFound("没有这个用户")
        password = one_time_password()
        await self._set_password(user_id, await self._passwords.hash(password), must_change=True, also=also)
        self.tell_ended()
        await self._lockout.forget(plain(username))
        return password

    async def get(self, user_id: str) -> User | None:
        """The user of an account; None when the account does not exist or is closed."""
        async with self._database.read() as session:
            found = (
                await session.execute(
                    select(*USER_COLUMNS).where(
                        models.DeskUser.id == user_id, models.DeskUser.active.is_(True)
                    )
                )
            ).first()
        return user_of(*found) if found is not None else None

    async def id_of(self, username: str) -> str:
        """Id of the account with this username, as typed; empty when there is none."""
        async with self._database.read() as session:
            found = await session.scalar(
                select(models.DeskUser.id).where(models.DeskUser.username == plain(username)[:100])
            )
        return found or ""

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
        """Whether there is at least one account; a new installation has none."""
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

    async def _set_password(
        self, user_id: str, hashed: str, *, must_change: bool, also: Alongside | None = None
    ) -> None:
        async with self._database.write() as session:
            await session.execute(
                update(models.DeskUser)
                .where(models.DeskUser.id == user_id)
                .values(
                    password_hash=hashed,
                    must_change_password=must_change,
                    one_time_until=now() + ONE_TIME if must_change else None,
                )
            )
            await end_all(session, user_id)
            if also is not None:
                await also(session)

    def tell_ended(self) -> None:
        """Tell that sessions have ended, so that open connections look at once."""
        if self._events is not None:
            self._events.publish(TOPIC, "ended")


def plain(username: str) -> str:
    """The username as it is stored."""
    return username.strip().lower()


def fit_username(name: str) -> bool:
    """Whether this can be a username: 2 to 40 letters, digits, ``.``, ``_``, ``-`` in lower case.

    >>> fit_username("li.si"), fit_username("李四")
    (True, False)
    """
    return _USERNAME.fullmatch(name) is not None


_NOBODYS_NAME = re.compile(
    r"问办|助手|机器人|(?:^|[\u4e00-\u9fff])副?(?:市长|省长|县长|区长|镇长|乡长|局长|厅长|部长|书记|总理|主席)$"
)
"""Names under which citizens would take an agent for the bot, or for who governs the city."""


def checked_name(display_name: str) -> str:
    """The display name without spaces around it.

    Raises:
        BadRequest: code ``bad_display_name``.
    """
    shown = display_name.strip()
    if not 1 <= len(shown) <= 40 or not shown.isprintable():
        raise BadRequest("显示名要 1 到 40 个字", code="bad_display_name")
    if _NOBODYS_NAME.search(shown) or numbers(shown):
        raise BadRequest(
            "显示名是给群众看的称呼：不能像机器人或者领导，也不能是号码，比如写“坐席 3 号”",
            code="bad_display_name",
        )
    return shown


def checked_role(role: str) -> Role:
    """The role with this name.

    Raises:
        BadRequest: code ``bad_role``.
    """
    try:
        return Role(role)
    except ValueError:
        raise BadRequest(f"角色只能是 {'、'.join(Role)}", code="bad_role") from None
