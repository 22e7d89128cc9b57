"""Whose account somebody gets who signed in at the organisation's own sign-in.

The account that this person was bound to; else the account with this username, which is then bound to the person for
good; else none, or a new one where a setting says so. Accounts that manage others are never found by their name alone,
because some sign-ins let people choose their own name: an operator binds them (``wenban user bind``).
"""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import Database
from core.errors import Conflict, Forbidden, NotFound
from desk.models import DeskUser
from desk.oidc import Identity, Provider
from desk.policy import BY_DEFAULT
from desk.roles import ACCOUNTS
from desk.users import User, Users, checked_role, fit_username, plain


class SingleSignOn:
    """Finds, binds and makes accounts.

    Args:
        database: where the accounts are.
        users: the accounts.
        provider: tells whether accounts are made.
    """

    def __init__(self, database: Database, users: Users, provider: Provider) -> None:
        self._database = database
        self._users = users
        self._provider = provider

    async def user(self, who: Identity) -> User:
        """The user of this person.

        Raises:
            Forbidden: code ``oidc_no_account``; the person has none, or it is closed.
        """
        try:
            async with self._database.write() as session:
                row = await self._row(session, who)
                if row is not None and row.must_change_password:
                    # A one-time password that nobody used is no second way in.
                    row.password_hash, row.must_change_password, row.one_time_until = "", False, None
                user_id = row.id if row is not None else None
        except IntegrityError as error:
            raise _none() from error
        found = await self._users.get(user_id) if user_id else None
        if found is None:
            raise _none()
        return found

    async def _row(self, session: AsyncSession, who: Identity) -> DeskUser | None:
        key = key_of(who.issuer, who.subject)
        bound = await session.scalar(select(DeskUser).where(DeskUser.oidc_key == key).with_for_update())
        name = plain(who.username)
        # A name with a blank or a line break at its ends is another name to the issuer.
        if bound is not None or not fit_username(name) or who.username.lower() != name:
            return bound
        row = await session.scalar(select(DeskUser).where(DeskUser.username == name).with_for_update())
        if row is not None:
            if row.oidc_key is not None or row.role in ACCOUNTS | BY_DEFAULT:
                return None
            row.oidc_key = key
            return row
        if not self._provider.new_role:
            return None
        shown = "".join(c for c in who.display_name if c.isprintable()).strip()[:40] or name
        made = DeskUser(
            username=name,
            display_name=shown,
            password_hash="",
            role=checked_role(self._provider.new_role),
            must_change_password=False,
            oidc_key=key,
        )
        session.add(made)
        await session.flush()
        return made


async def bind(database: Database, username: str, issuer: str, subject: str) -> None:
    """Bind an account to a person at the organisation's own sign-in. It replaces an earlier binding.

    Raises:
        NotFound: there is no such account.
        Conflict: code ``already_bound``; the person is bound to another account.
    """
    try:
        async with database.write() as session:
            row = await session.scalar(select(DeskUser).where(DeskUser.username == plain(username)))
            if row is None:
                raise NotFound("没有这个用户")
            row.oidc_key = key_of(issuer, subject)
    except IntegrityError as error:
        raise Conflict("这个人已经绑在另一个账号上了", code="already_bound") from error


def key_of(issuer: str, subject: str) -> str:
    """What an account keeps of its person: a digest of issuer and subject."""
    return hashlib.sha256(f"{issuer}\n{subject}".encode("utf-8", "replace")).hexdigest()


def _none() -> Forbidden:
    return Forbidden("坐席台没有您的账号，请管理员开通", code="oidc_no_account")
