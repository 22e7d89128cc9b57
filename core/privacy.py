"""Personal data: encrypts it in storage, and masks it on screen and in logs.

:mod:`core.masking` finds and hides numbers in text; :mod:`core.redaction` removes personal data from text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Dialect, Table, Text, event
from sqlalchemy.types import TypeDecorator

from core.sealing import lookup_keys, seal, unseal

_LONG = re.compile(r"\d{11}")
"""Is in every mobile and identity-card number."""
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)(\d{4})(\d{4})(?!\d)")
_ID_CARD = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\w)")


def lookup_key(text: str) -> str:
    """A keyed digest (64 hexadecimal digits) to find equal texts without storing them. It depends on the data key.

    Raises:
        ConfigurationError: no key is set.

    >>> lookup_key("13800000000") == lookup_key("13800000000")
    True
    """
    return lookup_keys(text)[0]


class Sealed(TypeDecorator[Any]):
    """A column that is encrypted in the database (:mod:`core.sealing`) and clear in Python.

    Its values are bound to the column. An empty value says nothing about anybody and is stored as it is, so that SQL can
    ask for it. Nothing else can be asked in SQL: each writing of a value looks different.
    """

    impl = Text
    cache_ok = True
    empty: frozenset[str] = frozenset({""})
    """Stored forms that are not encrypted."""

    def __init__(self, place: str = "") -> None:
        super().__init__()
        self.place = place
        """``table.column``. It is filled in when the table is made."""

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Encrypt a value before it is written."""
        if value is None:
            return None
        stored = self.written(value)
        return stored if stored in self.empty else seal(stored, self.place)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any]:
        """Decrypt values after they were read, in one call for each."""
        empty, read, place = self.empty, self.read, self.place

        def process(value: str | None) -> Any:
            if value is None:
                return None
            return read(value if value in empty else unseal(value, place))

        return process

    def written(self, value: Any) -> str:
        """The value as text."""
        return str(value)

    def read(self, text: str) -> Any:
        """The value of a text."""
        return text


class EncryptedText(Sealed):
    """A text column that is encrypted in the database and clear in Python."""

    cache_ok = True


class EncryptedJson(Sealed):
    """A column of JSON (also a number) that is encrypted in the database and clear in Python. None is SQL's NULL."""

    cache_ok = True
    hashable = False
    empty = frozenset({"[]", "{}"})

    def written(self, value: Any) -> str:
        """The value as JSON."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def read(self, text: str) -> Any:
        """The value of JSON."""
        return json.loads(text)


@event.listens_for(Table, "after_parent_attach")
def _name_places(table: Table, _metadata: Any) -> None:
    for column in table.columns:
        if isinstance(column.type, Sealed):
            column.type.place = f"{table.name}.{column.name}"


def mask_phone(phone: str) -> str:
    """Hide all but the first three and last four digits. With less than 9 characters, hide all but the last two.

    >>> mask_phone("13800000000")
    '138****0000'
    """
    if len(phone) >= 9:
        return f"{phone[:3]}****{phone[-4:]}"
    return "*" * max(len(phone) - 2, 0) + phone[-2:]


def mask_name(name: str) -> str:
    """Hide all but the family name: 张某某 → 张**.

    >>> mask_name("张某某")
    '张**'
    """
    return name[:1] + "*" * (len(name) - 1)


def mask_text(text: str) -> str:
    """Hide mobile numbers and identity-card numbers in free text, for logs and statistics.

    >>> mask_text("我的电话是13800000000")
    '我的电话是138****0000'
    """
    # Most texts have neither, and lists mask many.
    if _LONG.search(text) is None:
        return text
    text = _ID_CARD.sub(lambda m: f"{m[1]}********{m[2]}", text)
    return _MOBILE.sub(lambda m: f"{m[1]}****{m[3]}", text)
