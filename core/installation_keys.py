"""The secret keys of an installation: set by the operator, or made once in the data folder."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import BaseModel

from core.errors import ConfigurationError


class Secrets(BaseModel):
    """The three secret keys of an installation. They must not change."""

    session_key: str
    data_key: str
    actions_secret: str

    @classmethod
    def load(cls, data_dir: Path, set_keys: Mapping[str, str]) -> Secrets:
        """The keys that the operator set; the others come from ``secrets.json`` in the data folder.

        The file is made (mode 0600) when it does not exist.

        Args:
            data_dir: the data folder.
            set_keys: name → key; an empty one is not set.

        Raises:
            ConfigurationError: the file exists but can't be read.
        """
        path = data_dir / "secrets.json"
        if not path.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            fresh = cls(
                session_key=secrets.token_urlsafe(32),
                data_key=Fernet.generate_key().decode("ascii"),
                actions_secret=secrets.token_urlsafe(32),
            )
            _write_once(path, fresh.model_dump_json(indent=2))
        try:
            kept = cls.model_validate(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"{path} 读不了，里面应该是这套系统的三个密钥。请从备份里恢复这个文件，不要删掉：删掉以后，已经加密的姓名和电话就读不出来了。"
            ) from error
        return kept.model_copy(update={name: key for name, key in set_keys.items() if key})


def _write_once(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` unless the file exists. Other processes never see half a file."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
