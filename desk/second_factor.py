"""The second factor: codes of an app (TOTP, RFC 6238), and recovery codes for who has lost the app.

A code counts once: neither a code of an earlier half minute nor the same one again is accepted, so that a code that
somebody watched being typed is worthless.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import quote

import pyotp
import segno
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from core.clock import now
from core.database import Database
from core.errors import BadRequest, Conflict, Unauthorized
from desk.lockout import Lockout
from desk.models import DeskUser, RecoveryCode
from desk.passwords import one_time_password
from desk.sessions import Second, end_all
from desk.users import User, Users

ISSUER = "问办坐席台"
"""What the app shows above the account's name."""
STEP_S = 30
"""Seconds for which one code counts."""
RECOVERY_CODES = 10
"""Number of recovery codes that are given out together."""


@dataclass(frozen=True)
class Setup:
    """What an app needs to make the codes of an account.

    Args:
        secret: the secret, for typing, in groups of four.
        uri: the same as an ``otpauth:`` address, for a tap on the phone itself.
        svg: the address as a QR code, a ``data:`` URL.
    """

    secret: str
    uri: str
    svg: str


class SecondFactor:
    """Sets up and checks the second factors.

    Args:
        database: where the secrets are, encrypted.
        users: the accounts.
    """

    def __init__(self, database: Database, users: Users) -> None:
        self._database = database
        self._users = users
        self._lockout = Lockout(database)

    async def set_up(self, user: User) -> Setup:
        """Make a secret for a new app. It counts only after :meth:`confirm`; until then an older one stays."""
        secret = pyotp.random_base32(32)
        async with self._database.write() as session:
            await session.execute(update(DeskUser).where(DeskUser.id == user.id).values(totp_pending=secret))
        label = f"{quote(ISSUER)}:{quote(user.username)}"
        uri = f"otpauth://totp/{label}?secret={secret}&issuer={quote(ISSUER)}"
        grouped = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
        return Setup(grouped, uri, segno.make(uri, error="m").svg_data_uri(scale=5, border=2))

    async def confirm(self, user: User, code: str, address: str) -> tuple[User, list[str]]:
        """Take the new app into use, end all sessions of the account, and replace its recovery codes.

        The caller renews the own session, and tells that the others have ended.

        Returns:
            The user with the new ``session_epoch``, and the recovery codes, which can't be read again.

        Raises:
            BadRequest: code ``wrong_code``; the app did not make this code.
            Conflict: code ``not_set_up``; there is no new app.
            RateLimited: too many wrong codes.
        """
        await self._lockout.begin(user.username, address)
        async with self._database.write() as session:
            row = await _locked(session, user.id)
            if row.totp_pending is None:
                raise Conflict("请先扫二维码", code="not_set_up")
            step = matching_step(row.totp_pending, code, after=None)
            if step is None:
                raise BadRequest("动态码不对，请看手机上最新的 6 位数字", code="wrong_code")
            row.totp_secret, row.totp_pending, row.totp_step = row.totp_pending, None, step
            await end_all(session, user.id)
            fresh = await _new_codes(session, user.id)
        await self._lockout.succeeded(user.username, address)
        return await self._again(user), fresh

    async def check(self, user: User, code: str, address: str, device: str = "") -> Second:
        """Check and use up a code of the app, or a recovery code.

        Returns:
            Which of the two it was.

        Raises:
            Unauthorized: code ``wrong_code``.
            RateLimited: too many wrong codes.
        """
        await self._lockout.begin(user.username, address, device)
        async with self._database.write() as session:
            second = await _use(session, user.id, code)
        if second is None:
            raise Unauthorized("动态码不对", code="wrong_code")
        await self._lockout.succeeded(user.username, address, device)
        return second

    async def new_codes(self, user: User, code: str, address: str) -> list[str]:
        """Replace the recovery codes; a right code is needed.

        Raises:
            Unauthorized: code ``wrong_code``.
            RateLimited: too many wrong codes.
        """
        await self.check(user, code, address)
        async with self._database.write() as session:
            return await _new_codes(session, user.id)

    async def codes_left(self, user: User) -> int:
        """Number of recovery codes that are left."""
        async with self._database.read() as session:
            wanted = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user.id)
            return await session.scalar(wanted) or 0

    async def _again(self, user: User) -> User:
        found = await self._users.get(user.id)
        if found is None:
            raise Unauthorized
        return found


def matching_step(secret: str, code: str, after: int | None) -> int | None:
    """The number of the half minute to which a code belongs: this one, the last, or the next; None when to none.

    Args:
        secret: the app's secret.
        code: as typed, spaces included.
        after: number of the half minute of the last used code, or None. Codes up to it are refused.

    >>> matching_step("JBSWY3DPEHPK3PXP", "nonsense", None) is None
    True
    """
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit() and len(typed) == 6):
        return None
    maker, present = pyotp.TOTP(secret), int(now().timestamp()) // STEP_S
    for step in (present, present - 1, present + 1):
        right = hmac.compare_digest(maker.generate_otp(step), typed)
        if right and (after is None or step > after):
            return step
    return None


async def remove(session: AsyncSession, user_id: str) -> None:
    """Remove the second factor and the recovery codes of an account, in this transaction."""
    await session.execute(
        update(DeskUser)
        .where(DeskUser.id == user_id)
        .values(totp_secret=None, totp_pending=None, totp_step=None)
    )
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


async def _use(session: AsyncSession, user_id: str, code: str) -> Second | None:
    row = await _locked(session, user_id)
    if row.totp_secret is None:
        return None
    step = matching_step(row.totp_secret, code, row.totp_step)
    if step is not None:
        row.totp_step = step
        return Second.CODE
    gone = await session.execute(
        delete(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _hash(code))
    )
    return Second.RECOVERY if gone.rowcount else None  # type: ignore[attr-defined]


async def _new_codes(session: AsyncSession, user_id: str) -> list[str]:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    fresh = [one_time_password() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_hash(code)) for code in fresh)
    return fresh


def _hash(code: str) -> str:
    plain = "".join(c for c in code.lower() if c.isalnum())
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


async def _locked(session: AsyncSession, user_id: str) -> DeskUser:
    """The account's row with its secrets, locked until the end of the transaction."""
    secrets = undefer(DeskUser.totp_secret), undefer(DeskUser.totp_pending)
    row = await session.get(DeskUser, user_id, with_for_update=True, options=secrets)
    if row is None:
        raise Unauthorized
    return row
