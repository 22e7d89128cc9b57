"""Errors of requests that say they come from the platform, and of our calls to the platform."""

from __future__ import annotations

from core.errors import BadRequest, Forbidden, Unavailable


class WeChatError(BadRequest):
    """The body can't be read: not the platform's XML or JSON, not decryptable, or something is missing in it."""

    default_code = "wechat_bad_message"
    default_message = "消息格式不对"


class BadSignature(Forbidden):
    """The request is not signed with the account's token, or the signature is too old."""

    default_code = "bad_signature"
    default_message = "签名不对或已过期"


class PlatformError(Unavailable):
    """A call to the platform did not succeed."""

    default_code = "wechat_platform"
    default_message = "微信平台没有办成"


class NotSent(PlatformError):
    """The platform never got the call: no connection, or no token to make it with."""


class Unclear(PlatformError):
    """The call went out and no usable answer came back; it may have been carried out or not."""


class Refused(PlatformError):
    """The platform answered with an error: the call was not carried out.

    Args:
        number: ``errcode``.
        words: ``errmsg``.
    """

    STALE = frozenset({40001, 40014, 42001})
    """``errcode``: the access token is not, or no longer, valid."""
    BUSY = frozenset({-1, 45009, 45011, 65301})
    """``errcode``: too many calls, or the platform is busy; a later try may succeed."""
    CLOSED = frozenset({45015, 45047, 45048})
    """``errcode``: the sending window after the citizen's last step is over, or its messages are used up."""
    NO_CONSENT = 43101
    """``errcode``: the citizen has not agreed to (another) subscription message, or no longer does."""
    NOT_ALLOWED = frozenset({48001, 48004, 48006, 50002, 40164, 40013, 40125, 61004, 61007})
    """``errcode``: the account may not do this or is not set up for it, whatever the message."""

    def __init__(self, number: int, words: str) -> None:
        super().__init__(f"{number} {words}")
        self.number = number
        self.words = words
