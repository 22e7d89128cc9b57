"""The web channel for other packages: all its parts put together in one object."""

from __future__ import annotations

from core.news import News
from collections.abc import Iterable
from datetime import datetime

from aiohttp import web

from channels.web.limits import Limits
from channels.web.messages import CHANNEL, Reader
from channels.web.notice import Consents, ShownNotice
from channels.web.origin import PREFIX, Origins
from channels.web.photos import Photos
from channels.web.rest import Rest
from channels.web.socket import HEARTBEAT_S, Sockets
from channels.web.tokens import Tokens
from conversations.channels import Shows
from conversations.media import Media
from conversations.service import Conversations
from conversations.types import ConversationView, Reach
from core.database import Database
from core.events import Events
from core.rates import LocalRates, Rates


class WebChannel:
    """Pages with the widget: a :class:`conversations.channels.Channel` whose pages fetch their own messages.

    Args:
        database: where the digests of visitors' tokens are.
        conversations: the conversations. The channel adds itself to their channels.
        events: live events.
        media: the photos that citizens send.
        session_key: key with which addresses are hashed (``settings.secrets.session_key``).
        city: name of the city for the greeting.
        origins: sites that may embed the widget (``settings.web_origins``).
        public_url: the address at which citizens reach the app (``settings.public_url``).
        notice: the notice about personal data; None: there is none.
        wait_s: seconds for which a request waits for the replies (``settings.turn_wait_s``).
        heartbeat_s: seconds between two pings of a websocket.
        rates: counts what visitors send; None: within this process.

    Raises:
        ConfigurationError: an entry of ``origins`` is not an origin.
    """

    name = CHANNEL
    label = "网页访客"
    delivers = False

    def __init__(
        self,
        database: Database,
        conversations: Conversations,
        events: Events,
        *,
        media: Media,
        session_key: str,
        city: str,
        origins: Iterable[str],
        public_url: str = "",
        notice: ShownNotice | None = None,
        wait_s: float = 10.0,
        heartbeat_s: float = HEARTBEAT_S,
        rates: Rates | None = None,
    ) -> None:
        limits = Limits(rates or LocalRates(), session_key)
        self.tokens = tokens = Tokens(database, events)
        self.origins = allowed = Origins(origins, public_url)
        self._consents = consents = Consents(database, tokens, allowed, limits, notice)
        reader = Reader(conversations, media, consents.require)
        self.source = limits.source
        """A keyed hash of the address of a request (:meth:`channels.web.limits.Limits.source`)."""
        self._rest = Rest(
            conversations,
            reader,
            tokens,
            allowed,
            limits,
            city=city,
            wait_s=wait_s,
            notice=consents.state,
        )
        self._photos = Photos(conversations, media, tokens, allowed, limits, consents)
        self._sockets = Sockets(
            conversations, reader, events, tokens, allowed, limits, heartbeat_s=heartbeat_s
        )
        conversations.channels.add(self)

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes below ``/api/web/``. They also need the headers that :meth:`attach` sets up."""
        return [
            web.post(PREFIX + "session", self._rest.session),
            web.post(PREFIX + "forget", self._rest.forget),
            web.get(PREFIX + "notice", self._consents.text, allow_head=False),
            web.post(PREFIX + "consents", self._consents.give),
            web.post(PREFIX + "messages", self._rest.send),
            web.get(PREFIX + "messages", self._rest.missed, allow_head=False),
            web.post(PREFIX + "photos", self._photos.keep),
            web.get(PREFIX + "photos/{id}", self._photos.show, allow_head=False),
            web.get(PREFIX + "socket", self._sockets.handle, allow_head=False),
            web.options(PREFIX + "{path:.*}", self.origins.preflight),
        ]

    def attach(self, app: web.Application) -> None:
        """Add the routes to an application, CORS headers to all answers, and close the sockets at shutdown."""
        app.add_routes(self.routes())
        # A signal and not a middleware, because errors that are made outside our handlers need the headers, too.
        app.on_response_prepare.append(self.origins.add_headers)
        app.on_shutdown.append(self._sockets.close_all)

    def shows(self, account: str) -> Shows:
        """The widget shows buttons, cards and photos."""
        return Shows(buttons=20, cards=True, photos=True, notice=True)

    async def ready_at(self, account: str) -> datetime | None:
        """None, because pages fetch their messages and nothing is delivered to them."""
        return None

    async def deliver(self, conversation_id: str) -> None:
        """Do nothing, because the outbox never holds messages of this channel."""

    async def reach(self, view: ConversationView) -> Reach | None:
        """None, because words always reach the page, now or when it is opened again."""
        return None

    async def notify(self, view: ConversationView, news: News) -> bool:
        """False, because a closed page can't be told anything. The caller tells the news in the conversation."""
        return False
