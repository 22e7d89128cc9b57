"""The secret keys of an installation: set by the operator, or made once in the data folder."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from core.errors import ConfigurationError
from core.keyring import WRONG_FORM, DataKey, KeyRing, read_keys, write_keys


class Secrets(BaseModel):
    """The secret keys of an installation. ``data_key`` is empty when the data keys are in a file of their own."""

    session_key: str
    data_key: str = ""
    actions_secret: str

    @classmethod
    def load(cls, data_dir: Path, set_keys: Mapping[str, str], *, apart: bool = False) -> Secrets:
        """The keys that the operator set; the others come from ``secrets.json`` in the data folder.

        The file is made (mode 0600) when it does not exist.

        Args:
            data_dir: the data folder.
            set_keys: name → key; an empty one is not set.
            apart: whether the data keys are in a file of their own, so that none is made here.

        Raises:
            ConfigurationError: the file exists but can't be read.
        """
        path = data_dir / "secrets.json"
        if not path.exists():
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = cls(
                session_key=secrets.token_urlsafe(32),
                data_key="" if apart else DataKey.new().key,
                actions_secret=secrets.token_urlsafe(32),
            )
            _write_once(path, fresh.model_dump_json(indent=2))
        try:
            kept = cls.model_validate(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"{path} 读不了，里面应该是这套系统的密钥。请从备份里恢复这个文件，不要删掉：删掉以后，已经加密的内容就读不出来了。"
            ) from error
        return kept.model_copy(update={name: key for name, key in set_keys.items() if key})


KEY_FILE = "data-keys.json"
"""Name of the key file in the data folder, when no other place is set and a key was rotated."""


def load_ring(data_dir: Path, key_file: Path | None, set_key: str) -> KeyRing:
    """The data keys: from the key file, or else the set key, or else the one in ``secrets.json``.

    A new installation with a set place for the key file gets a new key there.

    Args:
        data_dir: the data folder.
        key_file: ``WENBAN_DATA_KEY_FILE``.
        set_key: ``WENBAN_DATA_KEY``.

    Raises:
        ConfigurationError: a key can't be read, or the keys are still in the data folder.
    """
    path = key_file or data_dir / KEY_FILE
    if path.exists():
        return KeyRing(read_keys(path), path)
    try:
        if set_key:
            return KeyRing([DataKey(key=set_key)])
        if key_file is None:
            if not (first := Secrets.load(data_dir, {}).data_key):
                raise ConfigurationError(f"密钥文件 {path} 不见了。请从备份里恢复它，再启动")
            return KeyRing([DataKey(key=first)], path)
    except ValidationError as error:
        raise ConfigurationError(WRONG_FORM) from error
    if keys_beside(data_dir):
        raise ConfigurationError(
            f"密钥还在数据文件夹里，WENBAN_DATA_KEY_FILE（{key_file}）还没有。请运行 wenban keys move 把密钥搬过去"
        )
    write_keys(key_file, [DataKey.new()])
    return KeyRing(read_keys(key_file), key_file)


def keys_beside(data_dir: Path) -> bool:
    """Whether the data folder itself holds data keys."""
    if (data_dir / KEY_FILE).exists():
        return True
    return (data_dir / "secrets.json").exists() and bool(Secrets.load(data_dir, {}).data_key)


def move_keys(data_dir: Path, key_file: Path, set_key: str) -> None:
    """Write the present data keys to a file of their own, and remove them from the data folder.

    Raises:
        ConfigurationError: the file exists, or can't be written.
    """
    if key_file.exists():
        raise ConfigurationError(f"{key_file} 已经有了，不会覆盖它")
    write_keys(key_file, load_ring(data_dir, None, set_key).keys)
    read_keys(key_file)
    drop_first_key(data_dir)
    (data_dir / KEY_FILE).unlink(missing_ok=True)


def drop_first_key(data_dir: Path) -> None:
    """Remove the data key from ``secrets.json``, because a key file holds it now."""
    kept = data_dir / "secrets.json"
    if kept.exists():
        left = Secrets.load(data_dir, {}).model_copy(update={"data_key": ""})
        partial = kept.with_name(f".{kept.name}.{os.getpid()}.new")
        partial.unlink(missing_ok=True)
        _write_once(partial, left.model_dump_json(indent=2))
        partial.replace(kept)


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
