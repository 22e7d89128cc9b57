"""Imports all modules with tables, so that ``core.database.Base.metadata`` has all tables."""

import channels.web.models
import channels.wechat.models
import conversations.models
import core.consents
import core.jobs.models
import core.processes
import desk.models
import desk.talk_models
import gaps.models
import partners.models
import telephony.models
import tickets.models

__all__ = ["channels", "conversations", "core", "desk", "gaps", "partners", "telephony", "tickets"]
