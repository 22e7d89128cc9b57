"""Imports every module with tables, so that ``core.database.Base.metadata`` holds them all."""

import channels.wechat.models
import conversations.models
import core.jobs.models
import core.processes
import desk.models
import gaps.models
import tickets.models

__all__ = ["channels", "conversations", "core", "desk", "gaps", "tickets"]
