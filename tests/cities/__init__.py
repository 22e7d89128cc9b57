"""Cities for tests: the shipped one, and one that is made up from its name to its towns."""

from __future__ import annotations

from pathlib import Path

from core.city import City, load_city

HUAINAN: City = load_city("huainan")
QINGWU_FOLDER = Path(__file__).parent / "qingwu"
QINGWU: City = load_city(str(QINGWU_FOLDER))
"""青梧: nothing in it is real but its province and its neighbours' names."""
