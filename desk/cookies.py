"""The desk's cookies: out of reach for scripts and other sites, and under https tied to this host.

Under https a cookie is ``Secure`` and its name begins with ``__Host-``: browsers take such a cookie only from this host
itself, by https, and for all its paths, so that no neighbouring host can plant one (RFC 6265bis, section 4.1.3).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from aiohttp import web

from desk.policy import Policy


class Cookie:
    """One cookie.

    Args:
        name: its name without the prefix.
        policy: tells whether the public address is one of https.
        samesite: whether the browser sends it only from our own pages (``Strict``), or also when a person comes back to
            us from another site (``Lax``).
    """

    def __init__(self, name: str, policy: Policy, samesite: Literal["Strict", "Lax"] = "Strict") -> None:
        self._name = name
        self._policy = policy
        self._samesite = samesite

    def name(self, request: web.Request) -> str:
        """Name of the cookie as this request's browser knows it."""
        return f"__Host-{self._name}" if self._secure(request) else self._name

    def read(self, request: web.Request) -> str | None:
        """The value the browser sent; None when it sent none."""
        return request.cookies.get(self.name(request))

    def put(self, request: web.Request, response: web.StreamResponse, value: str, age: timedelta) -> None:
        """Have the browser keep a value for this time."""
        response.set_cookie(
            self.name(request),
            value,
            max_age=round(age.total_seconds()),
            path="/",
            secure=self._secure(request) or None,
            httponly=True,
            samesite=self._samesite,
        )

    def drop(self, request: web.Request, response: web.StreamResponse) -> None:
        """Have the browser forget the value."""
        self.put(request, response, "", timedelta())

    def _secure(self, request: web.Request) -> bool:
        return self._policy.https or request.secure
