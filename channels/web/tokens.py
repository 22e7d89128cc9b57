"""Who a web visitor is: a random id in a signed token, kept by the browser; no cookie, no account."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from dataclasses import dataclass

from core.ids import new_id

VALID_S = 180 * 24 * 3600
"""Seconds a token is good for."""
RENEW_S = 7 * 24 * 3600
"""Seconds after which a visit gets a new token for the same visitor: a regular visitor's never runs out."""

_SHAPE = re.compile(r"w1\.([0-9a-f-]{36})\.([0-9]{1,12})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class Visitor:
    """A visitor, and when the token was signed (seconds since the epoch)."""

    id: str
    issued_s: int


class Tokens:
    """Signs and reads visitors' tokens.

    Args:
        key: the installation's session key; the signing key is derived from it, so that nothing signed for another
            purpose passes here.
    """

    def __init__(self, key: str) -> None:
        self._key = hmac.digest(key.encode("utf-8"), b"wenban web visitor token v1", "sha256")

    def issue(self, visitor_id: str | None = None, *, now_s: float | None = None) -> str:
        """A token for a visitor, a new one unless named."""
        issued = int(time.time() if now_s is None else now_s)
        signed = f"w1.{visitor_id or new_id()}.{issued}"
        return f"{signed}.{self._sign(signed)}"

    def read(self, token: str, *, now_s: float | None = None) -> Visitor | None:
        """The visitor of a token; None when it is forged, misshapen or over :data:`VALID_S` seconds old."""
        found = _SHAPE.fullmatch(token)
        if found is None:
            return None
        visitor_id, issued, given = found.groups()
        if not hmac.compare_digest(self._sign(f"w1.{visitor_id}.{issued}"), given):
            return None
        age = (time.time() if now_s is None else now_s) - int(issued)
        # A minute of clock difference between two of our machines makes nobody a stranger.
        return Visitor(visitor_id, int(issued)) if -60 <= age <= VALID_S else None

    def _sign(self, text: str) -> str:
        digest = hmac.digest(self._key, text.encode("ascii"), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
