"""Tells whether code has changed since something was made by it."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

_READERS = ("rjieba", "phonenumberslite")
"""Libraries whose data decide what is read in a text."""


@cache
def digest(*modules: str) -> str:
    """12 hexadecimal digits that change with the source of some modules, and with the libraries that read texts.

    Args:
        modules: names of imported modules; of a package, with all modules that lie in its folder itself.

    >>> digest("core") == digest("core"), digest("core") == digest("core.redaction")
    (True, False)
    """
    made = hashlib.sha256("".join(version(one) for one in _READERS).encode())
    for module in modules:
        file = Path(str(sys.modules[module].__file__))
        for one in sorted(file.parent.glob("*.py")) if file.name == "__init__.py" else (file,):
            made.update(one.name.encode() + one.read_bytes())
    return made.hexdigest()[:12]
