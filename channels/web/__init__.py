"""The web channel: sessions, messages and a websocket for the widget."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from channels.web.limits import Limits
from channels.web.messages import Reader
from channels.web.origin import PREFIX, Origins
from channels.web.photos import Photos
from channels.web.rest import Rest
from channels.web.socket import HEARTBEAT_S, Sockets
from channels.web.tokens import Tokens
from conversations.media import Media
from conversations.service import Conversations
from core.events import Events

__all__ = ["setup"]


def setup(
    app: web.Application,
    conversations: Conversations,
    events: Events,
    *,
    media: Media,
    session_key: str,
    city: str,
    origins: Iterable[str],
    public_url: str = "",
    wait_s: float = 10.0,
    heartbeat_s: float = HEARTBEAT_S,
) -> None:
    """Put the web channel into an application: routes, CORS headers on every answer, closing at shutdown.

    Args:
        media: keeps the photos citizens send.
        session_key: signs visitors' tokens (``settings.secrets.session_key``).
        city: the city's name in the greeting.
        origins: sites that may embed the widget (``settings.web_origins``).
        public_url: our own address as citizens reach it (``settings.public_url``).
        wait_s: ``settings.turn_wait_s``.
        heartbeat_s: seconds between websocket pings.

    Raises:
        ConfigurationError: an entry of ``origins`` is not an origin.
    """
    tokens, allowed, limits = Tokens(session_key), Origins(origins, public_url), Limits()
    reader = Reader(conversations, media)
    rest = Rest(conversations, reader, tokens, allowed, limits, city=city, wait_s=wait_s)
    photos = Photos(conversations, media, tokens, allowed, limits)
    sockets = Sockets(conversations, reader, events, tokens, allowed, limits, heartbeat_s=heartbeat_s)
    app.add_routes(
        [
            web.post(PREFIX + "session", rest.session),
            web.post(PREFIX + "messages", rest.send),
            web.get(PREFIX + "messages", rest.missed, allow_head=False),
            web.post(PREFIX + "photos", photos.keep),
            web.get(PREFIX + "photos/{id}", photos.show, allow_head=False),
            web.get(PREFIX + "socket", sockets.handle, allow_head=False),
            web.options(PREFIX + "{path:.*}", allowed.preflight),
        ]
    )
    # A signal rather than a middleware: error answers made outside our handlers get the headers too.
    app.on_response_prepare.append(allowed.add_headers)
    app.on_shutdown.append(sockets.close_all)
