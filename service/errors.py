"""Answers all errors of all addresses in one JSON form (:mod:`core.errors`)."""

from __future__ import annotations

import logging

from aiohttp import web
from aiohttp.typedefs import Handler

from core.errors import BadRequest, NotFound, TooLarge, WenbanError
from core.ids import new_id

log = logging.getLogger(__name__)


class MethodNotAllowed(WenbanError):
    """The address exists, but not for this HTTP method."""

    status = 405
    default_code = "method_not_allowed"
    default_message = "这个地址不支持这种请求方式"


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Middleware: turns the error of a handler into JSON. Of an unexpected error only an id is shown."""
    try:
        if "\0" in request.path or "\0" in request.rel_url.query_string:
            raise BadRequest  # nothing of ours is named with it, and PostgreSQL refuses the question
        return await handler(request)
    except WenbanError as error:
        if error.status >= 500:
            log.error(
                "%s %s: %s",
                request.method,
                request.rel_url.raw_path,
                error.message,
                extra={"code": error.code},
            )
        return render(error)
    except web.HTTPRequestEntityTooLarge:
        return render(TooLarge())
    except web.HTTPNotFound:
        return render(NotFound("没有这个地址"))
    except web.HTTPMethodNotAllowed as error:
        answer = render(MethodNotAllowed())
        answer.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
        return answer
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return render(BadRequest(code="http_error", details={"status": error.status}), status=error.status)
    except (ConnectionResetError, TimeoutError):
        raise
    except Exception:
        incident = new_id()
        log.exception("unexpected error", extra={"incident": incident, "path": request.rel_url.raw_path})
        return render(WenbanError(details={"incident": incident}))


def render(error: WenbanError, status: int | None = None) -> web.Response:
    """The HTTP answer for an error.

    Args:
        error: the error.
        status: the HTTP status; None: that of the error.
    """
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s is not None else None
    return web.json_response(error.to_json(), status=status or error.status, headers=headers)
