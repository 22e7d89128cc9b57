"""The web channel: sessions, messages, photos and a websocket for the widget."""

from channels.web.service import WebChannel

__all__ = ["WebChannel"]
