"""``wenban kb …``: importing this module adds all commands to the group ``app``."""

from __future__ import annotations

from kb_index.cli import editing, hits, laws, measuring, publishing, searching, training  # noqa: F401  (each adds its own)
from kb_index.cli.common import app

__all__ = ["app"]

app.add_typer(laws.app, name="laws")
