"""Keeps the newest seal of the audit a second time, outside of the database: in a small file of the data folder.

Whoever can only write to the database can remove all records and all seals there; what is left then verifies as well as the audit of a
new installation. The file remembers how far the audit had come.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "audit-seal.json"
"""Name of the file in the data folder."""


@dataclass(frozen=True)
class Kept:
    """A seal as it stands in the file: position and hash of a record, when it was sealed (ISO 8601), and the signature."""

    seq: int
    hash: str
    at: str
    signature: str

    @property
    def signed(self) -> str:
        """The text that the signature is made of."""
        return f"kept {self.seq} {self.hash} {self.at}"


def read(path: Path) -> Kept | None:
    """The seal of the file; None when there is no file.

    Raises:
        ValueError: the file can't be read or has another form.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
        return Kept(int(found["seq"]), str(found["hash"]), str(found["at"]), str(found["signature"]))
    except FileNotFoundError:
        return None
    except (OSError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error


def write(path: Path, kept: Kept) -> None:
    """Write the file, whole or not at all. Only its owner may read it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(kept), file)
    partial.replace(path)
