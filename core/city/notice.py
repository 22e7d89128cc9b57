"""The notice about personal data (告知): a Markdown file of the city's profile, with a version."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError, model_validator

from core import yaml_loader
from core.city.parts import Strict
from core.errors import ConfigurationError

FILE = "notice.md"
"""Name of the file in the folder of a profile."""
SECTIONS = ("谁在处理", "收集什么", "为什么收集", "谁能看到", "保存多久", "您的权利", "联系我们")
"""Headings that every notice has: what Article 17 of the Personal Information Protection Law (个人信息保护法) asks for."""
PERIODS = ("messages", "contacts", "questions", "events", "logs", "tracker", "tokens")
"""Names of the times of storage, in days. ``{messages}`` in the text becomes the number that is set, so that the notice can't
promise another time than the one that is kept."""

_SHAPE = re.compile(r"---\n(?P<head>.*?)\n---\n(?P<body>.*)", re.S)
_HOLE = re.compile(r"\{([^{}\n]{0,40})\}")
Line = Annotated[str, Field(min_length=4, max_length=120)]
"""One short sentence."""


class PrivacyNotice(Strict):
    """A notice.

    Args:
        version: the day of this version. It is stored with each consent.
        again_since: the oldest version whose consents still hold. Whoever has only seen or agreed to older ones is told
            and asked again. Set it to ``version`` when purposes, means, kinds of data or times of storage change.
        title: heading of the text.
        line: what is shown before the first question; the text is one tap away.
        short: what the assistant answers to 隐私, in a few sentences.
        phone: what an agent says at the beginning of a call.
        photos: the question before the first photo.
        place: the question before the first point on the map.
        text: Markdown.
    """

    version: datetime.date
    again_since: datetime.date
    title: Line
    line: Line
    short: Annotated[str, Field(min_length=10, max_length=400)]
    phone: Line
    photos: Annotated[str, Field(min_length=10, max_length=200)]
    place: Annotated[str, Field(min_length=10, max_length=200)]
    text: str

    @model_validator(mode="after")
    def _whole(self) -> PrivacyNotice:
        if self.again_since > self.version:
            raise ValueError("again_since 不能比 version 还晚")
        headings = set(re.findall(r"^## (\S+)\s*$", self.text, re.M))
        if missing := [name for name in SECTIONS if name not in headings]:
            raise ValueError(f"正文缺这几节（## 标题）：{'、'.join(missing)}")
        if odd := sorted({name for name in _HOLE.findall(self.text + self.short) if name not in PERIODS}):
            raise ValueError(f"花括号里只能写 {'、'.join(PERIODS)}，不能写 {'、'.join(odd)}")
        return self

    def holds(self, version: str) -> bool:
        """Whether who has seen or agreed to this version need not be told or asked again.

        Args:
            version: a version as stored (:attr:`number`); an odd text counts as none.
        """
        return self.again_since.isoformat() <= version <= "9999"

    @property
    def number(self) -> str:
        """The version as it is stored and shown, such as ``2026-11-29``."""
        return self.version.isoformat()

    def filled(self, days: Mapping[str, int]) -> PrivacyNotice:
        """The notice with the times of storage in place of ``{messages}`` and the like.

        Args:
            days: number of days for each of :data:`PERIODS`.
        """

        def number(found: re.Match[str]) -> str:
            return str(days[found[1]])

        return self.model_copy(
            update={"text": _HOLE.sub(number, self.text), "short": _HOLE.sub(number, self.short)}
        )


def load(folder: Path) -> PrivacyNotice | None:
    """The notice of the profile in ``folder``; None when the profile has none.

    Raises:
        ConfigurationError: the file breaks a rule.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        found = _SHAPE.fullmatch(path.read_text("utf-8-sig").replace("\r\n", "\n"))
        if found is None:
            raise ConfigurationError(
                f"{FILE}：开头要有两行 --- 夹着的抬头（version、title 等），后面是正文。"
            )
        head: Any = yaml_loader.load(found["head"])
        if not isinstance(head, dict):
            raise ConfigurationError(f"{FILE}：抬头里要是一行行的“名称: 值”。")
        return PrivacyNotice.model_validate({**head, "text": found["body"].strip()})
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{FILE}：请用 UTF-8 编码保存，现在的编码读不了。") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{FILE}：抬头不是正确的 YAML，请检查冒号、引号和缩进。") from error
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, one['loc'])) or '全文'}：{_words(one)}" for one in error.errors()]
        raise ConfigurationError(f"{FILE} 有错：\n" + "\n".join(f"  {line}" for line in lines)) from error


def _words(error: Any) -> str:
    wrong = error.get("ctx", {}).get("error")
    if isinstance(wrong, ValueError):
        return str(wrong)
    if error["type"].startswith("date"):
        return "要写成 2026-11-29 这样的日期"
    return {
        "missing": "没有写",
        "extra_forbidden": "没有这个字段，请检查拼写",
        "string_too_short": "太短了",
        "string_too_long": "太长了",
    }.get(error["type"], "写得不对")
