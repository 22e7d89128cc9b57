"""The keys that encrypt personal data in storage: a file with the present key and earlier ones, or one set key.

Each value in storage names its key by an id, so that several keys can be in use while values are encrypted anew. From
each key others are derived (HKDF), one for each place of storage and one for finding, so that no two uses share one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
import secrets
import stat
import time
from collections.abc import Sequence
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.clock import now
from core.errors import ConfigurationError

WRONG_FORM = "WENBAN_DATA_KEY：要填 Fernet 密钥（44 个字符）；不填就在数据文件夹里自动生成一个。"
"""Told to the operator when a key has the wrong form."""
log = logging.getLogger(__name__)

_LOOK_S = 1.0
"""Seconds between two looks whether the key file has changed."""


class DataKey(BaseModel):
    """One key.

    Args:
        key: 32 bytes in url-safe base64 (44 characters).
        made_at: when it was made; None for a key from a version that did not write it down.
    """

    model_config = ConfigDict(frozen=True)
    key: str
    made_at: datetime | None = None

    @field_validator("key")
    @classmethod
    def _of_32_bytes(cls, key: str) -> str:
        try:
            if len(base64.urlsafe_b64decode(key.encode("ascii"))) == 32:
                return key
        except (ValueError, UnicodeEncodeError):
            pass
        raise ValueError(WRONG_FORM)

    @cached_property
    def id(self) -> str:
        """8 hexadecimal digits that name the key and tell nothing about it."""
        return _id(self.key)

    def derived(self, use: str) -> bytes:
        """32 bytes for one use, such as a column's name. They tell nothing about the key or other uses."""
        return _derived(self.key, use)

    @classmethod
    def new(cls) -> DataKey:
        """A key of random bytes."""
        return cls(key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii"), made_at=now())


@cache
def _id(key: str) -> str:
    return hashlib.sha256(b"wenban key id v1" + key.encode("ascii")).hexdigest()[:8]


@cache
def _derived(key: str, use: str) -> bytes:
    raw = base64.urlsafe_b64decode(key.encode("ascii"))
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"wenban v1 {use}".encode()).derive(raw)


class _Kept(BaseModel):
    """What the key file holds: the present key first, then earlier ones."""

    keys: list[DataKey] = Field(min_length=1)


class KeyRing:
    """The present key and the earlier ones.

    Args:
        keys: the present key first.
        path: the file they were read from. When it changes, the keys are read anew; None: they never change.
    """

    def __init__(self, keys: Sequence[DataKey], path: Path | None = None) -> None:
        self._keys = tuple(keys)
        self.path = path
        self._stamp = _stamp(path)
        self._looked = time.monotonic()

    @property
    def keys(self) -> tuple[DataKey, ...]:
        """All keys, the present one first."""
        if self.path is not None and time.monotonic() - self._looked > _LOOK_S:
            self._look()
        return self._keys

    @property
    def present(self) -> DataKey:
        """The key that encrypts what is written now."""
        return self.keys[0]

    def find(self, key_id: str) -> DataKey:
        """The key with this id.

        Raises:
            ConfigurationError: there is none.
        """
        for key in self.keys:
            if key.id == key_id:
                return key
        self._look()  # Another process may have made a new key within this second.
        for key in self._keys:
            if key.id == key_id:
                return key
        raise ConfigurationError(
            f"已经加密的内容解不开：要用的密钥 {key_id} 不在这里。请把当时的密钥文件（WENBAN_DATA_KEY_FILE）、"
            "secrets.json 或 WENBAN_DATA_KEY 放回来。"
        )

    def _look(self) -> None:
        self._looked = time.monotonic()
        stamp = _stamp(self.path)
        if self.path is None or stamp is None or stamp == self._stamp:
            return
        self._stamp = stamp  # also when the file is no good: it is told once, and read again when it changes
        try:
            found = tuple(read_keys(self.path))
        except ConfigurationError as error:
            log.error("%s 现在还用启动时读到的密钥。", error)
            return
        if not {key.id for key in found} & {key.id for key in self._keys}:
            log.error(
                "密钥文件 %s 换成了别处的密钥，没有采用，现在还用原来的；请把原来的文件放回去。", self.path
            )
            return
        self._keys = found


def _stamp(path: Path | None) -> tuple[int, int] | None:
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino) if found else None


def read_keys(path: Path) -> list[DataKey]:
    """The keys of a file, the present one first.

    Raises:
        ConfigurationError: the file can't be read, others than its owner may read it, or it holds no keys.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise ConfigurationError(f"密钥文件 {path} 别人也能读；请运行 chmod 600 '{path}'")
        return _Kept.model_validate(json.loads(path.read_text("utf-8"))).keys
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"密钥文件 {path} 读不了。请从备份里恢复它，不要删掉：没有它，已经加密的内容就再也读不出来了。"
        ) from error


def write_keys(path: Path, keys: Sequence[DataKey]) -> None:
    """Write a key file, whole or not at all. Only its owner may read it.

    Raises:
        ConfigurationError: it can't be written.
    """
    text = _Kept(keys=list(keys)).model_dump_json(indent=2)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ConfigurationError(f"密钥文件 {path} 写不了：{error.strerror}") from error
