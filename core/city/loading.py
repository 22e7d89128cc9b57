"""Reads a city's profile: three to five YAML files in one folder, checked when they are first read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from core.city import notice
from core.city.marked import Marked
from core.city.parts import Wrong
from core.city.profile import City
from core.errors import ConfigurationError
from core.expected import expected

PROFILES = Path(__file__).resolve().parents[2] / "city"
"""Folder of the shipped profiles. Each profile is a sub-folder."""
FILES = ("city.yml", "districts.yml", "departments.yml")
"""Names of the files that each profile has."""
DEADLINES = "deadlines.yml"
"""Name of the file with the rules for deadlines. Without it tickets get none."""
HANDLING = "handling.yml"
"""Name of the file with the rules for dispatching, returning, extending and calling back. Without it examples hold."""

_FORMATS = {
    "prefix": "要 2 到 6 个大写英文字母",
    "area_code": "要以 0 开头，3 到 4 位数字",
    "code": "要 6 位数字",
    "words": "要写成“词 频率 词性”，如“梧桐卡 1000 n”",
    "leads": "要写成“一级/二级”",
    "spans": "要写成 08:30-12:00 这样",
    "address": "要写网址，以 http:// 或 https:// 开头",
    "number": "只能有数字和 -",
}
"""Key → the form that its value must have. Every other value that has a form is a name without blanks."""


FACTS = "facts"
"""Name of the folder with the city's facts (:mod:`core.city.facts`)."""


def profile_folder(profile: str) -> Path:
    """The folder of a profile, which need not exist.

    Args:
        profile: the name of a folder in ``city/``, or the path of any folder.
    """
    return PROFILES / profile if "/" not in profile else Path(profile)


def load_city(profile: str) -> City:
    """The city of a profile. A process reads each profile once.

    Args:
        profile: the name of a folder in ``city/``, or the path of any folder.

    Raises:
        ConfigurationError: there is no such profile, or one of its files breaks a rule. The message names the
            file, the line and the entry.
    """
    folder = profile_folder(profile)
    if not profile or not (folder / FILES[0]).exists():
        known = "、".join(sorted(path.parent.name for path in PROFILES.glob(f"*/{FILES[0]}")))
        raise ConfigurationError(f"没有城市档案“{profile}”（WENBAN_CITY_PROFILE）；现有：{known}。")
    return _load(folder.resolve())


@cache
def _load(folder: Path) -> City:
    main, districts, departments = (Marked(folder / name) for name in FILES)
    deadlines, handling = (
        Marked(folder / name) if (folder / name).exists() else None for name in (DEADLINES, HANDLING)
    )
    for file, keys in ((main, _KEPT), (districts, {"districts", "source"}), (departments, {"departments"})):
        if odd := [key for key in file.value if key not in keys]:
            lines = [f"  {file.place([str(key)])}：没有这个字段，请检查拼写" for key in odd]
            raise ConfigurationError(f"城市档案 {folder.name} 有错：\n" + "\n".join(lines))
    found = {
        **main.value,
        "districts": districts.value.get("districts", ()),
        "districts_source": districts.value.get("source"),
        "departments": departments.value.get("departments", ()),
        "deadlines": deadlines.value if deadlines else {},
        "handling": handling.value if handling else {},
        "notice": notice.load(folder),
    }
    try:
        return City.model_validate(found)
    except ValidationError as error:
        files = {
            "districts": districts,
            "departments": departments,
            "deadlines": deadlines or main,
            "handling": handling or main,
        }
        lines = list(dict.fromkeys(_line(one, files, main) for one in each_place_once(error.errors())))
        raise ConfigurationError(f"城市档案 {folder.name} 有错：\n" + "\n".join(lines)) from error


_ELSEWHERE = {"districts", "districts_source", "departments", "deadlines", "handling", "notice"}
"""Fields of :class:`City` that are written in other files than ``city.yml``."""
_KEPT = set(City.model_fields) - _ELSEWHERE


def each_place_once(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors, without those that only follow from others.

    Of a value that may be of several types pydantic reports one error a type: the first one counts. And a list
    seems too short when what stands in it is wrong.
    """
    named = {place_of(one): one for one in reversed(errors)}
    emptied = {
        place
        for place, one in named.items()
        if one["type"] == "too_short"
        and any(len(other) > len(place) and other[: len(place)] == place for other in named)
    }
    return [one for place, one in reversed(named.items()) if place not in emptied]


def place_of(error: ErrorDetails) -> tuple[int | str, ...]:
    """The keys and positions of a pydantic error's value, as they stand in the file."""
    # The types of a union stand in the place like keys, such as "constrained-str" and "tuple[constrained-str, ...]".
    return tuple(
        step for step in error["loc"] if not (isinstance(step, str) and ("[" in step or "-" in step))
    )


def _line(error: ErrorDetails, files: dict[str, Marked], main: Marked) -> str:
    """One error, in the words of whoever edits the file."""
    path = list(place_of(error))
    wrong: Any = error.get("ctx", {}).get("error")
    value, first = "", path[0] if path else ""
    if isinstance(wrong, Wrong):
        value, first = wrong.value, wrong.file or first
    if first == "districts_source":
        first, path = "districts", ["source"]
    file = files.get(str(first), main)
    if first in ("deadlines", "handling"):
        path = path[1:]
    words = expected(error)
    if error["type"] == "string_pattern_mismatch":
        key = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
        words = _FORMATS.get(key, "不能有空格")
    elif error["type"] == "string_type" and (written := file.unquoted(path)):
        words = f'请加上引号，写成 "{written}"'
    return f"  {file.place(path, value)}：{words}"
