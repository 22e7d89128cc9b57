"""Errors that carry a stable code, an HTTP status and a sentence somebody can act on.

Every error that may leave the process is a :class:`WenbanError`; the application's middleware turns it into
the one JSON shape all endpoints share::

    {"error": {"code": "not_found", "message": "没有这个会话", "details": {}}}
"""

from __future__ import annotations

from typing import Any, ClassVar


class WenbanError(Exception):
    """Base of all errors a citizen, an agent or an operator can act on.

    Args:
        message: one sentence in plain Chinese (or English for operators) saying what to do.
        code: overrides the class's stable machine-readable code.
        details: extra JSON-safe facts for the client.
        retry_after_s: seconds after which trying again makes sense, sent as ``Retry-After``.

    >>> NotFound("没有这个会话").to_json()
    {'error': {'code': 'not_found', 'message': '没有这个会话', 'details': {}}}
    """

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "internal"
    default_message: ClassVar[str] = "系统出了点问题，请稍后再试"

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        details: dict[str, Any] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        self.message = message or self.default_message
        self.code = code or self.default_code
        self.details = details or {}
        self.retry_after_s = retry_after_s
        super().__init__(self.message)

    def to_json(self) -> dict[str, Any]:
        """The body every endpoint answers with when this error leaves it."""
        return {"error": {"code": self.code, "message": self.message, "details": self.details}}


class BadRequest(WenbanError):
    """The caller sent something that can't be read or breaks a rule."""

    status = 400
    default_code = "bad_request"
    default_message = "请求的内容不对，请检查后再试"


class Unauthorized(WenbanError):
    """Nobody is signed in, or the token is not (any longer) good."""

    status = 401
    default_code = "unauthorized"
    default_message = "请先登录"


class Forbidden(WenbanError):
    """Signed in, but not allowed."""

    status = 403
    default_code = "forbidden"
    default_message = "没有权限"


class NotFound(WenbanError):
    """There is no such thing, or the caller may not know of it."""

    status = 404
    default_code = "not_found"
    default_message = "没有找到"


class Conflict(WenbanError):
    """Somebody else was first, or the thing is in another state."""

    status = 409
    default_code = "conflict"
    default_message = "状态已经变了，请刷新后再试"


class TooLarge(WenbanError):
    """The body or a field is over its limit."""

    status = 413
    default_code = "too_large"
    default_message = "内容太长了，请精简后再发"


class RateLimited(WenbanError):
    """Too many tries; ``Retry-After`` tells when to come back."""

    status = 429
    default_code = "rate_limited"
    default_message = "操作太频繁了，请稍后再试"


class Unavailable(WenbanError):
    """A part the request needs is down or overloaded."""

    status = 503
    default_code = "unavailable"
    default_message = "服务暂时繁忙，请稍后再试"


class ConfigurationError(WenbanError):
    """The installation is not complete; the message tells an operator what to do."""

    default_code = "configuration"
    default_message = "The installation is not complete; run `wenban doctor`."
