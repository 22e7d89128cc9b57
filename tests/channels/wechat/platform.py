"""The WeChat platform's side of the protocol, for tests: it signs, encrypts and repeats pushes, and reads replies.

It encrypts with wechatpy's ``WeChatCrypto`` and not with the code under test, so each checks the other.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import xmltodict
from aiohttp import web
from aiohttp.test_utils import TestClient
from wechatpy.crypto import WeChatCrypto

from tests.channels.wechat.api import Api

PAYLOADS = Path(__file__).parent / "payloads"
"""Folder of pushes of every kind."""
HOSTILE = Path(__file__).parent / "hostile"
"""Folder of pushes made to harm the app."""
ACCOUNT = "gh_0123456789ab"
"""The account's own id in pushes (``ToUserName``)."""
CITIZEN = "oTEST_citizen-0000000000001"
"""Openid of the citizen."""
TOKEN = "testtoken"
"""Token that signs requests."""
APP_ID = "wx0123456789abcdef"
"""App id of the accounts that do not push."""
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
"""AES key of the accounts that encrypt."""
OLD_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
"""The AES key before it was changed; still accepted."""

_msg_ids = itertools.count(24_600_000_000_000_000)


@dataclass(frozen=True)
class Said:
    """The app's answer to one delivery."""

    status: int
    body: str
    text: str | None
    """Text of the passive reply; None when there was none."""
    to: str | None = None
    encrypted: bool = False


def payload(name: str) -> bytes:
    """A push in the platform's format, by the name of its file, for example ``text`` or ``event_SCAN``."""
    return (PAYLOADS / f"{name}.xml").read_bytes()


def text_xml(text: str, *, user: str = CITIZEN, message_id: int | str | None = None) -> bytes:
    """The push of a text message; it is a new message unless ``message_id`` is given."""
    number = next(_msg_ids) if message_id is None else message_id
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>{number}</MsgId></xml>"
    ).encode()


def to_json(xml: bytes) -> bytes:
    """The same push as an account set to JSON receives it: with real numbers, and without escaped characters."""
    fields = xmltodict.parse(xml)["xml"]
    numbers = {"CreateTime", "MsgId", "MsgID"}
    # Only lists are nested. In JSON their enclosing element is left out, and a list of one item is just the item.
    for name, held in list(fields.items()):
        if isinstance(held, dict):
            del fields[name]
            fields |= {"List": held["List"]} if "List" in held else {}
    typed = {name: int(v) if name in numbers else v or "" for name, v in fields.items()}
    return json.dumps(typed, ensure_ascii=False).encode()


