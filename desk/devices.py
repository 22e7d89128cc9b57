"""Browsers in which a username has signed in before, by a signed cookie: what others guess does not hold them up.

See https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies. The cookie opens nothing: it
only decides with whose failures a try is counted. One browser may be used by a whole shift, so it keeps several names.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import timedelta

from aiohttp import web
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desk.cookies import Cookie
from desk.policy import Policy

COOKIE = "wenban_device"
"""Name of the cookie."""
KEPT_S = 180 * 86_400
"""Seconds for which a browser keeps it after a sign-in."""
MOST_NAMES = 20
"""Most usernames that one browser is known for; the one that signed in longest ago goes first."""


class Devices:
    """Reads and writes the cookie.

    Args:
        session_key: the installation's secret. The key of the cookie is derived from it (HKDF, RFC 5869).
        policy: tells whether the public address is one of https.
    """

    def __init__(self, session_key: str, policy: Policy) -> None:
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"wenban desk device 1").derive(
            session_key.encode()
        )
        self._cookie = Cookie(COOKIE, policy)
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def known(self, request: web.Request, username: str) -> str:
        """Id of the browser, when this username has signed in there before; otherwise empty."""
        device, names = self._read(request)
        return device if _short(username) in names else ""

    def remember(self, request: web.Request, response: web.StreamResponse, username: str) -> None:
        """Have the browser remember that this username has signed in there."""
        device, names = self._read(request)
        one = _short(username)
        kept = [*(name for name in names if name != one), one][-MOST_NAMES:]
        value = self._fernet.encrypt(json.dumps([device or secrets.token_hex(16), kept]).encode())
        self._cookie.put(request, response, value.decode("ascii"), timedelta(seconds=KEPT_S))

    def _read(self, request: web.Request) -> tuple[str, list[str]]:
        try:
            device, names = json.loads(
                self._fernet.decrypt((self._cookie.read(request) or "").encode(), ttl=KEPT_S)
            )
        except (InvalidToken, UnicodeEncodeError):
            return "", []
        return device, names


def _short(username: str) -> str:
    return hashlib.sha256(username.strip().lower().encode("utf-8", "replace")).hexdigest()[:16]
