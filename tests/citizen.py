"""A citizen who uses the web channel over REST: sends messages and reads the replies."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import httpx

from tests.system import new_address


class Citizen:
    """One visitor of the web page.

    >>> Citizen("http://127.0.0.1:8012").say("公积金怎么取")      # doctest: +SKIP
    """

    def __init__(self, url: str) -> None:
        # Without TLS: to read the authorities' certificates takes 23 ms each time.
        self.http = httpx.Client(base_url=url, timeout=40, headers=new_address(), verify=False)
        opened = self.http.post("/api/web/session", json={}).raise_for_status().json()
        self.http.headers["Authorization"] = f"Bearer {opened['token']}"
        self.token: str = opened["token"]
        self.greeting: str = opened["greeting"]
        self._notice: str = (opened["notice"] or {"version": ""})["version"]
        self.last: list[dict[str, Any]] = []
        self.transcript: list[str] = []

    def say(self, text: str, client_id: str | None = None) -> str:
        """Send a message and wait until its turn is over. Returns all replies as one text."""
        return self._send(text, {"client_id": client_id or str(uuid4()), "text": text})

    def photo(self, data: bytes) -> str:
        """Upload a photo and send it. Returns all replies as one text."""
        self.agree("photos")
        kept = self.http.post("/api/web/photos", content=data).raise_for_status().json()
        return self._send("［照片］", {"client_id": str(uuid4()), "photo": kept["photo"]["id"]})

    def locate(self, lat: float, lon: float) -> str:
        """Send a location. Returns all replies as one text."""
        self.agree("place")
        return self._send("［位置］", {"client_id": str(uuid4()), "location": {"lat": lat, "lon": lon}})

    def agree(self, purpose: str) -> None:
        self.http.post(
            "/api/web/consents", json={"purpose": purpose, "version": self._notice}
        ).raise_for_status()

    def _send(self, text: str, body: dict[str, Any]) -> str:
        for _ in range(10):
            answer = self.http.post("/api/web/messages", json=body).raise_for_status().json()
            if not answer["pending"]:
                break
            time.sleep(0.2)
        else:
            raise AssertionError(f"no reply to {text!r}")
        self.last = answer["replies"]
        said = "\n".join(message["text"] for message in self.last)
        self.transcript += [f"我：{text}", f"问办：{said}"]
        return said

    def press(self, title: str) -> str:
        """Press the button with this title, which the last replies must have. Returns all replies as one text."""
        offered = self.buttons()
        assert title in offered, f"{title} is not offered, only {list(offered)}"
        return self.say(title)

    def buttons(self) -> dict[str, str]:
        """The buttons of the last replies, title → payload."""
        return {b["title"]: b["payload"] for message in self.last for b in message["buttons"]}

    def card(self, kind: str) -> dict[str, Any]:
        """The card of this kind in the last replies; fails when there is none."""
        for message in self.last:
            if message["card"] and message["card"]["kind"] == kind:
                card: dict[str, Any] = message["card"]
                return card
        raise AssertionError(f"no {kind} card in {self.last}")

    def history(self) -> list[dict[str, Any]]:
        """Every message of the conversation."""
        answer: list[dict[str, Any]] = (
            self.http.get("/api/web/messages", params={"after": 0}).raise_for_status().json()["messages"]
        )
        return answer
