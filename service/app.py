"""The application: every part made from the settings, and every address put in its place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web

from bot.actions import endpoint
from bot.actions.context import Parts, set_parts
from bot.actions.policy import sure_answer
from channels.web import routes as web_channel
from channels.wechat import routes as wechat_channel
from conversations.rasa import RasaClient
from conversations.service import Conversations
from core.database import Database
from core.events import Events
from core.privacy import use_data_key
from core.settings import Settings
from desk import presence
from desk import routes as desk_api
from desk import setup_sessions
from kb_index.service import KnowledgeBase
from service import health, pages
from service.errors import errors
from service.migrate import is_current
from tickets.service import Tickets


@dataclass(frozen=True)
class Wenban:
    """Every part of a running system."""

    settings: Settings
    database: Database
    events: Events
    knowledge: KnowledgeBase
    rasa: RasaClient
    conversations: Conversations
    tickets: Tickets


WENBAN = web.AppKey("wenban", Wenban)
