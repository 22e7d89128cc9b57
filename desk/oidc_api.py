"""The way to the organisation's own sign-in and back: /api/desk/sign_in_ways, /api/desk/oidc/start, /api/desk/oidc/callback."""

from __future__ import annotations

import hmac
import json
import logging
from base64 import urlsafe_b64encode
from dataclasses import asdict
from datetime import timedelta

from aiohttp import web
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import NotFound, Unauthorized, WenbanError
from desk import acts
from desk.audit import Entry
from desk.cookies import Cookie
from desk.guard import Guard
from desk.oidc import Flow, Oidc
from desk.policy import Policy
from desk.sessions import KEY, Second
from desk.single_sign_on import SingleSignOn

log = logging.getLogger(__name__)

COOKIE = "wenban_desk_oidc"
"""Name of the cookie between the way there and the way back, without the prefix."""
PATIENCE = timedelta(minutes=10)
"""Time for signing in at the issuer."""
DESK = "/desk/"
"""Where a sign-in ends."""


class OidcApi:
    """Handlers for the organisation's own sign-in; without one they only say that there is none."""

    def __init__(
        self, guard: Guard, policy: Policy, oidc: Oidc | None, single_sign_on: SingleSignOn | None
    ) -> None:
        self._guard = guard
        self._policy = policy
        self._oidc = oidc
        self._single_sign_on = single_sign_on
        # The browser comes back from another site, so that a Strict cookie would not be sent.
        self._cookie = Cookie(COOKIE, policy, "Lax")

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers, all open to who is not signed in."""
        strangers = self._guard.anybody
        return [
            web.get("/api/desk/sign_in_ways", strangers(self.ways, acts.SIGN_IN_WAYS, from_page=False)),
            web.get(
                "/api/desk/oidc/start",
                strangers(self.start, acts.GO_TO_ISSUER, from_page=False),
                allow_head=False,
            ),
            web.get(
                "/api/desk/oidc/callback",
                strangers(self.callback, acts.SIGN_IN_OIDC, from_page=False),
                allow_head=False,
            ),
        ]

    async def ways(self, _: web.Request, __: Entry) -> web.Response:
        """What the page for signing in offers besides the password: the name of the organisation's own sign-in."""
        return web.json_response({"oidc": self._oidc.provider.name if self._oidc else None})

    async def start(self, request: web.Request, _: Entry) -> web.Response:
        """Send the browser to the issuer."""
        if self._oidc is None:
            raise NotFound("没有设置单位的登录系统")
        try:
            address, flow = await self._oidc.start(self._way_back(request))
        except WenbanError as error:
            return _to_sign_in(error)
        response = web.Response(status=302, headers={"Location": address})
        kept = _fernet(request).encrypt(json.dumps(asdict(flow)).encode()).decode("ascii")
        self._cookie.put(request, response, kept, PATIENCE)
        return response

    async def callback(self, request: web.Request, entry: Entry) -> web.Response:
        """Take the browser back, and begin a session. Whatever goes wrong is said on the page for signing in."""
        if self._oidc is None or self._single_sign_on is None:
            raise NotFound("没有设置单位的登录系统")
        try:
            flow = self._flow(request)
            who = await self._oidc.finish(flow, request.query["code"], self._way_back(request))
            user = entry.user = await self._single_sign_on.user(who)
            entry.subject = user.id
            response = web.Response(status=302, headers={"Location": DESK})
            if self._oidc.provider.second_factor:
                second = Second.PROVIDER
            else:
                second = Second.WAITS if user.second_factor else Second.NONE
            await self._guard.begin(request, response, user, second)
            if second is Second.WAITS:
                response.headers["Location"] = f"{DESK}sign-in?step=code"
        except WenbanError as error:
            log.warning("a sign-in by OpenID Connect failed: %s", error.code, exc_info=error.__cause__)
            entry.problem = error.code
            response = _to_sign_in(error)
        self._cookie.drop(request, response)
        return response

    def _flow(self, request: web.Request) -> Flow:
        """What this browser's cookie keeps.

        Raises:
            Unauthorized: code ``oidc_cancelled``: the person did not go through with it. Code ``oidc_expired``: this
                browser did not begin it, or too long ago.
        """
        if "error" in request.query:
            raise Unauthorized("登录没有完成", code="oidc_cancelled")
        expired = Unauthorized("登录用的时间太长了，请再试一次", code="oidc_expired")
        try:
            kept = _fernet(request).decrypt(
                (self._cookie.read(request) or "").encode(), ttl=round(PATIENCE.total_seconds())
            )
        except InvalidToken:
            raise expired from None
        flow = Flow(**json.loads(kept))
        state, issuer = request.query.get("state", ""), request.query.get("iss")
        same = hmac.compare_digest(state.encode(), flow.state.encode())
        if not same or not request.query.get("code"):
            raise expired
        # Another issuer's answer must not be taken for ours (RFC 9207).
        if self._oidc is not None and issuer is not None and issuer != self._oidc.provider.issuer:
            raise expired
        return flow

    def _way_back(self, request: web.Request) -> str:
        base = self._policy.public_url.rstrip("/") or f"{request.scheme}://{request.host}"
        return f"{base}/api/desk/oidc/callback"


def _to_sign_in(error: WenbanError) -> web.Response:
    return web.Response(status=302, headers={"Location": f"{DESK}sign-in?problem={error.code}"})


def _fernet(request: web.Request) -> Fernet:
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"wenban desk oidc 1").derive(
        request.app[KEY].encode()
    )
    return Fernet(urlsafe_b64encode(derived))
