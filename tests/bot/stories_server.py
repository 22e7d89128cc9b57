"""A small app for tests with a real Rasa: it serves the actions, which use real parts, and lets a test speak as a citizen.

``POST /say`` handles a message with the real conversations and Rasa; ``GET /state`` returns the conversation and its
tickets. To start it by hand: ``python -m tests.bot.stories_server --port 21000 --rasa http://127.0.0.1:21001 --secret s``.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import tempfile
from pathlib import Path
from uuid import uuid4

from aiohttp import web

from bot.actions.runtime import endpoint
from bot.channel_secret import HEADER, channel_secret
from conversations.event_kinds import Kind, to_json
from conversations.rasa import RasaClient
from conversations.types import InboundMessage
from tests.bot.parts import SmallCity, build_index, small_city
from tickets.types import SYSTEM


def make_app(city: SmallCity, secret: str) -> web.Application:
    """An app with the actions' endpoint and the two addresses for tests."""

    async def say(request: web.Request) -> web.Response:
        body = await request.json()
        kind, sent = body.get("kind", "text"), None
        if kind == "image":
            sent = {"image": body["image"]}
        elif kind == "location":
            lat, lon, label = (*body["place"].split(",", 2), "")[:3]
            sent = {"lat": float(lat), "lon": float(lon), "label": label}
        inbound = InboundMessage(
            "web",
            body["user"],
            body.get("id") or str(uuid4()),
            body["text"],
            kind=kind,
            media=sent,
            button=body.get("button"),
        )
        receipt = await city.conversations.receive(inbound)
        replies = await city.conversations.wait(receipt.turn_id, 30)
        if replies is None:
            return web.json_response({"error": "no reply"}, status=504)
        return web.json_response([message.to_json() for message in replies])

    async def state(request: web.Request) -> web.Response:
        view = await city.conversations.find_or_create("web", "", request.query["user"])
        page = await city.tickets.list(limit=50)
        filed = [
            await city.tickets.get(line.number) for line in page.tickets if line.conversation_id == view.id
        ]
        contacts = [await city.tickets.contact(ticket.number, SYSTEM, "test") for ticket in filed]
        return web.json_response(
            {
                "mode": str(view.mode),
                "reason": view.reason,
                "facts": view.facts,
                "outcomes": [
                    to_json(event.facts)
                    for event in await city.conversations.happened(view.id)
                    if event.kind is Kind.OUTCOME
                ],
                "tickets": [
                    {
                        **ticket.to_json(),
                        "query_code": ticket.query_code,
                        "contact_name": contact.name,
                        "contact_phone": contact.phone,
                        "events": [
                            event.to_json()
                            for event in await city.tickets.events(ticket.number)
                            if event.action != "contact_seen"  # from reading the contact above
                        ],
                    }
                    for ticket, contact in zip(filed, contacts, strict=True)
                ],
            }
        )

    app = web.Application()
    app.add_routes([*endpoint.routes(secret), web.post("/say", say), web.get("/state", state)])
    return app


async def serve(port: int, rasa: str, secret: str) -> None:
    """Serve until the process gets SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        index = await asyncio.to_thread(build_index, folder / "index")
        async with (
            RasaClient(
                rasa,
                timeout_s=30,
                wait_s=30,
                concurrency=4,
                queue=50,
                headers={HEADER: channel_secret(secret)},
            ) as client,
            small_city(folder, index, client) as city,
        ):
            runner = web.AppRunner(make_app(city, secret))
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            try:
                await stopped.wait()
            finally:
                await runner.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rasa", required=True)
    parser.add_argument("--secret", required=True)
    given = parser.parse_args()
    asyncio.run(serve(given.port, given.rasa, given.secret))
