"""Who dribbles is ended: many connections that send byte by byte hold nobody else up."""

from __future__ import annotations

import selectors
import socket
import time

import httpx

from core.bodies import BODY_S, HEADERS_S
from tests.system import System

SLOW = {
    "nothing": (b"", b""),
    "first line": (b"GET /api/web/", b"x"),
    "headers": (b"GET /healthz HTTP/1.1\r\nHost: one\r\n", b"X-A: b\r\n"),
    "second request": (b"GET /healthz HTTP/1.1\r\nHost: one\r\n\r\nGET /", b"x"),
    "sign-in": (
        b"POST /api/desk/login HTTP/1.1\r\nHost: one\r\nContent-Length: 900\r\nX-Requested-With: x\r\n"
        b"Content-Type: application/json\r\n\r\n",
        b" ",
    ),
}
"""What a client sends first, and then once a second for as long as it is let."""


def test_a_client_that_dribbles_is_ended_whatever_it_dribbles(system: System) -> None:
    port, most = system.settings.port, max(BODY_S, HEADERS_S) + 5
    lines = {name: socket.create_connection(("127.0.0.1", port)) for name in SLOW}
    ended: dict[str, float] = {}
    began = time.monotonic()
    with selectors.DefaultSelector() as ready:
        for name, line in lines.items():
            line.sendall(SLOW[name][0])
            line.setblocking(False)
            ready.register(line, selectors.EVENT_READ, name)
        beat = began
        while len(ended) < len(lines) and time.monotonic() - began < most:
            for key, _ in ready.select(1.0):
                try:
                    over = not key.fileobj.recv(65_536)  # type: ignore[union-attr]
                except OSError:
                    over = True
                if over:
                    ended[key.data] = time.monotonic() - began
                    ready.unregister(key.fileobj)
            if time.monotonic() - beat >= 1:
                beat = time.monotonic()
                for name, line in lines.items():
                    if name not in ended:
                        try:
                            line.send(SLOW[name][1])
                        except OSError:
                            ended[name] = time.monotonic() - began
                            ready.unregister(line)
                assert httpx.get(f"{system.url}/healthz").status_code == 200
    for line in lines.values():
        line.close()
    assert sorted(ended) == sorted(SLOW), ended
