"""A small OpenID provider on a real server: discovery, keys, authorization with PKCE, and signed ID tokens."""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

from aiohttp import web
from aiohttp.test_utils import TestServer
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from core.clock import now

CLIENT_ID = "wenban desk"
CLIENT_SECRET = "a secret: with %41"
"""Both have characters that must be encoded in the header."""

Sign = Callable[[dict[str, Any]], str]
"""Makes the token of the claims."""


def rsa(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


_FIRST, _OTHER = rsa("k1"), rsa("k1")


def with_another_key(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, _OTHER)


def with_the_secret(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET * 2), ["HS256"])


def with_the_public_key(claims: dict[str, Any]) -> str:
    """The public key taken for a shared secret: the old confusion of algorithms."""

    def part(data: bytes) -> str:
        return urlsafe_b64encode(data).rstrip(b"=").decode()

    # By hand, because the library refuses to.
    head = part(json.dumps({"alg": "HS256", "kid": "k1"}).encode())
    said = f"{head}.{part(json.dumps(claims).encode())}"
    return f"{said}.{part(hmac.digest(_FIRST.as_pem(private=False), said.encode(), 'sha256'))}"


def unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "none"}, claims, OctKey.import_key("x" * 32), ["none"])


def no_token(_: dict[str, Any]) -> str:
    return "no.token.atall"


@dataclass
class IdentityProvider:
    """The provider; a test says who is at the keyboard and what goes wrong.

    Args:
        who: claims of the person who signs in.
        wrong: claims that replace the right ones; None removes one.
        sign: signs tokens.
        basic: whether the client authenticates in the header.
    """

    who: dict[str, Any] = field(
        default_factory=lambda: {"sub": "s-1", "preferred_username": "li.si", "name": "李四"}
    )
    wrong: dict[str, Any] = field(default_factory=dict)
    sign: Sign | None = None
    basic: bool = True
    up: bool = True
    key: RSAKey = field(default_factory=lambda: _FIRST)
    issuer: str = ""
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/.well-known/openid-configuration", self._description),
            web.get("/keys", self._keys),
            web.get("/authorize", self._authorize),
            web.post("/token", self._token),
        ]

    async def _description(self, request: web.Request) -> web.Response:
        self.asked.append("description")
        if not self.up:
            return web.Response(status=503, text="down")
        method = "client_secret_basic" if self.basic else "client_secret_post"
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": [method],
            }
        )

    async def _keys(self, request: web.Request) -> web.Response:
        return web.json_response(KeySet([self.key]).as_dict(private=False))

    async def _authorize(self, request: web.Request) -> web.Response:
        """The person signs in at once. The answer sends the browser back."""
        asked = dict(request.query)
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        raise web.HTTPFound(f"{asked['redirect_uri']}?{back}")

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if self.basic:
            kind, _, value = request.headers.get("Authorization", "").partition(" ")
            client = tuple(map(unquote, b64decode(value).decode().split(":", 1))) if kind == "Basic" else ()
        else:
            client = (str(form.get("client_id")), str(form.get("client_secret")))
        began = self._codes.pop(str(form.get("code")), None)
        if (
            client != (CLIENT_ID, CLIENT_SECRET)
            or began is None
            or form.get("redirect_uri") != began["redirect_uri"]
            or create_s256_code_challenge(str(form.get("code_verifier"))) != began["code_challenge"]
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        moment = int(now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": moment,
            "exp": moment + 300,
            "nonce": began["nonce"],
            **self.who,
            **self.wrong,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        token = (self.sign or self._signed)(kept)
        return web.json_response({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid or ""}, claims, self.key)


@asynccontextmanager
async def identity_provider() -> AsyncIterator[IdentityProvider]:
    """Runs a provider."""
    provider = IdentityProvider()
    app = web.Application()
    app.add_routes(provider.routes())
    async with TestServer(app) as server:
        provider.issuer = str(server.make_url("")).rstrip("/")
        yield provider
