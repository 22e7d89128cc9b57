"""Errors of requests that claim to come from the platform, and errors of our calls to the platform."""

from __future__ import annotations

from core.errors import BadRequest, Forbidden, Unavailable


class WeChatError(BadRequest):
    """The body can't be read: it is not the platform's XML or JSON, can't be decrypted, or lacks something."""

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
    """The platform did not get the call, because there was no connection or no access token."""


class Unclear(PlatformError):
    """The call was made, but no usable answer came. The platform may have carried it out or not."""


class Refused(PlatformError):
    """The platform answered with an error, and did not carry out the call.

    Args:
        number: ``errcode``.
        words: ``errmsg``.
    """

    STALE = frozenset({40001, 40014, 42001})
    """Values of ``errcode``: the access token is not valid, or not any more."""
    BUSY = frozenset({-1, 45009, 45011, 65301})
    """Values of ``errcode``: there were too many calls, or the platform is busy. A later try may succeed."""
    CLOSED = frozenset({45015, 45047, 45048})
    """Values of ``errcode``: the time in which the citizen may be sent messages is over, or their number is used up."""
    NO_CONSENT = 43101
    """Value of ``errcode``: the citizen has not agreed to this subscription message, or not any more."""
    NOT_ALLOWED = frozenset({48001, 48004, 48006, 50002, 40164, 40013, 40125, 61004, 61007})
    """Values of ``errcode``: the account may not do this, or is not set up for it. The message does not matter."""

    def __init__(self, number: int, words: str) -> None:
        super().__init__(f"{number} {words}")
        self.number = number
        self.words = words
