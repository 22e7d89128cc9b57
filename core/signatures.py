"""Signatures of messages between systems: HMAC-SHA256 of time and body, as our webhooks carry it and as the telephone system sends it."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime

from core.errors import Unauthorized

SIGNATURE, DELIVERY = "Wenban-Signature", "Wenban-Delivery"
"""Headers of a message: its signature, and its id."""
OLDEST_S = 300
"""Seconds by which the time of a signature may differ from ours. What is older may be somebody's copy."""
_FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(secret: str, body: bytes, at: datetime) -> str:
    """The signature of a body: ``t=`` seconds since 1970, ``v1=`` HMAC-SHA256 of ``t.body`` as hexadecimal digits.

    Args:
        secret: the secret that both sides know.
        body: the body as it is sent.
        at: the present. The receiver refuses what is older than some minutes, so that nobody can send it again.

    >>> from datetime import UTC
    >>> sign("secret", b"{}", datetime(2026, 11, 30, tzinfo=UTC))[:13]
    't=1795996800,'
    """
    stamp = str(int(at.timestamp()))
    return f"t={stamp},v1={_digest(secret, stamp, body)}"


def check(secret: str, header: str, body: bytes, at: datetime) -> None:
    """Check a signature.

    Args:
        secret: the secret that both sides know.
        header: what came in :data:`SIGNATURE`.
        body: the body as it came.
        at: the present.

    Raises:
        Unauthorized: code ``bad_signature``: it is missing, of another form, or wrong; ``too_old``: its time is not the present.
    """
    found = _FORM.fullmatch(header)
    if found is None or not hmac.compare_digest(_digest(secret, found[1], body), found[2]):
        raise Unauthorized("签名不对", code="bad_signature")
    if abs(at.timestamp() - int(found[1])) > OLDEST_S:
        raise Unauthorized("签名的时间和服务器的时间差得太多", code="too_old")


def _digest(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
