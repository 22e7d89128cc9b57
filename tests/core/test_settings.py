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


ACCOUNT = '{"name": "main", "app_id": "a", "token": "abc"'


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WENBAN_PORT", "99999", ["WENBAN_PORT：不能大于 65535"]),
        ("PORT", "abc", ["WENBAN_PORT（这里写的是 PORT）：要填整数"]),
        ("WENBAN_RASA_TIMEOUT_S", "soon", ["WENBAN_RASA_TIMEOUT_S：要填数字"]),
        ("WENBAN_IDLE_MINUTES", "0", ["WENBAN_IDLE_MINUTES：要大于 0"]),
        ("WENBAN_LOG_FORMAT", "xml", ["WENBAN_LOG_FORMAT：只能填 console 或 json"]),
        ("WENBAN_TRUST_PROXY", "ja", ["WENBAN_TRUST_PROXY：要填 true 或 false"]),
        (
            "REDIS_URL",
            "http://x",
            ["WENBAN_REDIS_URL（这里写的是 REDIS_URL）：要以 redis://、rediss:// 或 unix:// 开头"],
        ),
        ("WENBAN_WECHAT_API_BASE", "http://x.example", ["WENBAN_WECHAT_API_BASE：要以 https:// 开头"]),
        ("WENBAN_WECHAT_ACCOUNTS", "[{]", ["WENBAN_WECHAT_ACCOUNTS：不是正确的 JSON：从第 3 个字符起读不懂"]),
        ("WENBAN_WECHAT_ACCOUNTS", "[\n{'name'", ["从第 2 行第 2 个字符起读不懂"]),
        ("WENBAN_WECHAT_ACCOUNTS", '[{"name"：', ["第 9 个字符 ： 是全角的，要改成半角"]),
        ("WENBAN_WECHAT_ACCOUNTS", "[" * 100_000, ["WENBAN_WECHAT_ACCOUNTS：不是正确的 JSON"]),
        ("WENBAN_WECHAT_ACCOUNTS", "[", ["没有写完"]),
        ("WENBAN_WECHAT_ACCOUNTS", "{}", ["WENBAN_WECHAT_ACCOUNTS：要填一列，写在 [ ] 里"]),
        ("WENBAN_WECHAT_ACCOUNTS", '["main"]', ["WENBAN_WECHAT_ACCOUNTS（第 1 项）：要填一组，写在 { } 里"]),
        (
            "WENBAN_WECHAT_ACCOUNTS",
            '[{"name": "Main", "token": "x"}]',
            [
                "（第 1 项 › name）：只能用小写字母",
                "（第 1 项 › app_id）：必须填写",
                "（第 1 项 › token）：至少要 3 个字",
            ],
        ),
        ("WENBAN_WECHAT_ACCOUNTS", f'[{ACCOUNT}, "aes_key": "geheim"}}]', ["aes_key）：要 43 个字母或数字"]),
        (
            "WENBAN_WECHAT_ACCOUNTS",
            f'[{ACCOUNT}, "mode": "safe"}}]',
            ["账号 main 的 mode 是 safe，必须填写 aes_key"],
        ),
        (
            "WENBAN_WECHAT_ACCOUNTS",
            f"[{ACCOUNT}}}, {ACCOUNT}}}]",
            ["WENBAN_WECHAT_ACCOUNTS：两个账号的 name 一样"],
        ),
        (
            "WENBAN_WECHAT_ACCOUNTS",
            f'[{ACCOUNT}, "notice": {{"template_id": "t", "fields": {{"a": "{{who}}"}}}}}}]',
            ["（第 1 项 › notice › fields）：“{who}”里只能用 {number}"],
        ),
    ],
)
def test_a_wrong_value_is_named_by_its_variable_and_not_shown(
    name: str, value: str, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as wrong:
        load_settings()
    head, *lines = str(wrong.value).splitlines()
    assert head == "设置有错："
    assert [one for one in said if one not in str(wrong.value)] == [] and len(lines) == len(said)
    assert all(line.startswith("  WENBAN_") for line in lines) and "geheim" not in str(wrong.value)


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WENBAN_MEDIA_DIR", "WENBAN_PORT", "WENBAN_WECHAT_ACCOUNTS"):
        monkeypatch.setenv(name, "")
    settings = load_settings()
    assert settings.media_folder == settings.data_dir / "media"
    assert settings.port == 8012 and settings.wechat_accounts == []


def test_an_env_file_in_another_encoding_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_bytes("# 设置\nWENBAN_PORT=1".encode("gbk"))
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    with pytest.raises(ConfigurationError, match=r"\.env：请用 UTF-8 编码保存"):
        load_settings()


def test_the_env_file_of_the_project_counts_wherever_a_command_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Settings.model_config["env_file"] == ROOT / ".env"
    (tmp_path / ".env").write_text("WENBAN_PORT=1\nWENBAN_NO_SUCH=1")
    monkeypatch.chdir(tmp_path)
    assert load_settings().port != 1, "the file of another folder does not count"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("WENBAN_DATABSE_URL", "没有 WENBAN_DATABSE_URL 这个设置，是不是 WENBAN_DATABASE_URL？"),
        ("WENBAN_TRUSTPROXY", "没有 WENBAN_TRUSTPROXY 这个设置，是不是 WENBAN_TRUST_PROXY？"),
        ("WENBAN_X", "没有 WENBAN_X 这个设置"),
    ],
)
@pytest.mark.parametrize("place", ["environment", "file"])
def test_a_setting_that_does_not_exist_is_named(
    place: str, name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "environment":
        monkeypatch.setenv(name, "geheim")
    else:
        (tmp_path / ".env").write_text(f"{name}=geheim\nPORT=8012\nOTHER=1\n")
        monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    with pytest.raises(ConfigurationError) as wrong:
        load_settings()
    head, *lines = str(wrong.value).splitlines()
    assert head == "设置有错：" and lines == [f"  {'' if place == 'environment' else '.env：'}{said}"]


def test_rasas_own_variables_belong_into_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENBAN_RASA_LOCK_STORE", "redis")
    monkeypatch.setenv("WENBAN_ACTIONS_URL", "http://127.0.0.1:1")
    assert load_settings()
    (tmp_path / ".env").write_text("WENBAN_RASA_LOCK_STORE=redis")
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    with pytest.raises(ConfigurationError, match="WENBAN_RASA_LOCK_STORE 要写成环境变量"):
        load_settings()


@pytest.mark.parametrize(
    "text", ["{", "[{]", "[1e999]", "[" * 100_000, '"a"', "[null]", "NaN", "［］", "[{'name': 'a'}]", "\\"]
)
def test_bad_json_is_one_sentence(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAN_WECHAT_ACCOUNTS", text)
    with pytest.raises(ConfigurationError) as wrong:
        load_settings()
    lines = str(wrong.value).splitlines()[1:]
    assert len(lines) == 1 and lines[0].startswith("  WENBAN_WECHAT_ACCOUNTS") and len(lines[0]) < 120


def test_keys_are_made_once_and_only_the_owner_may_read_them(tmp_path: Path) -> None:
    first = Settings(data_dir=tmp_path).secrets
    again = Settings(data_dir=tmp_path).secrets
    assert first == again
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_broken_keys_are_reported_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"secrets\.json 读不了"):
        _ = Settings(data_dir=tmp_path).secrets
    assert (tmp_path / "secrets.json").read_text() == "{"