class Platform:
    """Pushes to one account of the app under test.

    Args:
        holds: gets an item each time the app begins to hold a delivery.
    """

    def __init__(
        self,
        client: TestClient[web.Request, web.Application],
        *,
        mode: str = "plain",
        path: str = "/wechat/main",
        token: str = TOKEN,
        app_id: str = APP_ID,
        key: str = KEY,
        as_json: bool = False,
        api: Api | None = None,
        holds: asyncio.Queue[str] | None = None,
    ) -> None:
        self.client = client
        self.mode = mode
        self.path = path
        self.token = token
        self.crypto = WeChatCrypto(token, key, app_id)
        self.as_json = as_json
        self.api = api
        self.holds = holds or asyncio.Queue()

    def signed(self, *more: str, age_s: float = 0) -> dict[str, str]:
        """``timestamp``, ``nonce``, and the signature over both and ``more``; ``age_s`` dates them back by seconds."""
        timestamp, nonce = str(int(time.time() - age_s)), "1514711492"
        joined = "".join(sorted([self.token, timestamp, nonce, *more]))
        return {
            "timestamp": timestamp,
            "nonce": nonce,
            "signature": hashlib.sha1(joined.encode()).hexdigest(),
        }

    def request(self, body: bytes, *, age_s: float = 0) -> tuple[dict[str, str], bytes]:
        """Query and body of one push, in the form of the account's mode."""
        query = {**self.signed(age_s=age_s), "openid": CITIZEN}
        if self.as_json:
            body = to_json(body)
        if self.mode == "plain":
            return query, body
        envelope = xmltodict.parse(self.crypto.encrypt_message(body, query["nonce"], query["timestamp"]))[
            "xml"
        ]
        query |= {"encrypt_type": "aes", "msg_signature": envelope["MsgSignature"]}
        if self.as_json:
            whole = json.loads(body) if self.mode == "compatible" else {"ToUserName": ACCOUNT}
            return query, json.dumps({**whole, "Encrypt": envelope["Encrypt"]}).encode()
        encrypt = f"<Encrypt><![CDATA[{envelope['Encrypt']}]]></Encrypt>"
        if self.mode == "compatible":
            return query, body.strip().removesuffix(b"</xml>") + encrypt.encode() + b"</xml>"
        return query, f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>{encrypt}</xml>".encode()

    async def push(self, body: bytes, *, age_s: float = 0) -> Said:
        """Deliver once. Returns the answer."""
        query, data = self.request(body, age_s=age_s)
        if self.api is not None:
            self._step(body)
        timeout = aiohttp.ClientTimeout(total=30)
        async with self.client.post(self.path, params=query, data=data, timeout=timeout) as response:
            return self.read(response.status, await response.text())

    async def drop(self, body: bytes) -> None:
        """Deliver once and drop the connection as soon as the app holds it; fails when the app answers instead."""
        assert await self._held(body) is None, "the app gave an answer"

    async def insist(self, body: bytes) -> Said | None:
        """Deliver up to three times, dropping the connection each time the app holds it."""
        for _ in range(3):
            if (said := await self._held(body)) is not None:
                return said
        return None  # The real platform would now show 该公众号暂时无法提供服务.

    async def _held(self, body: bytes) -> Said | None:
        """Deliver once. Returns the answer, or drops the connection and returns None when the app holds it."""
        held = asyncio.create_task(self.holds.get())
        push = asyncio.create_task(self.push(body))
        await asyncio.wait({held, push}, return_when=asyncio.FIRST_COMPLETED)
        if push.done():
            held.cancel()
            return push.result()
        push.cancel()
        await asyncio.wait({push})
        return None

    def _step(self, body: bytes) -> None:
        """Tell the API about this message or event, which allows the account to send messages."""
        assert self.api is not None
        fields = xmltodict.parse(body)["xml"]
        action = {"subscribe": "event", "SCAN": "event", "CLICK": "event", "user_enter_tempsession": "enter"}
        if fields["MsgType"] != "event":
            self.api.step(fields["FromUserName"])
        elif fields["Event"] in action:
            self.api.step(fields["FromUserName"], action[fields["Event"]])

    async def say(self, text: str, *, user: str = CITIZEN, message_id: int | str | None = None) -> Said:
        """Deliver a text once."""
        return await self.push(text_xml(text, user=user, message_id=message_id))

    def read(self, status: int, body: str) -> Said:
        """Read an answer, as strictly as the platform does."""
        if status != 200 or body in ("success", ""):
            return Said(status, body, None)
        fields: dict[str, Any] = json.loads(body) if self.as_json else xmltodict.parse(body)["xml"]
        encrypted = "Encrypt" in fields
        if encrypted:
            opened = self.crypto.decrypt_message(
                {"Encrypt": fields["Encrypt"]},
                fields["MsgSignature"],
                str(fields["TimeStamp"]),
                fields["Nonce"],
            )
            fields = json.loads(opened) if self.as_json else xmltodict.parse(opened)["xml"]
        assert fields["MsgType"] == "text", fields
        assert fields["FromUserName"] == ACCOUNT
        assert len(fields["Content"].encode()) <= 2048
        return Said(status, body, fields["Content"], fields["ToUserName"], encrypted)
