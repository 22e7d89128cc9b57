"""WeChat official accounts: the platform's message push in, passive replies out."""

from channels.wechat.handler import routes

__all__ = ["routes"]
