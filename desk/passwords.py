"""Passwords: hashed with argon2id, judged by a short policy, made up for first sign-ins."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import BadRequest

MIN_LENGTH = 10
MAX_LENGTH = 200
"""Characters; a bound, so that nobody has megabytes hashed."""

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without the letters and digits people mistake for one another (i l 1 o 0)."""


class Passwords:
    """Hashing that does not hold the event loop up.

    One hash takes about 64 MiB and a good part of a core for tens of milliseconds (RFC 9106's second
    recommended option, argon2-cffi's default), so only two run at once and the others wait.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._places = asyncio.Semaphore(2)
        # Verified against when there is no such account, so that the answer takes as long as for one there is.
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The form a password is stored in."""
        async with self._places:
            return await asyncio.to_thread(self._hasher.hash, _same_form(password))

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether ``password`` is the stored one; for ``None`` never, after the same work."""
        if stored is None and self._nobody is None:
            self._nobody = await self.hash(secrets.token_urlsafe())
        async with self._places:
            right = await asyncio.to_thread(self._verify, stored or self._nobody or "", _same_form(password))
        return right and stored is not None

    def needs_rehash(self, stored: str) -> bool:
        """Whether it was hashed with older parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def one_time_password() -> str:
    """A password to be told over the phone and changed at first sign-in; about 59 bits.

    >>> len(one_time_password())
    14
    """
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


def check_policy(username: str, new: str) -> None:
    """Refuse a bad new password.

    Raises:
        BadRequest: code ``weak_password``; shorter than :data:`MIN_LENGTH`, longer than :data:`MAX_LENGTH`, all
            one character, or containing the username.
    """
    if len(new) < MIN_LENGTH:
        raise BadRequest(f"新密码至少要 {MIN_LENGTH} 个字符", code="weak_password")
    if len(new) > MAX_LENGTH:
        raise BadRequest(f"新密码最多 {MAX_LENGTH} 个字符", code="weak_password")
    if len(set(new)) < 4 or username.lower() in new.lower():
        raise BadRequest("新密码太容易猜了，不要用用户名或重复的字符", code="weak_password")


def _same_form(password: str) -> str:
    # Two keyboards may write the same character differently (NFC or NFD, full-width or not).
    return unicodedata.normalize("NFKC", password)
