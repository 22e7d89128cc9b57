"""Seals texts and files for storage: encrypted and authenticated (AES-256-GCM), and bound to their place.

A sealed value names its key: ``w1:<key id>:<base64 of nonce, ciphertext and tag>``. It can be opened only at the place
for which it was sealed (a column, a photo): each place has a key of its own, derived from the data key, and the place is
authenticated, too. So a value that was moved to another column does not open.
"""

from __future__ import annotations

import binascii
import hmac
import os
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import ValidationError

from core.errors import ConfigurationError
from core.keyring import WRONG_FORM, DataKey, KeyRing

_TEXT = "w1:"
_FILE = b"wenban-sealed-1:"
_ID = 8
_NONCE = 12

_HEAD = len(_TEXT) + _ID + 1

_ring: KeyRing | None = None
_known: dict[tuple[str, str], tuple[AESGCM, bytes]] = {}
"""Ciphers that were used and what they authenticate, by the beginning of the values that they open and by their place."""


class NotSealed(ConfigurationError):
    """The value is not one that was sealed for this place: it is clear, damaged, or was moved here."""


def use_ring(ring: KeyRing | None) -> None:
    """Set the keys of this process."""
    global _ring
    _ring = ring
    _known.clear()


def use_data_key(key: str) -> None:
    """Set one key, for a process without a key file.

    Args:
        key: 32 bytes in url-safe base64, as returned by ``Fernet.generate_key``.

    Raises:
        ConfigurationError: the key has another format.
    """
    try:
        use_ring(KeyRing([DataKey(key=key)]))
    except ValidationError as error:
        raise ConfigurationError(WRONG_FORM) from error


def ring() -> KeyRing:
    """The keys of this process.

    Raises:
        ConfigurationError: none are set.
    """
    if _ring is None:
        raise ConfigurationError("No data key is set; start through the `wenban` command.")
    return _ring


def _cipher(key: DataKey, place: str) -> AESGCM:
    return _made(key.key, place)


@cache
def _made(key: str, place: str) -> AESGCM:
    return AESGCM(DataKey(key=key).derived(place))


def seal(text: str, place: str) -> str:
    """``text`` in sealed form.

    Args:
        text: what is to be stored.
        place: where it will be stored, such as ``messages.text``.

    >>> use_data_key("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
    >>> unseal(seal("路灯坏了", "tickets.content"), "tickets.content")
    '路灯坏了'
    """
    key = ring().present
    nonce = os.urandom(_NONCE)
    made = nonce + _cipher(key, place).encrypt(nonce, text.encode("utf-8"), place.encode())
    return f"{_TEXT}{key.id}:{binascii.b2a_base64(made, newline=False).decode('ascii')}"


def unseal(value: str, place: str) -> str:
    """The text that was sealed for a place.

    Raises:
        NotSealed: the value was not sealed for this place.
        ConfigurationError: its key is missing.
    """
    # Lists open some hundred values, so the cipher is looked up by the value's own beginning.
    known = _known.get((value[:_HEAD], place))
    if known is None:
        key_id, _ = _parts(value)
        known = _known[value[:_HEAD], place] = _cipher(ring().find(key_id), place), place.encode()
    cipher, bound_to = known
    try:
        made = binascii.a2b_base64(value[_HEAD:])
        return cipher.decrypt(made[:_NONCE], made[_NONCE:], bound_to).decode()
    except (InvalidTag, ValueError) as error:
        raise NotSealed(f"{place}：存着的内容解不开，被改过或者坏了") from error


def _parts(value: str) -> tuple[str, str]:
    start = len(_TEXT)
    if not value.startswith(_TEXT) or value[start + _ID : start + _ID + 1] != ":":
        raise NotSealed("存着的内容没有加密；请运行 wenban db upgrade")
    return value[start : start + _ID], value[start + _ID + 1 :]


def key_of(value: str) -> str:
    """The id of the key of a sealed value; empty when it does not look like one."""
    try:
        return _parts(value)[0]
    except NotSealed:
        return ""


def renewed(value: str, place: str, *, clear: bool = False) -> str:
    """A stored value, sealed with the present key; the same value when it needs no change.

    Args:
        value: what is stored.
        place: where.
        clear: whether the place may still hold values that are clear, or encrypted by an older version. They are sealed,
            too. A citizen may have typed what looks sealed: only what opens is.

    Raises:
        ConfigurationError: the value does not open.
    """
    try:
        opened = unseal(value, place)
    except ConfigurationError:
        if not clear:
            raise
        return seal(as_before(value), place)
    return value if key_of(value) == ring().present.id else seal(opened, place)


def encrypted_before(text: str) -> str:
    """A text encrypted as versions before migration 0015 did it (Fernet). Earlier migrations write it."""
    return Fernet(ring().present.key).encrypt(text.encode("utf-8")).decode("ascii")


def as_before(value: str) -> str:
    """The clear text of a value that older versions may have encrypted with Fernet."""
    for key in ring().keys if value.startswith("gAAAA") else ():
        try:
            return Fernet(key.key).decrypt(value.encode("ascii")).decode("utf-8")
        except (InvalidToken, UnicodeError):
            continue
    return value


def seal_file(data: bytes, place: str) -> bytes:
    """The bytes of a file in sealed form. ``place`` names this one file, such as ``media/<id>``."""
    key = ring().present
    nonce = os.urandom(_NONCE)
    # One derived key for all files; the name is authenticated, so that two files can't be exchanged.
    made = _cipher(key, place.partition("/")[0]).encrypt(nonce, data, place.encode())
    return _FILE + key.id.encode("ascii") + nonce + made


def unseal_file(data: bytes, place: str) -> bytes:
    """The bytes of a file that was sealed for a place.

    Raises:
        NotSealed: it was not sealed for this place.
        ConfigurationError: its key is missing.
    """
    if not data.startswith(_FILE):
        raise NotSealed(f"{place}：文件没有加密")
    start = len(_FILE) + _ID
    key = ring().find(data[len(_FILE) : start].decode("ascii", "replace"))
    nonce, made = data[start : start + _NONCE], data[start + _NONCE :]
    try:
        return _cipher(key, place.partition("/")[0]).decrypt(nonce, made, place.encode())
    except (InvalidTag, ValueError) as error:
        raise NotSealed(f"{place}：文件解不开，被改过或者坏了") from error


def renewed_file(data: bytes, place: str) -> bytes:
    """The bytes of a stored file, sealed with the present key; the same bytes when they need no change.

    Raises:
        ConfigurationError: its key is missing, or it was sealed for another place.
    """
    if not data.startswith(_FILE):
        return seal_file(data, place)
    if data[len(_FILE) : len(_FILE) + _ID] == ring().present.id.encode("ascii"):
        return data
    return seal_file(unseal_file(data, place), place)


def file_key_of(path: Path) -> str:
    """The id of the key of a sealed file; empty for a clear one."""
    with path.open("rb") as file:
        start = file.read(len(_FILE) + _ID)
    return start[len(_FILE) :].decode("ascii", "replace") if start.startswith(_FILE) else ""


def lookup_keys(text: str) -> list[str]:
    """Keyed digests (64 hexadecimal digits) of a text under each key, the present one first.

    Equal texts are found by them while they are made anew for another key.
    """
    return [
        hmac.digest(
            hmac.digest(key.key.encode("ascii"), b"wenban lookup key v1", "sha256"), text.encode(), "sha256"
        ).hex()
        for key in ring().keys
    ]
