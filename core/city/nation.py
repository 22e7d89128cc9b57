"""Provinces and prefecture-level cities of China (``nation.yml``). They are the same for all installations."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from core import yaml_loader

EVERYWHERE = "全国"
"""Name of the region that means the whole country."""
_FILE = Path(__file__).with_name("nation.yml")


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = yaml_loader.load(_FILE.read_text("utf-8"))
    return found


@cache
def by_province() -> dict[str, tuple[str, ...]]:
    """Province → its prefecture-level cities, spelled as in the file.

    北京, 天津, 上海, 重庆, 台湾, 香港 and 澳门 have no cities in the file.
    """
    return {province: tuple(cities) for province, cities in _read()["provinces"].items()}


@cache
def ordinary() -> frozenset[str]:
    """Cities whose names are also everyday words or parts of other names."""
    return frozenset(_read()["ordinary"])


@cache
def provinces() -> tuple[str, ...]:
    """Provinces, autonomous regions and municipalities by their short names."""
    return tuple(by_province())


@cache
def cities() -> tuple[str, ...]:
    """Prefecture-level cities by their short names."""
    return tuple(city for found in by_province().values() for city in found)
