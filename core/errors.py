"""Errors with a stable code, an HTTP status and a sentence that tells the reader what to do.

Every error that may leave the process is a :class:`WenbanError`. The application's middleware turns it into
the JSON shape that all endpoints share::

    {"error": {"code": "not_found", "message": "没有这个会话", "details": {}}}
"""

from __future__ import annotations

from typing import Any, ClassVar


class WenbanError(Exception):
    """Base class of all errors that a citizen, an agent or an operator can act on.

    Args:
        message: one sentence that says what to do, in plain Chinese.
        code: machine-readable code; by default the code of the class.
        details: more facts for the client, JSON-safe.
        retry_after_s: seconds after which a new try makes sense; sent as ``Retry-After``.

    >>> NotFound("没有这个会话").to_json()
    {'error': {'code': 'not_found', 'message': '没有这个会话', 'details': {}}}
    """

    status: ClassVar[int] = 500
    """HTTP status of the answer."""
    default_code: ClassVar[str] = "internal"
    """Machine-readable code, when the error gives none."""
    default_message: ClassVar[str] = "系统出了点问题，请稍后再试"
    """Sentence for the reader, when the error gives none."""

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
        """The body of the HTTP answer for this error."""
        return {"error": {"code": self.code, "message": self.message, "details": self.details}}


class BadRequest(WenbanError):
    """The request can't be read or breaks a rule (HTTP 400)."""

    status = 400
    default_code = "bad_request"
    default_message = "请求的内容不对，请检查后再试"


class Unauthorized(WenbanError):
    """No account is signed in, or the session or token is no longer valid (HTTP 401)."""

    status = 401
    default_code = "unauthorized"
    default_message = "请先登录"


class Forbidden(WenbanError):
    """The account is signed in but has no permission (HTTP 403)."""

    status = 403
    default_code = "forbidden"
    default_message = "没有权限"


class NotFound(WenbanError):
    """The thing does not exist, or the caller must not know that it exists (HTTP 404)."""

    status = 404
    default_code = "not_found"
    default_message = "没有找到"


class Conflict(WenbanError):
    """Another caller was faster, or the thing is in another state (HTTP 409)."""

    status = 409
    default_code = "conflict"
    default_message = "状态已经变了，请刷新后再试"


class TooLarge(WenbanError):
    """The body or a field is larger than its limit (HTTP 413)."""

    status = 413
    default_code = "too_large"
    default_message = "内容太长了，请精简后再发"


class RateLimited(WenbanError):
    """Too many tries (HTTP 429). ``Retry-After`` says when to try again."""

    status = 429
    default_code = "rate_limited"
    default_message = "操作太频繁了，请稍后再试"


class Unavailable(WenbanError):
    """A part that the request needs is down or overloaded (HTTP 503)."""

    status = 503
    default_code = "unavailable"
    default_message = "服务暂时繁忙，请稍后再试"


class ConfigurationError(WenbanError):
    """The installation is incomplete or misconfigured. The message tells an operator what to do."""

    default_code = "configuration"
    default_message = "安装不完整；请运行 wenban doctor"
