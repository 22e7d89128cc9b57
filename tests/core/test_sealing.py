"""Sealed values: unreadable, bound to their place, told apart from clear ones; and the file of their keys."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from core import keyring, sealing
from core.errors import ConfigurationError
from core.installation_keys import KEY_FILE, load_ring, move_keys
from core.keyring import DataKey, KeyRing, read_keys, write_keys
from core.sealing import (
    NotSealed,
    encrypted_before,
    key_of,
    lookup_keys,
    renewed,
    renewed_file,
    ring,
    seal,
    seal_file,
    unseal,
    unseal_file,
    use_data_key,
    use_ring,
)
from core.settings import Settings

PLACE = "messages.text"


@pytest.fixture(autouse=True)
def one_key() -> Iterator[None]:
    """Each test begins with one key of its own, whatever ring an app of the same process was started with."""
    before = ring()
    use_ring(KeyRing([DataKey.new()]))
    yield
    use_ring(before)


@given(st.text())
def test_sealing_hides_and_gives_back(text: str) -> None:
    sealed = seal(text, PLACE)
    assert unseal(sealed, PLACE) == text
    assert seal(text, PLACE) != sealed
    assert len(text) < 4 or text not in sealed


def test_a_value_that_was_moved_or_changed_does_not_open() -> None:
    sealed = seal("13800000000", PLACE)
    with pytest.raises(NotSealed):
        unseal(sealed, "tickets.content")
    changed = sealed[:-3] + ("A" if sealed[-3] != "A" else "B") + sealed[-2:]
    for wrong in (changed, sealed[:-4], "13800000000", "", "w1:", f"w1:{ring().present.id}:"):
        with pytest.raises(NotSealed):
            unseal(wrong, PLACE)


def test_another_key_is_told_apart_from_damage() -> None:
    sealed = seal("路灯坏了", PLACE)
    use_data_key(Fernet.generate_key().decode())
    with pytest.raises(ConfigurationError, match="WENBAN_DATA_KEY_FILE") as wrong:
        unseal(sealed, PLACE)
    assert not isinstance(wrong.value, NotSealed) and key_of(sealed) in str(wrong.value)


def test_a_key_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="Fernet 密钥"):
        use_data_key("short")


def test_values_are_renewed_for_a_new_key_and_only_then() -> None:
    old = ring().present
    sealed = seal("路灯坏了", PLACE)
    assert renewed(sealed, PLACE) == sealed
    use_ring(KeyRing([DataKey.new(), old]))
    new = renewed(sealed, PLACE)
    assert key_of(new) == ring().present.id != old.id
    assert unseal(new, PLACE) == unseal(sealed, PLACE) == "路灯坏了"


def test_what_older_versions_stored_is_sealed_only_when_that_is_expected() -> None:
    for stored, clear in (
        ("路灯坏了", "路灯坏了"),
        (encrypted_before("13800000000"), "13800000000"),
        # Typed by somebody who hopes that it is taken for sealed.
        ("w1:deadbeef:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=", None),
        (f"w1:{ring().present.id}:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=", None),
    ):
        assert unseal(renewed(stored, PLACE, clear=True), PLACE) == (clear or stored)
        with pytest.raises(ConfigurationError):
            renewed(stored, PLACE)


def test_files_are_bound_to_their_name() -> None:
    photo = os.urandom(2000)
    sealed = seal_file(photo, "media/a")
    assert photo[:50] not in sealed and unseal_file(sealed, "media/a") == photo
    for wrong, place in ((sealed, "media/b"), (photo, "media/a"), (sealed[:-1], "media/a"), (b"", "media/a")):
        with pytest.raises(ConfigurationError):
            unseal_file(wrong, place)
    assert renewed_file(sealed, "media/a") == sealed
    use_ring(KeyRing([DataKey.new(), *ring().keys]))
    assert unseal_file(renewed_file(sealed, "media/a"), "media/a") == photo != renewed_file(photo, "media/a")


def test_digests_depend_on_the_key() -> None:
    (before,) = lookup_keys("13800000000")
    use_ring(KeyRing([DataKey.new(), *ring().keys]))
    assert lookup_keys("13800000000")[1] == before != lookup_keys("13800000000")[0]


def test_a_key_file_only_its_owner_may_read(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "data.json"
    made = DataKey.new()
    write_keys(path, [made])
    assert read_keys(path) == [made]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o400)
    assert read_keys(path) == [made]
    path.chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        read_keys(path)
    path.chmod(0o600)
    for wrong in ("", "{", "{}", '{"keys": []}', '{"keys": [{"key": "short"}]}'):
        path.write_text(wrong)
        with pytest.raises(ConfigurationError, match="不要删掉"):
            read_keys(path)


def test_a_running_process_hears_of_a_new_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "data.json"
    first, second = DataKey.new(), DataKey.new()
    write_keys(path, [first])
    here = KeyRing(read_keys(path), path)
    write_keys(path, [second, first])
    assert here.find(second.id) == second  # at once, when a value names it
    third = DataKey.new()
    write_keys(path, [third, second, first])
    monkeypatch.setattr(keyring, "_LOOK_S", -1)
    assert here.present == third


@pytest.mark.parametrize("wrong", ["", "{", "foreign"])
def test_a_running_process_keeps_its_keys_when_the_file_is_no_good(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "data.json"
    own = DataKey.new()
    write_keys(path, [own])
    here = KeyRing(read_keys(path), path)
    monkeypatch.setattr(keyring, "_LOOK_S", -1)
    if wrong == "foreign":
        write_keys(path, [DataKey.new()])
    else:
        path.write_text(wrong)
    assert [here.present for _ in range(3)] == [own] * 3
    assert len([one for one in caplog.records if one.levelname == "ERROR"]) == 1
    fresh = DataKey.new()
    write_keys(path, [fresh, own])
    assert here.present == fresh


def test_where_the_keys_come_from(tmp_path: Path) -> None:
    data, apart = tmp_path / "data", tmp_path / "apart" / "keys.json"
    # Nothing set: made once, in the data folder.
    kept = load_ring(data, None, "").present
    assert load_ring(data, None, "").present == kept
    # A set key goes first.
    given = Fernet.generate_key().decode()
    assert load_ring(data, None, given).present.key == given
    # A place of their own: they are moved, not made anew.
    with pytest.raises(ConfigurationError, match="wenban keys move"):
        load_ring(data, apart, "")
    move_keys(data, apart, "")
    assert load_ring(data, apart, "").present.key == kept.key
    assert kept.key not in "".join(file.read_text() for file in data.iterdir())
    assert stat.S_IMODE((data / "secrets.json").stat().st_mode) == 0o600
    with pytest.raises(ConfigurationError, match="已经有了"):
        move_keys(data, apart, "")
    # A lost key file is not replaced.
    with pytest.raises(ConfigurationError, match="不见了"):
        load_ring(data, None, "")
    # A new installation with a place of their own has none in the data folder.
    new = Settings(data_dir=tmp_path / "new", data_key_file=tmp_path / "new-keys.json")
    assert new.key_ring.present and not new.secrets.data_key
    assert not (tmp_path / "new" / KEY_FILE).exists()


def test_without_keys_nothing_opens() -> None:
    use_ring(None)
    with pytest.raises(ConfigurationError):
        seal("a", PLACE)
    assert sealing._ring is None
    use_data_key(Fernet.generate_key().decode())
