"""Says what is wrong with the settings: a Chinese line a fault, which begins with the variable to change."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from core.expected import expected

_PREFIX = "WENBAN_"
_OF_OTHERS = frozenset(
    f"{_PREFIX}{name}"
    for name in (
        *("RASA_LOCK_STORE", "RASA_REDIS_HOST", "RASA_REDIS_PORT", "RASA_REDIS_PASSWORD"),
        *("ACTIONS_URL", "RASA_DICTIONARIES", "RASA_TRACKER_KEYS", "APP_URL"),
    )
)
"""Variables that are not the app's: Rasa reads most of them, the developers' server of the web front end the last one."""
_FORMATS = {
    "name": "只能用小写字母、数字、- 和 _，最多 32 个，以字母或数字开头",
    "aes_key": "要 43 个字母或数字（公众平台上的 EncodingAESKey）",
    "previous_aes_key": "要 43 个字母或数字（公众平台上的 EncodingAESKey）",
}
"""Key of an account → the form that its value must have."""
_FULL_WIDTH = "“”‘’：，［］｛｝"
"""Marks that a Chinese keyboard writes in the place of JSON's own."""


def in_lines(error: ValidationError) -> Iterator[str]:
    """The faults of the settings, one line each, such as ``WENBAN_PORT：要填整数``. Values are never shown.

    Args:
        error: what the class of the settings raised.
    """
    for one in error.errors():
        first, *path = one["loc"] or ("",)
        key = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
        words = _FORMATS.get(key) if one["type"] == "string_pattern_mismatch" else None
        yield f"{_variable(str(first))}{_place(path)}：{words or _expected(one)}"


def unknown(fields: Iterable[str], env_file: Path) -> Iterator[str]:
    """The variables ``WENBAN_…`` that set nothing, one line each, in the environment and in the file ``.env``.

    A mistyped name must not leave a default in force that nobody wanted: ``WENBAN_DATABSE_URL`` would keep the data in SQLite.

    Args:
        fields: the names of the settings.
        env_file: the file ``.env``; it need not exist.
    """
    known = {_PREFIX + name.upper() for name in fields}
    in_file = {} if not env_file.is_file() else dotenv_values(env_file, interpolate=False)
    for place, names, fitting in (("", os.environ, known | _OF_OTHERS), (".env：", in_file, known)):
        for name in sorted(name for name in names if name.startswith(_PREFIX) and name not in fitting):
            if name in _OF_OTHERS:
                yield f"{place}{name} 要写成环境变量，Rasa 不读 .env"
                continue
            alike = get_close_matches(name, known, 1, 0.8)
            yield f"{place}没有 {name} 这个设置" + (f"，是不是 {alike[0]}？" if alike else "")


def from_json(text: str) -> Any:
    """What a setting that is written in JSON says; an empty list when it is empty.

    Raises:
        ValueError: it is not JSON. The message says where, in Chinese.
    """
    try:
        return json.loads(text) if text.strip() else []
    except json.JSONDecodeError as error:
        raise ValueError(_not_json(text, error)) from error
    except (ValueError, RecursionError) as error:
        raise ValueError("不是正确的 JSON") from error


def _not_json(text: str, error: json.JSONDecodeError) -> str:
    where = f"第 {error.lineno} 行第 {error.colno} 个字符" if "\n" in text else f"第 {error.colno} 个字符"
    found = text[error.pos : error.pos + 1]
    if not found:
        return "不是正确的 JSON：没有写完"
    if found in _FULL_WIDTH:
        return f"不是正确的 JSON：{where} {found} 是全角的，要改成半角"
    return f"不是正确的 JSON：从{where}起读不懂，请检查括号、引号和逗号"


def _expected(error: ErrorDetails) -> str:
    # A setting is written in one line, and not in the lines of a YAML file.
    if error["type"] == "list_type":
        return "要填一列，写在 [ ] 里"
    if error["type"] in ("dict_type", "model_type", "model_attributes_type"):
        return "要填一组，写在 { } 里"
    return expected(error)


def _variable(place: str) -> str:
    """The variable of a field, or of its first name. A plain one, such as ``PORT``, when only that one is set."""
    name = place if place.startswith(_PREFIX) else _PREFIX + place.upper()
    plain = name.removeprefix(_PREFIX)
    return f"{name}（这里写的是 {plain}）" if plain in os.environ and name not in os.environ else name


def _place(path: list[int | str]) -> str:
    shown = [f"第 {step + 1} 项" if isinstance(step, int) else step for step in path]
    return f"（{' › '.join(shown)}）" if shown else ""
