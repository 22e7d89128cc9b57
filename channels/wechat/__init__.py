"""WeChat official accounts and mini programs: the platform's message push in, passive replies and pushes out."""

from channels.wechat.pace import Pace
from channels.wechat.service import WeChat

__all__ = ["Pace", "WeChat"]
