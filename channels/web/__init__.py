"""The web channel: sessions, messages and a websocket for the widget."""

from channels.web.service import WebChannel

__all__ = ["WebChannel"]
