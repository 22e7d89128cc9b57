"""Whatever is sent to any address by anybody, the answer is a refusal in words or what was asked for, and never a fault of ours."""

from __future__ import annotations

import inspect
import logging
import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from aiohttp import WSServerHandshakeError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from channels.web.socket import PROTOCOL, TOKEN
from core.ids import new_id
from desk.roles import Role
from tests.properties.shapes import plausible
from tests.properties.words import anything, bodies, few, told
from tests.service.conftest import NOBODY, OURS, Desk
from tests.service.test_roles_and_routes import ROUTES

_ENDING = re.compile(r"/logout$|end_others$|desk/password$|forget$")
"""Addresses after which an account or a visitor is signed out."""
_TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/xml",
    "image/png",
)
many = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


def shapes(handler: Any) -> list[dict[str, Any]]:
    """An object for each model that a handler's code names."""
    function = inspect.unwrap(getattr(handler, "__func__", handler))
    try:
        said = inspect.getsource(function)
    except (OSError, TypeError):
        return []
    known = {**getattr(function, "__globals__", {}), **inspect.getclosurevars(function).nonlocals}
    found = [known.get(name) for name in sorted(set(re.findall(r"\b[A-Za-z_]\w+\b", said)))]
    return [plausible(one) for one in found if inspect.isclass(one) and issubclass(one, BaseModel)]


_made: dict[int, dict[str, list[str]]] = {}
"""Desk → role → what there is."""


async def _there(desk: Desk, role: str) -> list[str]:
    """A conversation, a ticket and an account of WeChat, made once for each role."""
    made = _made.setdefault(id(desk), {})
    if role not in made:
        whose = "own" if role in (Role.AGENT, Role.SUPERVISOR) else "waiting"
        made[role] = [await desk.conversation(whose, role), await desk.ticket("own"), "main"]
    return made[role]


async def _token(desk: Desk) -> str:
    """A visitor's token, made once."""
    made = _made.setdefault(id(desk), {})
    if "token" not in made:
        answer = await desk.clients[NOBODY].post("/api/web/session", json={}, headers=OURS)
        made["token"] = [(await answer.json())["token"]]
    return made["token"][0]


@pytest.mark.slow
@many
@given(st.data())
async def test_no_request_is_a_fault_of_ours(
    desk: Desk, caplog: pytest.LogCaptureFixture, data: st.DataObject
) -> None:
    routes = [
        one
        for one in desk.app.router.routes()
        if one.resource
        and one.method in ("GET", "POST")
        and not _ENDING.search(one.resource.canonical)
        and not one.resource.canonical.endswith(("/socket", "/live"))
    ]
    route = data.draw(st.sampled_from(routes))
    assert route.resource is not None
    allowed = ROUTES[f"{route.method} {route.resource.canonical}"]
    inside = sorted(allowed) if isinstance(allowed, set) else [NOBODY]
    role = data.draw(st.sampled_from([*inside, *inside, NOBODY]))
    known = await _there(desk, role)
    parts = st.sampled_from([*known, new_id(), "x"]) | anything
    path = re.sub(
        r"\{\w+\}",
        lambda _: quote(data.draw(parts), safe="", errors="surrogatepass") or "x",
        route.resource.canonical,
    )
    fitting = shapes(route.handler)
    names = sorted({name for one in fitting for name in one} | {"q", "limit", "after"})
    query = data.draw(st.dictionaries(st.sampled_from(names), told | anything, max_size=2))
    headers = {
        **OURS,
        "Content-Type": data.draw(st.sampled_from(_TYPES)),
        "Authorization": f"Bearer {await _token(desk)}",
    }
    body = data.draw(bodies(*(fitting or [{}]))) if route.method == "POST" else None
    address = f"{path}?{urlencode(query, errors='surrogatepass')}" if query else path
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        answer = await desk.clients[role].request(
            route.method, address, data=body, headers=headers, allow_redirects=False
        )
        await answer.read()
    assert answer.status < 500 or answer.status == 503, (role, route.method, address, body)
    assert [one.getMessage() for one in caplog.records if one.exc_info] == []


frames = st.lists(
    anything
    | st.binary(max_size=40)
    | bodies(
        {"type": "message", "client_id": "c-1", "text": "您好"},
        {"type": "beat", "idle_s": 3},
        {"type": "typing"},
        {"type": "ping"},
        {"type": "seen", "seq": 1},
    ).map(lambda raw: raw.decode("utf-8", "replace")),
    max_size=6,
)


@pytest.mark.slow
@few
@given(frames, st.booleans())
async def test_no_frame_is_a_fault_of_ours(
    desk: Desk, caplog: pytest.LogCaptureFixture, sent: list[str | bytes], at_desk: bool
) -> None:
    caplog.clear()
    client = desk.clients[Role.AGENT if at_desk else NOBODY]
    protocols: tuple[str, ...] = ()
    if not at_desk:
        protocols = (PROTOCOL, TOKEN + await _token(desk))
    address = "/api/desk/live" if at_desk else "/api/web/socket"
    with caplog.at_level(logging.ERROR):
        try:
            async with client.ws_connect(address, protocols=protocols) as socket:
                for frame in sent:
                    if isinstance(frame, bytes):
                        await socket.send_bytes(frame)
                    else:
                        await socket.send_str(frame.encode("utf-8", "replace").decode())
        except WSServerHandshakeError as error:
            assert error.status == 429  # so many sockets in a minute
        except ConnectionError:
            pass  # closed, because of what came before
    assert [one.getMessage() for one in caplog.records if one.exc_info] == []
