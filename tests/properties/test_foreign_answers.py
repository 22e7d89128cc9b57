"""Whatever another system answers us, it is used or its fault is named; nothing else is raised."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from channels.wechat.api.client import Client
from channels.wechat.api.errors import PlatformError
from channels.wechat.inbound.fetch import fetch_picture
from core.clock import now
from core.database import Database
from core.errors import ConfigurationError, Unauthorized, Unavailable
from desk import ticket_sheet
from desk.devices import COOKIE, Devices
from desk.oidc import Flow, Oidc, Provider
from desk.policy import Policy
from partners.service import Origins
from tests.channels.wechat.senders import ACCOUNT
from tests.properties.words import anything, bodies, few, storable, told, values

urls = st.tuples(
    st.sampled_from(("https://", "http://", "ftp://", "")),
    st.sampled_from(
        ("orders.example.org", "a@orders.example.org", "127.0.0.1", "[::1]", "[", "ORDERS.example.org")
    ),
    st.sampled_from(("", ":8443", ":443", ":99999", ":x")),
    st.sampled_from(("", "/", "/hook", "/hook#part")),
).map("".join)
"""Addresses, right and wrong."""


@dataclass
class Stranger:
    """A server that answers what it is told to.

    Args:
        url: its address.
        answers: path → status and body of the answer; any other path gets ``{}``.
    """

    url: str = ""
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response:
        status, body = self.answers.get(request.path, (200, b"{}"))
        return web.Response(status=status, body=body, content_type="application/json")


@pytest.fixture
async def stranger() -> AsyncIterator[Stranger]:
    made = Stranger()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("/")).rstrip("/")
    yield made
    await server.close()


statuses = st.sampled_from((200, 200, 200, 200, 302, 404, 500))


def answers(*shapes: dict[str, Any]) -> st.SearchStrategy[tuple[int, bytes]]:
    """A status, and a body that is any bytes, any JSON, or one of the shapes with something damaged."""
    return st.tuples(statuses, bodies(*shapes))


@few
@given(st.data())
async def test_any_answer_of_the_platform_is_used_or_an_error_of_the_platform(
    stranger: Stranger, database: Database, data: st.DataObject
) -> None:
    token = {"access_token": "t", "expires_in": 7200}
    stranger.answers = {
        "/cgi-bin/stable_token": data.draw(st.just((200, json.dumps(token).encode())) | answers(token)),
        "/cgi-bin/message/custom/send": data.draw(
            answers({"errcode": 0, "errmsg": "ok"}, {"errcode": 40001})
        ),
        "/cgi-bin/message/custom/typing": data.draw(answers({"errcode": 0})),
        "/customservice/msgrecord/getmsglist": data.draw(
            answers({"recordlist": [{"openid": "o"}], "msgid": 3})
        ),
        "/cgi-bin/media/get": data.draw(answers({"errcode": 40007})),
        "/cgi-bin/message/template/send": data.draw(answers({"errcode": 0, "msgid": 1})),
    }
    async with Client(ACCOUNT, database, stranger.url, timeout_s=5, pause_s=0) as client:
        calls: list[Callable[[], Any]] = [
            lambda: client.send_text("o1", "您好"),
            lambda: client.send_menu("o1", "哪一类？", [("1", "投诉")]),
            lambda: client.typing("o1"),
            lambda: client.records(now() - timedelta(hours=1), now()),
            lambda: client.media("m1"),
            lambda: client.notice("template", {"touser": "o1"}),
        ]
        with contextlib.suppress(PlatformError):
            await data.draw(st.sampled_from(calls))()


@few
@given(st.binary(max_size=80), statuses, anything, st.booleans())
async def test_a_picture_comes_from_the_platform_or_not_at_all(
    stranger: Stranger, body: bytes, status: int, text: str, own: bool
) -> None:
    stranger.answers = {"/p": (status, body)}
    try:
        found = await fetch_picture(f"{stranger.url}/p" if own else text, urlsplit(stranger.url), 5)
    except PlatformError:
        return
    assert own and found == body and status == 200


@few
@given(st.data())
async def test_any_answer_of_the_issuer_lets_nobody_in(stranger: Stranger, data: st.DataObject) -> None:
    places = {
        "issuer": stranger.url,
        "authorization_endpoint": f"{stranger.url}/start",
        "token_endpoint": f"{stranger.url}/token",
        "jwks_uri": f"{stranger.url}/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }
    key = {"kty": "oct", "k": "c2VjcmV0", "kid": "1"}
    whole = st.just((200, json.dumps(places).encode()))
    other = data.draw(
        st.sampled_from([*places]).flatmap(
            lambda name: (urls | anything | values).map(lambda one: {**places, name: one})
        )
    )
    stranger.answers = {
        "/.well-known/openid-configuration": data.draw(
            whole | st.just((200, json.dumps(other).encode())) | answers(places)
        ),
        "/keys": data.draw(answers({"keys": [key]}, {"keys": []})),
        "/token": data.draw(answers({"id_token": "a.b.c", "access_token": "t"})),
    }
    ours = Oidc(Provider(stranger.url, "us", "secret"))
    with contextlib.suppress(Unavailable):
        address, _ = await ours.start("https://example.org/back")
        assert urlsplit(address).scheme in ("http", "https")
    with pytest.raises((Unavailable, Unauthorized)):
        await ours.finish(Flow("state", "nonce", "verifier"), "code", "https://example.org/back")


@few
@given(st.lists(urls | anything, max_size=3), urls | anything)
def test_a_webhook_goes_only_to_an_origin_that_was_set(origins: list[str], url: str) -> None:
    try:
        ours = Origins(origins)
    except ConfigurationError as error:
        assert "WENBAN_PARTNER_ORIGINS" in str(error)
        return
    if ours.allows(url):
        at = urlsplit(url)
        assert any(
            urlsplit(one).hostname == at.hostname and urlsplit(one).scheme == at.scheme for one in origins
        )
        assert at.username is None


@few
@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")), anything)
def test_a_cookie_of_another_hand_makes_no_browser_known(cookie: str, username: str) -> None:
    devices = Devices("session-key", Policy())
    request = make_mocked_request("GET", "/", headers={"Cookie": f"{COOKIE}={cookie}"})
    assert devices.known(request, username) == ""
    answer = web.Response()
    devices.remember(request, answer, username)
    kept = answer.cookies[COOKIE].value
    again = make_mocked_request("GET", "/", headers={"Cookie": f"{COOKIE}={kept}"})
    assert devices.known(again, username)


words = told | storable | st.just("<script>x</script><img src=y onerror=z>'\"><b>")


@few
@given(
    st.fixed_dictionaries(
        dict.fromkeys(
            ("state", "type", "content", "public_reply", "contact_name", "address", "subject"), words
        )
    ),
    st.lists(
        st.fixed_dictionaries(
            {"at": st.just("2026-11-30T09:00:00+08:00"), "actor": words, "action": words, "note": words}
        ),
        max_size=3,
    ),
    words,
)
def test_a_printed_sheet_holds_nobodys_mark_up(
    ticket: dict[str, str], events: list[dict[str, str]], reader: str
) -> None:
    more = {
        "number": "HN2026113000001",
        "due": {"steps": []},
        "details": [{"label": reader, "value": reader}],
        "photos": [reader],
    }
    made = ticket_sheet.page("淮南市", {**ticket, **more}, events, reader, now())
    tags, attributes = _parts(made.split("<body>")[1].split("</body>")[0])
    assert tags <= {
        "h1",
        "h2",
        "p",
        "b",
        "span",
        "div",
        "br",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "img",
    }
    assert attributes <= {"src", "alt", "class"}


def _parts(page: str) -> tuple[set[str], set[str]]:
    """Names of the tags and attributes that a browser finds in a page."""
    tags: set[str] = set()
    attributes: set[str] = set()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, found: (tags.add(tag), attributes.update(name for name, _ in found))  # type: ignore[method-assign,assignment]
    parser.feed(page)
    return tags, attributes
