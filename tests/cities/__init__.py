"""Cities for tests: the shipped one, and an invented one."""

from __future__ import annotations

from pathlib import Path

from core.city import City, load_city

HUAINAN: City = load_city("huainan")
"""The shipped city."""
QINGWU_FOLDER = Path(__file__).parent / "qingwu"
"""Folder of the invented city."""
QINGWU: City = load_city(str(QINGWU_FOLDER))
"""The invented city 青梧. Only its province and the names of its neighbours are real."""
