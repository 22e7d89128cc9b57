"""The secret that the app shows to Rasa's REST channel. Both sides derive it from the secret of the actions."""

from __future__ import annotations

import hmac

HEADER = "X-Wenban-Rasa"
"""Name of the HTTP header with the secret."""


def channel_secret(actions_secret: str) -> str:
    """The secret of the channel (64 hexadecimal digits). It does not tell the secret of the actions.

    >>> channel_secret("a") == channel_secret("a") != channel_secret("b")
    True
    """
    return hmac.digest(actions_secret.encode(), b"wenban rasa channel v1", "sha256").hex()
