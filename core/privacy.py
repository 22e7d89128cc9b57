"""Personal data: encrypts it in storage, and masks it on screen and in logs.

:mod:`core.masking` finds and hides numbers in text; :mod:`core.redaction` removes personal data from text.
"""

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
    """Set the key that encrypts personal data.

    Args:
        key: 32 bytes in url-safe base64, as returned by ``Fernet.generate_key``.

    Raises:
        ConfigurationError: the key has another format.
    """
    global _fernet, _lookup
    try:
        _fernet = Fernet(key.encode("ascii"))
        _lookup = hmac.digest(key.encode("ascii"), b"wenban lookup key v1", "sha256")
    except (ValueError, UnicodeEncodeError) as error:
        raise ConfigurationError(
            "WENBAN_DATA_KEY：要填 Fernet 密钥（44 个字符）；不填就在数据文件夹里自动生成一个。"
        ) from error


def encrypt(text: str) -> str:
    """``text`` in encrypted form, for storage.

    Raises:
        ConfigurationError: no key is set.
    """
    return _key().encrypt(text.encode("utf-8")).decode("ascii")


def decrypt(token: str) -> str:
    """The clear text of a result of :func:`encrypt`.

    Raises:
        ConfigurationError: the text was encrypted with another key, or no key is set.
    """
    try:
        return _key().decrypt(token.encode("ascii")).decode("utf-8")
    except InvalidToken as error:
        raise ConfigurationError(
            "已经加密的姓名和电话解不开：WENBAN_DATA_KEY 不是当时用的那一个。"
        ) from error


def lookup_key(text: str) -> str:
    """A keyed digest (64 hexadecimal digits) to find equal texts without storing them. It depends on the data key.

    Raises:
        ConfigurationError: no key is set.

    >>> lookup_key("13800000000") == lookup_key("13800000000")
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
    """A text column that is encrypted in the database and clear in Python."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypt a value before it is written."""
        return None if value is None else encrypt(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Decrypt a value after it was read."""
        return None if value is None else decrypt(value)


def mask_phone(phone: str) -> str:
    """Hide all but the first three and last four digits. With less than 9 characters, hide all but the last two.

    >>> mask_phone("13800000000")
    '138****0000'
    """
    if len(phone) >= 9:
        return f"{phone[:3]}****{phone[-4:]}"
    return "*" * max(len(phone) - 2, 0) + phone[-2:]


def mask_name(name: str) -> str:
    """Hide all but the family name: 张某某 → 张**.

    >>> mask_name("张某某")
    '张**'
    """
    return name[:1] + "*" * (len(name) - 1)


def mask_text(text: str) -> str:
    """Hide mobile numbers and identity-card numbers in free text, for logs and statistics.

    >>> mask_text("我的电话是13800000000")
    '我的电话是138****0000'
    """
    text = _ID_CARD.sub(lambda m: f"{m[1]}********{m[2]}", text)
    return _MOBILE.sub(lambda m: f"{m[1]}****{m[3]}", text)
