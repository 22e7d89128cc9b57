"""Tickets on a real database; each test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from core.database import Database
from core.events import Events, LocalEvents
from tests import both_databases
from tests.cities import HUAINAN
from tickets.service import Tickets
from tickets.types import TicketDraft

database_url = both_databases.database_url
"""The fixture that runs each test on both databases."""


@pytest.fixture
def events() -> Events:
    return LocalEvents()


@pytest.fixture
def tickets(database: Database, events: Events) -> Tickets:
    return Tickets(database, events, HUAINAN)


@pytest.fixture
def draft() -> TicketDraft:
    return TicketDraft(
        type="投诉",
        content="小区门口的路灯坏了三天了，晚上老人出门看不见路。",
        category="市政设施/路灯照明",
        district="田家庵",
        address="某某路 1 号门口",
        happened_at="三天前开始",
        contact_name="张某某",
        contact_phone="138 0000 0000",
        channel="web",
        conversation_id="01990000-0000-7000-8000-000000000001",
    )
