"""The identity of a web visitor: a random id in a signed token that the browser keeps. No cookie, no account."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from dataclasses import dataclass

from core.ids import new_id

VALID_S = 180 * 24 * 3600
"""Seconds for which a token is valid."""
RENEW_S = 7 * 24 * 3600
"""Age in seconds from which a visit renews the token. So the token of a regular visitor never expires."""

_SHAPE = re.compile(r"w1\.([0-9a-f-]{36})\.([0-9]{1,12})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class Visitor:
    """A visitor.

    Args:
        id: id of the visitor.
        issued_s: when the token was signed, in seconds since 1970.
    """

    id: str
    issued_s: int


class Tokens:
    """Signs and reads visitors' tokens.

    Args:
        key: the installation's session key. The signing key is derived from it, so that a signature made for another
            purpose is not valid here.
    """

    def __init__(self, key: str) -> None:
        self._key = hmac.digest(key.encode("utf-8"), b"wenban web visitor token v1", "sha256")

    def issue(self, visitor_id: str | None = None, *, now_s: float | None = None) -> str:
        """A token for a visitor.

        Args:
            visitor_id: id of the visitor; None: a new visitor.
            now_s: the present moment in seconds since 1970; None: the clock's.
        """
        issued = int(time.time() if now_s is None else now_s)
        signed = f"w1.{visitor_id or new_id()}.{issued}"
        return f"{signed}.{self._sign(signed)}"

    def read(self, token: str, *, now_s: float | None = None) -> Visitor | None:
        """The visitor of a token; None when it is forged, has another form, or is older than :data:`VALID_S`."""
        found = _SHAPE.fullmatch(token)
        if found is None:
            return None
        visitor_id, issued, given = found.groups()
        if not hmac.compare_digest(self._sign(f"w1.{visitor_id}.{issued}"), given):
            return None
        age = (time.time() if now_s is None else now_s) - int(issued)
        # The clocks of two of our machines may differ by up to a minute.
        return Visitor(visitor_id, int(issued)) if -60 <= age <= VALID_S else None

    def _sign(self, text: str) -> str:
        digest = hmac.digest(self._key, text.encode("ascii"), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
