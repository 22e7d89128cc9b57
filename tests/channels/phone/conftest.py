"""A telephone system that sends signed messages to a real server."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient

from channels.phone.service import PATH
from core.clock import now
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
    """A captured message."""
    return (PAYLOADS / f"{name}.json").read_bytes().strip()
