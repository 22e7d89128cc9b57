"""A stand-in for WeChat's API over real HTTP: it applies the platform's rules for tokens and sending, and fails on demand.

Formats and numbers are from https://developers.weixin.qq.com/doc/service/api/. How many messages may be sent is counted
here as the platform describes it (a citizen's step sets the number and the time limit, and steps do not add up), and
not as the code under test counts it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiohttp import web

PUSHING_ID = "wx00000000pushing0"
"""App id of the official accounts that push messages."""
MINI_ID = "wx0000000000mini00"
"""App id of the mini programs."""
SECRET = "0123456789abcdef0123456789abcdef"
"""App secret of all accounts."""
TEXT_LIMIT = 2048
"""Most bytes of UTF-8 in a message."""
MENU_LIMIT = 10
"""Most items of a message's menu."""


@dataclass
class Fault:
    """What goes wrong with the next calls of one path.

    Args:
        errcode: the error code to answer with; the call has no effect.
        status: the HTTP status to answer with; the call has no effect.
        lost: the call takes effect, but its answer never arrives.
        slow_s: seconds by which the answer is late.
        times: number of calls that fail.
        openid: only calls about this citizen fail; empty: calls about any citizen.
        kind: only messages of this ``msgtype`` fail; empty: any.
    """

    errcode: int = 0
    status: int = 0
    lost: bool = False
    slow_s: float = 0
    times: int = 1
    openid: str = ""
    kind: str = ""


@dataclass
class Allowance:
    """What may be sent to one citizen.

    Args:
        left: number of messages.
        until: end of the time for them, as :func:`time.time` counts.
    """

    left: int
    until: float


