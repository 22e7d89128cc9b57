"""Puts the rules of all packages together: how long everything is kept, in the times that are set."""

from __future__ import annotations

from datetime import timedelta

import channels.web.retention
import channels.wechat.retention
import conversations.retention
import core.retention
import desk.retention
import gaps.retention
import partners.retention
import telephony.retention
import tickets.retention
from bot.forgetting import Tracker
from bot.rasa_program import tracker_url
from conversations.media import Media
from core.database import Database
from core.retention import Files, Retention, Rule
from core.settings import Settings

_PACKAGES = (
    core.retention,
    conversations.retention,
    tickets.retention,
    gaps.retention,
    desk.retention,
    channels.web.retention,
    channels.wechat.retention,
    partners.retention,
    telephony.retention,
)
DECIDED: dict[str, str] = {table: why for package in _PACKAGES for table, why in package.TABLES.items()}
"""Every table → how long it is kept, or why it is not removed by the clock."""


def retention(settings: Settings, database: Database, media: Media) -> Retention:
    """All rules, in the order in which they must run.

    Args:
        settings: the times.
        database: where the rows are.
        media: the photos.
    """
    outbox = timedelta(days=settings.keep_outbox_days)
    rules: list[Rule] = [
        *channels.web.retention.rules(database),
        *channels.wechat.retention.rules(database, outbox=outbox),
        *partners.retention.rules(database, outbox=outbox),
        *tickets.retention.rules(
            database, media.forget, contacts=timedelta(days=settings.keep_contacts_days)
        ),
        *conversations.retention.rules(
            database,
            media,
            tickets.retention.held,
            messages=timedelta(days=settings.keep_messages_days),
            outbox=outbox,
            events=timedelta(days=settings.keep_events_days),
        ),
        *desk.retention.rules(database, messages=timedelta(days=settings.keep_messages_days)),
        *telephony.retention.rules(
            database,
            messages=timedelta(days=settings.keep_messages_days),
            events=timedelta(days=settings.keep_events_days),
        ),
        *gaps.retention.rules(database, questions=timedelta(days=settings.keep_questions_days)),
        Files("程序日志", timedelta(days=settings.keep_logs_days), settings.data_dir / "log", "*.log.*"),
        Tracker(timedelta(days=settings.keep_tracker_days), tracker_url(settings)),
    ]
    return Retention(rules)
