"""Settings: read from the environment, wrong ones named, every one documented."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.settings import ROOT, Settings, load_settings


def test_every_setting_stands_in_the_documentation() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text("utf-8")
    missing = [name for name in Settings.model_fields if f"`WENBAN_{name.upper()}`" not in documented]
    assert missing == []


def test_every_setting_has_a_description() -> None:
    assert [n for n, f in Settings.model_fields.items() if not f.description] == []


@pytest.mark.parametrize(
    ("host", "reached"), [("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("10.1.2.3", "10.1.2.3")]
)
def test_an_app_that_listens_everywhere_is_reached_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, host: str, reached: str
) -> None:
    monkeypatch.setenv("WENBAN_HOST", host)
    monkeypatch.setenv("WENBAN_PORT", "9001")
    assert load_settings().app_url == f"http://{reached}:9001"


def test_values_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9001")
    monkeypatch.setenv("WENBAN_WEB_ORIGINS", "https://a.example，https://b.example, https://c.example")
    monkeypatch.setenv(
        "WENBAN_WECHAT_ACCOUNTS", '[{"name": "main", "app_id": "wx1", "token": "secret-token"}]'
    )
    settings = load_settings()
    assert settings.port == 9001
    assert settings.web_origins == ["https://a.example", "https://b.example", "https://c.example"]
    assert settings.wechat_accounts[0].mode == "plain"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WENBAN_PORT", "99999", "WENBAN_PORT"),
        ("WENBAN_RASA_TIMEOUT_S", "soon", "rasa_timeout_s"),
        (
            "WENBAN_WECHAT_ACCOUNTS",
            '[{"name": "main", "app_id": "a", "token": "abc", "mode": "safe"}]',
            "needs aes_key",
        ),
        (
            "WENBAN_WECHAT_ACCOUNTS",
            '[{"name": "a", "app_id": "a", "token": "abc"}, {"name": "a", "app_id": "b", "token": "abc"}]',
            "same name",
        ),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=said):
        load_settings()


def test_keys_are_made_once_and_only_the_owner_may_read_them(tmp_path: Path) -> None:
    first = Settings(data_dir=tmp_path).secrets
    again = Settings(data_dir=tmp_path).secrets
    assert first == again
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_broken_keys_are_reported_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(ConfigurationError, match="can't be read"):
        _ = Settings(data_dir=tmp_path).secrets
    assert (tmp_path / "secrets.json").read_text() == "{"