@dataclass
class Api:
    """One platform, for use in ``async with``: how it behaves, and what it was sent."""

    host: str = "127.0.0.1"
    port: int = 0
    token_lasts_s: int = 7200
    token_takes_s: float = 0.0
    records: bool = True
    quota: bool = True
    """Whether the time limits and numbers of messages are applied; otherwise everything may be sent."""
    menus: bool = True

    sent: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    consents: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(openid, template) → number of subscription messages the citizen still agrees to get."""
    lasting: set[str] = field(default_factory=set)
    """Templates for which a citizen's consent is not used up by a message."""
    typing: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    media: dict[str, bytes] = field(default_factory=dict)
    menu: dict[str, Any] | None = None
    tokens: dict[str, str] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    _faults: dict[str, list[Fault]] = field(default_factory=dict)
    _allowed: dict[str, Allowance] = field(default_factory=dict)
    _notice_ids: dict[tuple[str, str], int] = field(default_factory=dict)
    _record: list[dict[str, Any]] = field(default_factory=list)
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def __aenter__(self) -> Api:
        app = web.Application(client_max_size=20 * 2**20)
        app.router.add_post("/cgi-bin/stable_token", self._stable_token)
        app.router.add_get("/picture/{name}", self._picture)
        app.router.add_route("*", "/{path:.*}", self._call)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def step(self, openid: str, action: str = "message") -> None:
        """A citizen does something: the number and the time limit become the larger of the old and the action's own."""
        count, lasts = {"message": (5, 48 * 3600), "enter": (2, 60)}.get(action, (3, 60))
        before = self._allowed.get(openid, Allowance(0, 0))
        left = before.left if before.until > time.time() else 0
        self._allowed[openid] = Allowance(max(left, count), max(before.until, time.time() + lasts))

    def close_window(self, openid: str) -> None:
        self._allowed.pop(openid, None)

    def fail(self, path: str, **what: Any) -> None:
        """Let the next calls of ``path`` fail; the arguments are those of :class:`Fault`."""
        self._faults.setdefault(path, []).append(Fault(**what))

    def expire_tokens(self) -> None:
        """Refuse every token given out so far."""
        self.tokens.clear()

    def texts(self, openid: str | None = None) -> list[str]:
        """The texts that reached citizens (or one of them), in order."""
        return [shown(m) for m in self.sent if openid in (None, m["touser"])]

    async def _stable_token(self, request: web.Request) -> web.Response:
        self.calls["stable_token"] += 1
        fault = self._fault("/cgi-bin/stable_token")
        if fault is not None:
            return await self._broken(request, fault)
        body = await request.json()
        if body.get("grant_type") != "client_credential":
            return _error(40002)
        if body.get("secret") != SECRET:
            return _error(40125)
        await asyncio.sleep(self.token_takes_s)
        app_id = body["appid"]
        live = [token for token, owner in self.tokens.items() if owner == app_id]
        if live and not body.get("force_refresh"):
            token = live[-1]
        else:
            self.calls["new_token"] += 1
            token = f"TOKEN-{app_id}-{self.calls['new_token']}"
            if body.get("force_refresh"):
                self.tokens = {t: o for t, o in self.tokens.items() if o != app_id}
            self.tokens[token] = app_id
        return web.json_response({"access_token": token, "expires_in": self.token_lasts_s})

    async def _call(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self.calls[path] += 1
        fault = self._fault(path, await request.read())
        if fault is not None and not fault.lost and not fault.slow_s:
            return await self._broken(request, fault)
        app_id = self.tokens.get(request.query.get("access_token", ""))
        if app_id is None:
            return self._refuse(42001)
        raw = await request.read()
        assert b"\\u" not in raw, "escaped text is shown to the citizen as it stands"
        body = json.loads(raw) if raw else {}
        answer = {
            "/cgi-bin/message/custom/send": self._send,
            "/cgi-bin/message/custom/typing": self._typing,
            "/customservice/msgrecord/getmsglist": self._records,
            "/cgi-bin/menu/create": self._menu_create,
            "/cgi-bin/message/template/send": self._template,
            "/cgi-bin/message/subscribe/bizsend": partial(self._subscribe, tells_id=False),
            "/cgi-bin/message/subscribe/send": partial(self._subscribe, tells_id=True),
        }.get(path)
        response = answer(body) if answer is not None else self._read(path, request)
        if fault is not None:
            return await self._broken(request, fault, response)
        return response

    def _read(self, path: str, request: web.Request) -> web.Response:
        if path == "/cgi-bin/media/get":
            found = self.media.get(request.query["media_id"])
            return web.Response(body=found, content_type="image/jpeg") if found else self._refuse(40007)
        if path == "/cgi-bin/menu/get":
            return web.json_response({"menu": self.menu}) if self.menu else self._refuse(46003)
        if path == "/cgi-bin/get_api_domain_ip":
            return web.json_response({"ip_list": ["101.226.62.77"]})
        return self._refuse(40066)

    def _send(self, message: dict[str, Any]) -> web.Response:
        openid = message["touser"]
        allowed = self._allowed.get(openid)
        if self.quota and (allowed is None or allowed.until < time.time()):
            return self._refuse(45015)
        if self.quota and allowed is not None and allowed.left < 1:
            return self._refuse(45047)
        if message["msgtype"] not in ("text", "msgmenu") or (
            message["msgtype"] == "msgmenu" and not self.menus
        ):
            return self._refuse(40008)
        if message["msgtype"] == "msgmenu" and len(message["msgmenu"]["list"]) > MENU_LIMIT:
            return self._refuse(45098)
        if len(shown(message).encode()) > TEXT_LIMIT:
            return self._refuse(45002)
        if allowed is not None:
            allowed.left -= 1
        self.sent.append(message)
        self._record.append(
            {
                "openid": openid,
                "opercode": 2002,
                "text": shown(message),
                "time": int(time.time()),
                "worker": "",
            }
        )
        return _ok()

    def _typing(self, body: dict[str, Any]) -> web.Response:
        assert body["command"] == "Typing"
        self.typing.append(body["touser"])
        return _ok()

    def _records(self, body: dict[str, Any]) -> web.Response:
        if not self.records:
            return self._refuse(65400)
        if body["endtime"] - body["starttime"] > 24 * 3600:
            return self._refuse(65417)
        found = [line for line in self._record if body["starttime"] <= line["time"] <= body["endtime"]]
        return web.json_response({"recordlist": found, "number": len(found), "msgid": 1 + len(found)})

    def _menu_create(self, body: dict[str, Any]) -> web.Response:
        self.menu = body
        return _ok()

    def _template(self, body: dict[str, Any]) -> web.Response:
        key = (body["touser"], body.get("client_msg_id", ""))
        if not key[1] or key not in self._notice_ids:
            self._notice_ids[key] = 200_163_836 + len(self._notice_ids)
            self.notices.append(body)
        return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": self._notice_ids[key]})

    def _subscribe(self, body: dict[str, Any], *, tells_id: bool) -> web.Response:
        key = (body["touser"], body["template_id"])
        if self.consents[key] < 1:
            return self._refuse(43101)
        if body["template_id"] not in self.lasting:
            self.consents[key] -= 1
        self.notices.append(body)
        number = 1_700_827_132_819_554_303 + len(self.notices)
        return web.json_response({"errcode": 0, "errmsg": "ok"} | ({"msgid": number} if tells_id else {}))

    async def _picture(self, request: web.Request) -> web.Response:
        found = self.media.get(request.match_info["name"])
        return web.Response(body=found, content_type="image/jpeg") if found else web.Response(status=404)

    def _fault(self, path: str, body: bytes = b"{}") -> Fault | None:
        waiting = self._faults.get(path, [])
        about = json.loads(body) if body and any(one.openid or one.kind for one in waiting) else {}
        for fault in waiting:
            if fault.openid in ("", about.get("touser")) and fault.kind in ("", about.get("msgtype")):
                fault.times -= 1
                if fault.times < 1:
                    waiting.remove(fault)
                return fault
        return None

    async def _broken(
        self, request: web.Request, fault: Fault, response: web.Response | None = None
    ) -> web.StreamResponse:
        if fault.slow_s:
            await asyncio.sleep(fault.slow_s)
            return response or _ok()
        if fault.lost:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault.errcode:
            return self._refuse(fault.errcode)
        return web.Response(status=fault.status, text="<html>bad gateway</html>")

    def _refuse(self, errcode: int) -> web.Response:
        self.refused.append(errcode)
        return _error(errcode)


def shown(message: dict[str, Any]) -> str:
    """The text of a message as the citizen reads it."""
    if message["msgtype"] == "text":
        return str(message["text"]["content"])
    menu = message["msgmenu"]
    return "\n".join([menu["head_content"], *(one["content"] for one in menu["list"])])


def _ok() -> web.Response:
    return web.json_response({"errcode": 0, "errmsg": "ok"})


def _error(errcode: int) -> web.Response:
    # Like the platform: status 200, and the content type of plain text.
    return web.Response(text=json.dumps({"errcode": errcode, "errmsg": f"error {errcode} rid: 0"}))
