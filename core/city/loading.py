"""Reads a city's profile: four YAML files in one folder, checked when they are first read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from core.city.profile import City
from core.errors import ConfigurationError

PROFILES = Path(__file__).resolve().parents[2] / "city"
"""Folder of the shipped profiles. Each profile is a sub-folder."""
FILES = ("city.yml", "districts.yml", "departments.yml")
"""Names of the files that each profile has."""
DEADLINES = "deadlines.yml"
"""Name of the file with the rules for deadlines. Without it tickets get none."""


def load_city(profile: str) -> City:
    """The city of a profile. A process reads each profile once.

    Args:
        profile: the name of a folder in ``city/``, or the path of any folder.

    Raises:
        ConfigurationError: there is no such profile, or one of its files breaks a rule. The message names the
            file and the place in it.
    """
    folder = PROFILES / profile if "/" not in profile else Path(profile)
    if not (folder / FILES[0]).is_file():
        known = ", ".join(sorted(path.parent.name for path in PROFILES.glob(f"*/{FILES[0]}")))
        raise ConfigurationError(
            f"WENBAN_CITY_PROFILE: there is no city profile {profile!r}; there are: {known}."
        )
    return _load(folder.resolve())


@cache
def _load(folder: Path) -> City:
    main, districts, departments = (_read(folder / name) for name in FILES)
    found = {
        **main,
        "districts": districts.pop("districts", ()),
        "districts_source": districts.pop("source", None),
        "departments": departments.pop("departments", ()),
        "deadlines": _read(folder / DEADLINES) if (folder / DEADLINES).exists() else {},
    }
    for name, left in ((FILES[1], districts), (FILES[2], departments)):
        if left:
            raise ConfigurationError(f"{folder.name}/{name}: unknown key {', '.join(left)}.")
    try:
        return City.model_validate(found)
    except ValidationError as error:
        lines = [f"  {'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
        raise ConfigurationError(f"The city profile {folder.name} is wrong:\n" + "\n".join(lines)) from error


def _read(path: Path) -> dict[str, Any]:
    """The keys and values of one file.

    Raises:
        ConfigurationError: the file does not exist, is not YAML, or is not a mapping.
    """
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.parent.name}/{path.name}: {error}") from error
    if not isinstance(found, dict):
        raise ConfigurationError(f"{path.parent.name}/{path.name}: must be a mapping of keys to values.")
    return found
