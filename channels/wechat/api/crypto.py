"""Signatures and encryption of the messages that the platform sends us. The cipher is wechatpy's.

wechatpy's ``WeChatCrypto`` is not used: it compares signatures in variable time, does not check the padding, and
raises all kinds of exceptions for a malformed ciphertext. Only its AES-CBC cipher is used. The frame (16 random
bytes, length as 4 bytes big-endian, message, AppID, PKCS7 padding to 32 bytes) is checked here.

The rules are in the platform's documentation 消息加解密说明,
https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import struct
import time
from dataclasses import dataclass

from wechatpy.crypto.base import WeChatCipher

from channels.wechat.api.errors import BadSignature, WeChatError

FRESH_S = 600
"""Most seconds between a signed timestamp and our clock, earlier or later. For so long a request can be replayed."""
_BLOCK = 32
"""Bytes to a multiple of which messages are padded."""
_KEY = re.compile(r"[A-Za-z0-9]{43}")


def signature(*parts: str) -> str:
    """The platform's signature: SHA-1 of the sorted and joined parts, in hexadecimal.

    >>> signature("AAAAA", "1714036504", "1514711492")
    'f464b24fc39322e44b38aa78f5edd27bd1441696'
    """
    joined = "".join(sorted(parts))
    return hashlib.sha1(joined.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def check_signature(
    given: str, token: str, timestamp: str, nonce: str, *more: str, now_s: float | None = None
) -> None:
    """Refuse a request that is not signed with ``token``, or was signed too long ago.

    Args:
        given: ``signature`` or ``msg_signature`` of the query.
        token: the account's Token.
        timestamp: ``timestamp`` of the query.
        nonce: ``nonce`` of the query.
        more: what else is signed: the ciphertext, for ``msg_signature``.
        now_s: the present moment in seconds since 1970; None: the clock's.

    Raises:
        BadSignature: the signature is forged, missing, or older than :data:`FRESH_S`.
    """
    expected = signature(token, timestamp, nonce, *more)
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass")):
        raise BadSignature
    # Checked after the signature, so that strangers learn nothing about our clock.
    moment = time.time() if now_s is None else now_s
    if not re.fullmatch(r"[0-9]{1,12}", timestamp) or abs(moment - int(timestamp)) > FRESH_S:
        raise BadSignature


@dataclass(frozen=True)
class _Key:
    raw: bytes

    @classmethod
    def read(cls, encoded: str) -> _Key:
        if not _KEY.fullmatch(encoded):
            raise ValueError("EncodingAESKey must be 43 letters and digits")
        return cls(base64.b64decode(encoded + "="))

    def cipher(self) -> WeChatCipher:
        return WeChatCipher(self.raw)


@dataclass(frozen=True)
class Opened:
    """A decrypted message. It remembers its key, because the answer must be encrypted with the same key.

    Args:
        body: the message.
    """

    body: bytes
    _box: Crypto
    _key: _Key

    def seal(self, reply: str, nonce: str, *, as_json: bool = False) -> str:
        """Encrypt a reply with the key of the message; see :meth:`Crypto.seal`."""
        return self._box.seal(reply, nonce, self._key, as_json=as_json)


class Crypto:
    """Decrypts and encrypts messages of one account.

    Args:
        token: the account's Token.
        app_id: its AppID. A message for another AppID is refused.
        aes_key: EncodingAESKey, 43 characters.
        previous_aes_key: the former key while the key is being changed; None otherwise.

    Raises:
        ValueError: a key is not 43 letters and digits.
    """

    def __init__(self, token: str, app_id: str, aes_key: str, previous_aes_key: str | None = None) -> None:
        self._token = token
        self._app_id = app_id.encode("utf-8")
        self._keys = [_Key.read(k) for k in (aes_key, previous_aes_key) if k]

    def open(self, encrypted: str) -> Opened:
        """Decrypt the field ``Encrypt`` with the present key, or else with the previous one.

        Raises:
            WeChatError: no key fits, the ciphertext is malformed, or it was made for another AppID.
        """
        try:
            ciphertext = base64.b64decode("".join(encrypted.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise WeChatError("密文不是 Base64") from error
        # 16 random bytes, 4 bytes of length and the AppID, padded, need at least one block of 32 bytes.
        if len(ciphertext) < _BLOCK or len(ciphertext) % 16:
            raise WeChatError("密文长度不对")
        for key in self._keys:
            message = self._unframe(key.cipher().decrypt(ciphertext))
            if message is not None:
                return Opened(message, self, key)
        raise WeChatError("密文解不开：密钥或 AppID 不对，或内容已损坏")

    def seal(self, reply: str, nonce: str, key: _Key, *, as_json: bool = False) -> str:
        """Encrypt a reply and sign it.

        Args:
            reply: the reply, as XML or JSON.
            nonce: any text; the platform's own ``nonce`` is usual.
            key: the key.
            as_json: whether the result is JSON; otherwise it is XML.
        """
        body = reply.encode("utf-8")
        plain = secrets.token_bytes(16) + struct.pack(">I", len(body)) + body + self._app_id
        padding = _BLOCK - len(plain) % _BLOCK
        encrypted = base64.b64encode(key.cipher().encrypt(plain + bytes([padding]) * padding)).decode("ascii")
        timestamp = str(int(time.time()))
        signed = signature(self._token, timestamp, nonce, encrypted)
        if as_json:
            envelope = {
                "Encrypt": encrypted,
                "MsgSignature": signed,
                "TimeStamp": int(timestamp),
                "Nonce": nonce,
            }
            return json.dumps(envelope, ensure_ascii=False)
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{signed}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )

    def _unframe(self, plain: bytes) -> bytes | None:
        padding = plain[-1]
        if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
            return None
        content = plain[16:-padding]
        if len(content) < 4:
            return None
        (length,) = struct.unpack(">I", content[:4])
        message, app_id = content[4 : 4 + length], content[4 + length :]
        if len(message) != length or not hmac.compare_digest(app_id, self._app_id):
            return None
        return message
