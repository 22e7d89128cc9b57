"""Reads the body of a request within a time: many bodies that come byte by byte would hold many connections."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from aiohttp import web

from core.errors import WenbanError

BODY_S = 20.0
"""Most seconds in which a request's body must arrive."""
HEADERS_S = 20.0
"""Most seconds in which a request's first line and headers must arrive, counted from the connection's beginning or the last answer.
So long an idle connection stays open; a proxy that keeps connections open should close them sooner."""


class TooSlow(WenbanError):
    """The body did not arrive in time (HTTP 408)."""

    status = 408
    default_code = "too_slow"
    default_message = "网络太慢，没有传完，请再试一次"


async def whole(request: web.Request, within_s: float = BODY_S) -> bytes:
    """The body of a request, of at most the application's ``client_max_size``.

    Raises:
        TooSlow: it is not complete within ``within_s`` seconds.
    """
    try:
        async with asyncio.timeout(within_s):
            return await request.read()
    except TimeoutError as error:
        raise TooSlow from error


def parsed(raw: str | bytes) -> Any:
    """The value of a JSON text. What names a field twice says two things at once, and each reader would take another one.

    Raises:
        ValueError: it is no JSON, or an object has a field twice.
        RecursionError: it is nested too deep.

    >>> parsed('{"a": [1]}')
    {'a': [1]}
    """
    return json.loads(raw, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice in one object")
    return found


def written_moment(value: Any) -> Any:
    """Check, before it is read as a time, that a time is written out: a bare number may be seconds, milliseconds or a slip.

    For ``pydantic.BeforeValidator``.

    Raises:
        ValueError: it is no text with a date.
    """
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\d[T ]", value):
        raise ValueError("要写成 2026-11-30T09:00:00+08:00 这样")
    return value


def storable(value: Any) -> bool:
    """Whether all texts in a JSON value, at any depth, can be stored: PostgreSQL refuses NUL, and no encoder accepts lone surrogates.

    >>> storable({"a": ["路灯"]}), storable({"a": ["\\0"]}), storable(["\\ud800"])
    (True, False, False)
    """
    left: list[Any] = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str) and any(c == "\0" or "\ud800" <= c <= "\udfff" for c in one):
            return False
    return True
