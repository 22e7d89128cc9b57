"""The desk of agents (话务员), departments (承办单位) and supervisors: JSON API, sign-in, roles."""

from desk.api import routes
from desk.sessions import setup_sessions

__all__ = ["routes", "setup_sessions"]
