"""Provinces and prefecture-level cities of the country, the same for every city (``nation.yml``)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

EVERYWHERE = "全国"
"""The region of what holds in the whole country."""
_FILE = Path(__file__).with_name("nation.yml")


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    return found


@cache
def by_province() -> dict[str, tuple[str, ...]]:
    """Province → its prefecture-level cities, as the file spells them; none for the four municipalities and three others."""
    return {province: tuple(cities) for province, cities in _read()["provinces"].items()}


@cache
def ordinary() -> frozenset[str]:
    """Cities whose names are everyday words or parts of other names as well."""
    return frozenset(_read()["ordinary"])


@cache
def provinces() -> tuple[str, ...]:
    """Provinces, autonomous regions and municipalities by their short names."""
    return tuple(by_province())


@cache
def cities() -> tuple[str, ...]:
    """Prefecture-level cities by their short names."""
    return tuple(city for found in by_province().values() for city in found)
