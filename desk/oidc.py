"""Signing in through the organisation's own sign-in: OpenID Connect, authorization code flow with PKCE.

The exchange of the code is between the two servers. The ID token counts only with a signature of the issuer's keys, for
this client, not expired, and with the nonce that this browser's sign-in began with.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from core.clock import now
from core.errors import Unauthorized, Unavailable

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures that are accepted: only those with a private key at the issuer, never ``none`` or a shared secret."""
KEEP_S = 3600
"""Seconds for which the issuer's description and keys are kept."""
LEEWAY_S = 60
"""Seconds by which the issuer's clock may differ."""
MAX_ANSWER = 1_000_000
"""Most bytes of an answer of the issuer."""


@dataclass(frozen=True)
class Provider:
    """The organisation's own sign-in.

    Args:
        issuer: its name, an address.
        client_id: the desk's id there.
        client_secret: the desk's secret there.
        name: what the button says after 用.
        username_claim: claim of the ID token that holds the desk's username.
        new_role: role of the account made for somebody who has none; empty: none is made.
        second_factor: whether it checks a second factor itself.
    """

    issuer: str
    client_id: str
    client_secret: str
    name: str = "单位账号"
    username_claim: str = "preferred_username"
    new_role: str = ""
    second_factor: bool = False


@dataclass(frozen=True)
class Flow:
    """What the browser's cookie keeps between the way there and the way back.

    Args:
        state: returns in the address. It shows that this browser began the sign-in.
        nonce: returns in the ID token. It shows that the token was made for this sign-in.
        verifier: proves to the issuer that who has the code is who began (PKCE, RFC 7636).
    """

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Who has signed in at the issuer.

    Args:
        issuer: the issuer.
        subject: its id of the person, which never changes and is never given to another.
        username: what the claim says; empty when it says nothing.
        display_name: the person's name; empty when it is not told.
    """

    issuer: str
    subject: str
    username: str
    display_name: str


class Oidc:
    """A client of one issuer.

    Args:
        provider: the issuer.
    """

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._description: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at = -float(KEEP_S)

    async def start(self, redirect_uri: str) -> tuple[str, Flow]:
        """Begin a sign-in. Returns the address at the issuer, and what to keep meanwhile.

        Raises:
            Unavailable: code ``oidc_unavailable``; the issuer can't be reached or answers nonsense.
        """
        await self._read()
        flow = Flow(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        query = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile",
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": create_s256_code_challenge(flow.verifier),
            "code_challenge_method": "S256",
        }
        address: str = self._description["authorization_endpoint"]
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}", flow

    async def finish(self, flow: Flow, code: str, redirect_uri: str) -> Identity:
        """Exchange the code for the ID token, and check it.

        Args:
            flow: what :meth:`start` returned for this browser.
            code: from the address on the way back.
            redirect_uri: the one given to :meth:`start`.

        Raises:
            Unavailable: code ``oidc_unavailable``.
            Unauthorized: code ``oidc_refused``; the issuer refuses the code, or its token does not hold.
        """
        await self._read()
        answer = await self._exchange(flow, code, redirect_uri)
        claims = await self._checked(str(answer.get("id_token", "")), flow.nonce, answer.get("access_token"))
        username, shown = claims.get(self.provider.username_claim), claims.get("name")
        return Identity(
            self.provider.issuer,
            claims["sub"],
            username if isinstance(username, str) else "",
            shown if isinstance(shown, str) else "",
        )

    async def _exchange(self, flow: Flow, code: str, redirect_uri: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": flow.verifier,
        }
        headers = {}
        known = self._description.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in known:
            # Both parts are encoded as in a form first (RFC 6749, section 2.3.1).
            parts = (quote(part, safe="") for part in (self.provider.client_id, self.provider.client_secret))
            headers["Authorization"] = aiohttp.encode_basic_auth(*parts)
        else:
            form |= {"client_id": self.provider.client_id, "client_secret": self.provider.client_secret}
        status, answer = await _ask("POST", self._description["token_endpoint"], data=form, headers=headers)
        if status != 200:
            raise Unauthorized("单位的登录系统没有认可这次登录，请再试一次", code="oidc_refused")
        return answer

    async def _checked(self, token: str, nonce: str, access_token: object) -> CodeIDToken:
        try:
            try:
                found = jwt.decode(token, self._keys_now(), ALGORITHMS)
            except (JoseError, ValueError):
                await self._read(again=True)  # the issuer may have new keys
                found = jwt.decode(token, self._keys_now(), ALGORITHMS)
            claims = CodeIDToken(
                found.claims,
                found.header,
                {
                    "iss": {"essential": True, "value": self.provider.issuer},
                    "aud": {"essential": True, "value": self.provider.client_id},
                },
                {"nonce": nonce, "client_id": self.provider.client_id, "access_token": access_token},
            )
            claims.validate(now=int(now().timestamp()), leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise Unauthorized(
                "单位的登录系统给的凭证不对，请再试一次，还不行请告诉管理员", code="oidc_refused"
            ) from error
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise Unauthorized("单位的登录系统没有说是谁，请告诉管理员", code="oidc_refused")
        return claims

    def _keys_now(self) -> KeySet:
        if self._keys is None:
            raise _unavailable()
        return self._keys

    async def _read(self, *, again: bool = False) -> None:
        """Read the issuer's description and keys, unless they are known."""
        if not again and time.monotonic() - self._read_at < KEEP_S:
            return
        issuer = self.provider.issuer
        status, found = await _ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        places = [found.get(name) for name in names]
        if status != 200 or found.get("issuer") != issuer or not all(map(_safe, places)):
            raise _unavailable()
        status, keys = await _ask("GET", found["jwks_uri"])
        try:
            self._keys = KeySet.import_key_set(keys)  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _unavailable() from error
        self._description, self._read_at = found, time.monotonic()


async def _ask(method: str, address: str, **options: Any) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of an answer of the issuer. Redirects are not followed."""
    timeout = aiohttp.ClientTimeout(total=10)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers={"Accept": "application/json"}) as session,
            session.request(method, address, allow_redirects=False, **options) as response,
        ):
            text = b""
            async for part in response.content.iter_chunked(65_536):
                text += part
                if len(text) > MAX_ANSWER:
                    raise _unavailable()
            found = json.loads(text)
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError, RecursionError) as error:
        raise _unavailable() from error
    return response.status, found if isinstance(found, dict) else {}


def _safe(address: object) -> bool:
    """Whether an address is one of https, or of this machine."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https"
        or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"))
    )


def _unavailable() -> Unavailable:
    return Unavailable(
        "单位的登录系统现在连不上，请稍后再试，或者用坐席台的密码登录", code="oidc_unavailable"
    )
