"""A telephone system that sends signed messages to a real server."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient

from channels.phone.service import PATH
from core.clock import local, now
from core.signatures import sign

SECRET = "a secret of both sides, long enough 0123"
PAYLOADS = Path(__file__).with_name("payloads")


@dataclass
class Cti:
    """The telephone system."""

    client: TestClient[web.Request, web.Application]
    secret: str = SECRET

    async def send(
        self, body: bytes, delivery: str | None = None, *, at: datetime | None = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Send a body as it is, signed; the status and the answer."""
        sent = {
            "Wenban-Signature": sign(self.secret, body, at or now()),
            "Wenban-Delivery": delivery or str(uuid.uuid4()),
            **headers,
        }
        async with self.client.post(PATH, data=body, headers=sent) as response:
            return response.status, await response.json()

    async def tell(
        self, event: str, call: str = "c-1", number: str = "13800000000", **more: Any
    ) -> dict[str, Any]:
        """Tell what happened to a call now; the answer."""
        told = {"event": event, "call": call, "at": now().isoformat(), "number": number, **more}
        status, found = await self.send(json.dumps(told, ensure_ascii=False).encode())
        assert status == 200, found
        return found


def payload(name: str) -> bytes:
    """A captured message, as if it came of a call of yesterday: messages of calls that are over a year old are refused."""
    yesterday = local(now()).date() - timedelta(days=1)
    return (PAYLOADS / f"{name}.json").read_bytes().strip().replace(b"2026-11-30T", f"{yesterday}T".encode())
