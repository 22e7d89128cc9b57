"""Turns pydantic's errors into Chinese: what a field should hold, for the person who filled it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

_Facts = Mapping[str, Any]

_WORDS: dict[str, str | Callable[[_Facts], str]] = {
    "missing": "必须填写",
    "missing_argument": "必须填写",
    "extra_forbidden": "没有这个字段，请检查拼写",
    "invalid_key": "没有这个字段，请检查拼写",
    "none_required": "要留空",
    "string_type": "要填文字",
    "string_too_short": lambda facts: f"至少要 {facts['min_length']} 个字",
    "string_too_long": lambda facts: f"最多 {facts['max_length']} 个字",
    "string_pattern_mismatch": "格式不对",
    "too_short": lambda facts: f"至少要 {facts['min_length']} 项",
    "too_long": lambda facts: f"最多 {facts['max_length']} 项",
    "bool_type": "要填 true 或 false",
    "bool_parsing": "要填 true 或 false",
    "int_type": "要填整数",
    "int_parsing": "要填整数",
    "int_from_float": "要填整数",
    "int_parsing_size": "数字太大了",
    "float_type": "要填数字",
    "float_parsing": "要填数字",
    "finite_number": "要填数字",
    "greater_than": lambda facts: f"要大于 {facts['gt']:g}",
    "greater_than_equal": lambda facts: f"不能小于 {facts['ge']:g}",
    "less_than": lambda facts: f"要小于 {facts['lt']:g}",
    "less_than_equal": lambda facts: f"不能大于 {facts['le']:g}",
    "literal_error": lambda facts: f"只能填 {_one_of(facts['expected'])}",
    "enum": lambda facts: f"只能填 {_one_of(facts['expected'])}",
    "list_type": "要填一列（每行一个，前面加 -，或者写在 [ ] 里）",
    "tuple_type": "要填一列（每行一个，前面加 -，或者写在 [ ] 里）",
    "set_type": "要填一列（每行一个，前面加 -，或者写在 [ ] 里）",
    "dict_type": "要填一组“名称: 值”",
    "model_type": "要填一组“名称: 值”",
    "model_attributes_type": "要填一组“名称: 值”",
    "date_type": "要填日期，如 2026-01-31",
    "date_parsing": "要填日期，如 2026-01-31",
    "date_from_datetime_parsing": "要填日期，如 2026-01-31",
    "date_from_datetime_inexact": "要填日期，如 2026-01-31",
    "datetime_parsing": "要填时间，如 2026-01-31T08:30",
    "path_type": "要填文件或文件夹的路径",
    "url_parsing": "要填网址，以 http:// 或 https:// 开头",
    "url_scheme": "要填网址，以 http:// 或 https:// 开头",
    "json_invalid": "不是正确的 JSON",
    "value_error": lambda facts: str(facts["error"]),
}


def expected(error: ErrorDetails) -> str:
    """What the field of an error should hold.

    Args:
        error: an element of :meth:`pydantic.ValidationError.errors`. The words of our own validators are kept.

    >>> from pydantic import BaseModel, ValidationError
    >>> class Chair(BaseModel):
    ...     legs: int
    >>> try:
    ...     Chair.model_validate({"legs": "many"})
    ... except ValidationError as error:
    ...     expected(error.errors()[0])
    '要填整数'
    """
    words = _WORDS.get(error["type"], "内容不对")
    return words if isinstance(words, str) else words(error.get("ctx", {}))


def _one_of(named: str) -> str:
    """pydantic's list of values, as Chinese writes it.

    >>> _one_of("'waiting', 'human' or 'bot'")
    'waiting、human 或 bot'
    """
    return named.replace("'", "").replace(" or ", " 或 ").replace(", ", "、")
