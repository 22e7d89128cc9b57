"""Passwords: hashed with argon2id, checked for how well they can be guessed, and made up for first sign-ins.

How many guesses a password takes is estimated by zxcvbn (Wheeler, USENIX Security 2016). Its lists of common passwords,
names and words, and its patterns of keyboards, dates and sequences are shipped with the library under the MIT licence.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import BadRequest

MIN_LENGTH = 10
"""Fewest characters of a new password."""
MAX_LENGTH = 200
"""Most characters of a password. The limit keeps anyone from having megabytes hashed."""

ENOUGH = 3
"""Least score of zxcvbn: at least 10⁸ guesses, which are too many for who steals the hashes, and far too many for who
guesses at the sign-in."""
READ = 72
"""Characters of a password that are judged; zxcvbn takes far longer for longer ones."""
_NEAR = (
    "12345",
    "wenban",
    "hotline",
    "admin",
    "desk",
    "kefu",
    "zuoxi",
    "huawuyuan",
    "banzhang",
    "guanliyuan",
    "rexian",
    "zhengwu",
    "shizheng",
    "gongdan",
    "woaini",
    "woaizhongguo",
    "zhongguo",
    "shengri",
    "shengrikuaile",
    "mima",
    "woaiwojia",
    "问办",
    "坐席",
    "热线",
    "密码",
    "管理员",
    "话务员",
)
"""What somebody who wants to get into this desk tries first."""
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Characters of one-time passwords, without those that look alike (i l 1 o 0)."""


class Passwords:
    """Hashes and checks passwords without blocking the event loop.

    One hash needs about 64 MiB and much of a core for tens of milliseconds (RFC 9106's second recommended
    option, the default of argon2-cffi). So at most two run at the same time; others wait.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._places = asyncio.Semaphore(2)
        # Checked when there is no such account, so that the answer takes the same time as for a real account.
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The stored form of a password."""
        async with self._places:
            return await asyncio.to_thread(self._hasher.hash, _same_form(password))

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether ``password`` is the stored one. For none it is False, after the same work."""
        if not stored and self._nobody is None:
            self._nobody = await self.hash(secrets.token_urlsafe())
        async with self._places:
            right = await asyncio.to_thread(self._verify, stored or self._nobody or "", _same_form(password))
        return right and bool(stored)

    def needs_rehash(self, stored: str) -> bool:
        """Whether the password was hashed with older parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def one_time_password() -> str:
    """A one-time password with about 59 bits. It can be told by phone, and is changed at the first sign-in.

    >>> len(one_time_password())
    14
    """
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


async def check_policy(new: str, about: Sequence[str] = ()) -> None:
    """Check a new password.

    Args:
        new: the password.
        about: words that a guesser knows of this account, such as its names. A password may contain them, but they count
            for nothing.

    Raises:
        BadRequest: code ``weak_password``; the password is shorter than :data:`MIN_LENGTH`, longer than
            :data:`MAX_LENGTH`, or easy to guess.
    """
    if len(new) < MIN_LENGTH:
        raise BadRequest(f"新密码至少要 {MIN_LENGTH} 个字符", code="weak_password")
    if len(new) > MAX_LENGTH:
        raise BadRequest(f"新密码最多 {MAX_LENGTH} 个字符", code="weak_password")
    if await asyncio.to_thread(score, new, about) < ENOUGH:
        raise BadRequest(
            "新密码太容易猜了。别用常见的密码、姓名、日期、键盘上连着的字母，试试几个不相干的词",
            code="weak_password",
        )


def score(password: str, about: Sequence[str] = ()) -> int:
    """How hard a password is to guess, from 0 to 4.

    >>> score("12345hotline"), score("qwertyuiop"), score("wooden-bedroom", ["ed"])
    (1, 0, 3)
    """
    import zxcvbn  # its lists take 12 MB, which a process without new passwords does not need

    known = [*about, *_NEAR]
    found: int = zxcvbn.zxcvbn(_same_form(password)[:READ], user_inputs=known)["score"]
    return found


def _same_form(password: str) -> str:
    # Keyboards may write the same character in different ways (NFC or NFD, full-width or half-width).
    return unicodedata.normalize("NFKC", password)
