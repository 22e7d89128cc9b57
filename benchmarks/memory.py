"""Resident memory of each process after it has answered some hundred messages."""

from __future__ import annotations

import psutil

from benchmarks.figures import Figure
from tests.system import Process, System

APP_BOUND_MB = 900
"""Megabytes the app may use."""
RASA_BOUND_MB = 1400
"""Megabytes Rasa may use."""


def run(system: System) -> list[Figure]:
    """Resident memory of the app and of Rasa in MB, child processes included."""
    return [
        Figure("app memory", _resident_mb(system.app), "MB", APP_BOUND_MB),
        Figure("Rasa memory", _resident_mb(system.rasa), "MB", RASA_BOUND_MB),
    ]


def _resident_mb(process: Process) -> float:
    assert process.popen is not None
    root = psutil.Process(process.popen.pid)
    total = sum(p.memory_info().rss for p in [root, *root.children(recursive=True)])
    return float(total) / 1e6
