"""All routes of the desk's API."""

from __future__ import annotations

from aiohttp import web

from conversations.media import Media
from conversations.service import Conversations
from core.database import Database
from core.events import Events
from desk.auth_api import AuthApi
from desk.colleagues import Colleagues
from desk.conversations_api import ConversationsApi
from desk.finding import Finding
from desk.guard import Guard
from desk.hub import Hub
from desk.knowledge_api import KnowledgeApi
from desk.live import Live
from desk.missed import Missed
from desk.naming import Naming
from desk.passing_api import PassingApi
from desk.photos_api import PhotosApi
from desk.rights_api import RightsApi
from desk.summaries import Summaries
from desk.tickets_api import TicketsApi
from desk.users import Users
from gaps import Gaps
from tickets.service import Tickets


def routes(
    database: Database,
    events: Events,
    conversations: Conversations,
    tickets: Tickets,
    *,
    gaps: Gaps,
    media: Media,
    public_url: str = "",
) -> list[web.RouteDef]:
    """All routes of the desk's API, ``/api/desk/…``. They need :func:`desk.setup_sessions`.

    Args:
        database: where accounts and records are.
        events: live events.
        conversations: the conversations.
        tickets: the tickets.
        gaps: the questions that got no good answer.
        media: the citizens' photos.
        public_url: address at which agents reach the app; empty when it is the address of the request.
    >>> setup_sessions(app, session_key)                                               # doctest: +SKIP
    >>> app.add_routes(                                                                # doctest: +SKIP
    ...     routes(database, events, conversations, tickets, gaps=gaps, media=media)
    ... )
    """
    users = Users(database, events)
    guard = Guard(users, public_url)
    summaries = Summaries(conversations, users)
    naming = Naming(users)
    colleagues = Colleagues(database, conversations)
    finding = Finding(colleagues, tickets, conversations.channels)
    hub = Hub(events, summaries, Missed(database))
    return [
        *AuthApi(guard, users).routes(),
        *ConversationsApi(guard, users, conversations, summaries, events, naming, finding).routes(),
        *PassingApi(guard, colleagues, conversations, summaries, naming).routes(),
        *TicketsApi(guard, tickets, media).routes(),
        *PhotosApi(guard, media).routes(),
        *RightsApi(guard, conversations).routes(),
        *KnowledgeApi(guard, gaps).routes(),
        *Live(database, events, guard, users, hub, conversations).routes(),
    ]
