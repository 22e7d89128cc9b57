"""Personal data: encrypted at rest, masked on screen and in logs."""

from __future__ import annotations

import hmac
import re
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from core.errors import ConfigurationError

_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)(\d{4})(\d{4})(?!\d)")
_ID_CARD = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\w)")

_fernet: Fernet | None = None
_lookup: bytes | None = None


def use_data_key(key: str) -> None:
    """Set the key personal data is encrypted with (32 url-safe base64 bytes, as ``Fernet.generate_key`` gives).

    Raises:
        ConfigurationError: the key has another shape.
    """
    global _fernet, _lookup
    try:
        _fernet = Fernet(key.encode("ascii"))
        _lookup = hmac.digest(key.encode("ascii"), b"wenban lookup key v1", "sha256")
    except (ValueError, UnicodeEncodeError) as error:
        raise ConfigurationError(
            "WENBAN_DATA_KEY must be 32 url-safe base64 bytes; leave it out and one is made in the data folder."
        ) from error


def encrypt(text: str) -> str:
    """``text`` as it may lie on disk."""
    return _key().encrypt(text.encode("utf-8")).decode("ascii")


def decrypt(token: str) -> str:
    """The clear text of :func:`encrypt`'s result.

    Raises:
        ConfigurationError: it was encrypted with another key.
    """
    try:
        return _key().decrypt(token.encode("ascii")).decode("utf-8")
    except InvalidToken as error:
        raise ConfigurationError(
            "Stored personal data can't be decrypted: WENBAN_DATA_KEY is not the key it was written with."
        ) from error


def lookup_key(text: str) -> str:
    """A keyed digest by which equal texts are found again without being stored: the same with the same data key.

    >>> lookup_key("13800000000") == lookup_key("13800000000")                         # doctest: +SKIP
    True
    """
    if _lookup is None:
        raise ConfigurationError("No data key is set; start through the `wenban` command.")
    return hmac.digest(_lookup, text.encode("utf-8"), "sha256").hex()


def _key() -> Fernet:
    if _fernet is None:
        raise ConfigurationError("No data key is set; start through the `wenban` command.")
    return _fernet


class EncryptedText(TypeDecorator[str]):
    """A text column whose stored form is encrypted and whose Python value is clear."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypt on the way in."""
        return None if value is None else encrypt(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Decrypt on the way out."""
        return None if value is None else decrypt(value)


def mask_phone(phone: str) -> str:
    """Hide all but the first three and last four digits (short numbers: all but the last two).

    >>> mask_phone("13800000000")
    '138****0000'
    """
    if len(phone) >= 9:
        return f"{phone[:3]}****{phone[-4:]}"
    return "*" * max(len(phone) - 2, 0) + phone[-2:]


def mask_name(name: str) -> str:
    """Keep the family name: 张某某 → 张**.

    >>> mask_name("张某某")
    '张**'
    """
    return name[:1] + "*" * (len(name) - 1)


def mask_text(text: str) -> str:
    """Hide mobile numbers and identity-card numbers inside free text, as logs and statistics need.

    >>> mask_text("我的电话是13800000000")
    '我的电话是138****0000'
    """
    text = _ID_CARD.sub(lambda m: f"{m[1]}********{m[2]}", text)
    return _MOBILE.sub(lambda m: f"{m[1]}****{m[3]}", text)
