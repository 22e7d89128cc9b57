"""Every ``wenban`` command on what people type by mistake: one sentence, never a trace."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from core.keyring import DataKey, read_keys
from core.sealing import ring, use_ring
from core.settings import Settings
from service import cli

Said = tuple[int, str]
"""Exit status, and all that was printed."""
Wenban = Callable[..., Said]
HERE = "{here}"
"""In arguments: a folder with ``empty`` (a folder), ``blank.jsonl``, ``gbk.jsonl``, ``words.jsonl``, ``table.csv``."""

UNUSABLE: dict[str, list[list[str]]] = {
    "run": [["extra"]],
    "app": [["extra"]],
    "announce": [["extra"]],
    "rasa": [["extra"]],
    "train": [["extra"]],
    "chat": [["--url", "nonsense"], ["--url", "http://127.0.0.1:1"], ["--url", "ftp://host"]],
    "doctor": [["extra"]],
    "demo": [["extra"], ["--tickets", "0"], ["--tickets", "many"], ["--days", "1"]],
    "partner add": [
        [],
        ["甲"],
        ["甲系统"],
        ["甲系统", "--scope", "king"],
        ["\u200b\u200b\u200b", "--scope", "read"],
        ["甲系统", "--scope", "read", "--department", "没有"],
        ["甲系统", "--scope", "read", "--url", "http://169.254.169.254/"],
    ],
    "partner list": [["extra"]],
    "partner close": [[], ["没有"]],
    "partner replay": [[], ["没有"], ["没有", "--number", "x"]],
    "city export": [[], ["x.txt"], ["x.xlsx", "--profile", "nowhere"]],
    "city import": [[], ["nothing.xlsx"]],
    "explain": [[""], ["\u200b \u3000"], []],
    "train-decision": [["extra"]],
    "user add": [
        [],
        [""],
        ["a b"],
        ["anne", "--role", "king"],
        ["anne", "--name", "\u200b"],
        ["anne", "--department", "没有"],
        ["anne", "--role", "department", "--department", "没有"],
    ],
    "user reset": [[], [""], ["nobody"]],
    "user list": [["extra"]],
    "user role": [
        [],
        ["nobody", "agent"],
        ["nobody", "king"],
        ["nobody", "department", "--department", "没有"],
        ["", "agent"],
    ],
    "user close": [[], [""], ["nobody"]],
    "user open": [[], [""], ["nobody"]],
    "user bind": [[], ["nobody"], ["nobody", "1"]],
    "user drop-totp": [[], [""], ["nobody"]],
    "audit verify": [["extra"], ["--reseal=x"]],
    "keys list": [["extra"]],
    "keys rotate": [["extra"]],
    "keys forget": [[], ["deadbeef"], [""]],
    "keys move": [[], ["extra"]],
    "keys tracker": [["extra"]],
    "privacy export": [[], ["--conversation", "nobody"], ["--phone", "1"]],
    "privacy erase": [[], ["--conversation", "nobody"], ["--phone", "1"]],
    "privacy purge": [["extra"]],
    "privacy requests": [["extra"]],
    "privacy notice": [["extra"]],
    "db upgrade": [["extra"]],
    "db revision": [[], [""], [" \u200b"]],
    "nlu evaluate": [
        ["{here}/none"],
        ["{here}/empty"],
        ["{here}/blank.jsonl"],
        ["{here}/gbk.jsonl"],
        ["{here}/words.jsonl"],
        [""],
    ],
    "nlu classify": [
        ["{here}/none"],
        ["{here}/empty"],
        ["{here}/blank.jsonl"],
        ["{here}/gbk.jsonl"],
        ["{here}/words.jsonl"],
    ],
    "nlu dispatch": [["{here}/none"], ["{here}/words.jsonl"]],
    "nlu requests": [["{here}/none"], ["{here}/empty"], ["{here}/words.jsonl"]],
    "nlu fit-seams": [["extra"]],
    "nlu fit-slots": [["--store", "x"], ["extra"]],
    "nlu slots": [["{here}/none"], ["{here}/words.jsonl"], ["--now", ""], ["--now", "x"]],
    "evaluate answers": [["{here}/none"], ["{here}/empty"], ["{here}/words.jsonl"]],
    "evaluate matters": [["{here}/none"], ["{here}/gbk.jsonl"], ["{here}/words.jsonl"]],
    "evaluate danger": [["{here}/none"], ["{here}/blank.jsonl"], ["{here}/words.jsonl"]],
    "evaluate talks": [["{here}/none"], ["{here}/empty"], ["{here}/words.jsonl"]],
    "danger judge": [[], [""], ["\u200b"]],
    "danger tune": [["--epochs", "x"], ["extra"]],
    "danger fit": [["extra"]],
    "danger fit-sequel": [["extra"]],
    "category suggest": [[], [""], ["\u200b"]],
    "category tune": [["--held", "nobody"], ["--epochs", "x"]],
    "category fit": [["--held", "nobody"], ["--held", ""]],
    "kb check": [["--dir", "{here}/none"], ["--dir", "{here}/words.jsonl"], ["--laws", "{here}/none"]],
    "kb new": [
        ["", "--title", "怎么办", "--department", "某局"],
        ["no slug", "--title", "怎么办", "--department", "某局"],
        ["hrss-new-one", "--title", "\u200b\u200b", "--department", "某局"],
        ["hrss-new-one", "--title", "怎么办", "--department", "\u3164\u3164"],
        ["hrss-new-one", "--title", "怎么办", "--department", "某局", "--dir", "{here}/words.jsonl"],
    ],
    "kb preview": [[], [""], ["nobody"], ["x", "--dir", "{here}/none"]],
    "kb convert": [[], [""], ["{here}/none"], ["{here}/empty"]],
    "kb import": [
        ["{here}/none.csv"],
        ["{here}/empty"],
        ["{here}/words.jsonl"],
        ["{here}/gbk.jsonl"],
        ["{here}/blank.xlsx"],
        [""],
    ],
    "kb export": [["{here}/none/table.csv"], ["{here}/empty"], ["{here}/table.pdf"], [""]],
    "kb stats": [["--dir", "{here}/none"], ["--write", "{here}/none"], ["--write", "{here}/empty"]],
    "kb test": [["{here}/none"], ["{here}/empty"], ["{here}/words.jsonl"], ["{here}/blank.xlsx"], [""]],
    "kb evaluate": [
        ["--questions", "{here}/none"],
        ["--questions", "{here}/words.jsonl"],
        ["--dir", "{here}/none"],
        ["--corpus", "{here}/none"],
    ],
    "kb build": [
        ["--dir", "{here}/none"],
        ["--dir", "{here}/words.jsonl"],
        ["--dir", "{here}/empty"],
        ["--index", "{here}/words.jsonl"],
    ],
    "kb watch": [["--dir", "{here}/none"], ["extra"]],
    "kb rollback": [[], ["--to", "nothing"], ["--index", "{here}/words.jsonl"]],
    "kb search": [[], [""], ["公积金"], ["公积金", "--index", "{here}/words.jsonl"]],
    "kb train-model": [["--threads", "0"], ["--dir", "{here}/none"], ["--encoder", "--told", "{here}/none"]],
    "kb laws build": [[], ["--laws", "{here}/none"], ["--laws", "{here}/empty"]],
    "kb laws search": [[], [""], ["公积金"]],
    "kb laws fit": [[], ["--questions", "{here}/none"]],
    "kb gaps": [["--days", "0"], ["--kind", "x"], []],
    "kb gaps draft": [[], [""], ["nothing"]],
    "kb gaps dismiss": [[], [""], ["nothing"]],
    "city check": [["nosuch"], ["{here}/empty"], ["{here}/none/"], ["../x"]],
    "jobs list": [["extra"]],
    "jobs retry": [[], [""], ["nothing"]],
    "jobs drop": [[], ["", ""], ["nothing", "x"]],
    "wechat doctor": [[], ["nobody"]],
    "wechat menu check": [
        ["--file", "{here}/none"],
        ["--file", "{here}/empty"],
        ["--file", "{here}/words.jsonl"],
        ["--file", "{here}/gbk.jsonl"],
    ],
    "tickets check-catalog": [["nothing more"]],
    "tickets table": [["nothing more"]],
    "wechat menu push": [[], ["nobody"]],
}
"""Command → arguments that it can't use, in an installation whose data folder does not exist yet."""


def commands() -> list[str]:
    def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
        if not hasattr(command, "commands"):
            yield " ".join(path)
            return
        if command.invoke_without_command:
            yield " ".join(path)
        for name, below in command.commands.items():
            yield from walk(below, (*path, name))

    return list(walk(typer.main.get_command(cli.whole())))


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    (tmp_path / "blank.jsonl").write_text("")
    (tmp_path / "blank.xlsx").write_text("")
    (tmp_path / "gbk.jsonl").write_bytes("路灯坏了".encode("gbk"))
    (tmp_path / "words.jsonl").write_text("只是一句话\n", "utf-8")
    return tmp_path


@pytest.fixture
def wenban(
    here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Wenban]:
    """The command as the shell runs it. Any exception but the end of the process fails the test."""
    monkeypatch.setenv("WENBAN_DATA_DIR", str(here / "data"))
    monkeypatch.setenv("WENBAN_KNOWLEDGE_DIR", str(here / "knowledge"))
    (here / "knowledge").mkdir()

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["wenban", *arguments])
        capfd.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capfd.readouterr()
        return code, out + err

    # A command sets these for its process, which here is that of the tests.
    keys, mask = ring(), os.umask(0o022)
    os.umask(mask)
    yield run
    use_ring(keys)
    os.umask(mask)


def test_every_command_is_in_the_table() -> None:
    assert set(commands()) == set(UNUSABLE)


@pytest.mark.parametrize("command", UNUSABLE)
def test_what_can_not_be_used_is_said_in_words(command: str, wenban: Wenban, here: Path) -> None:
    for arguments in UNUSABLE[command]:
        code, said = wenban(*command.split(), *(one.replace(HERE, str(here)) for one in arguments))
        assert code in (1, 2) and said.strip(), (arguments, code, said)
        assert "Traceback" not in said and "Error:" not in said, (arguments, said)


@pytest.mark.slow
def test_the_first_account_needs_no_start_before(wenban: Wenban, here: Path) -> None:
    assert wenban("user", "add", "anne", "--name", "坐席 1 号")[0] == 0
    assert (here / "data" / "wenban.db").is_file()
    code, said = wenban("user", "add", "anne")
    assert code == 1 and "已经有了" in said and "argon2" not in said
    code, said = wenban("user", "reset", "anne")
    assert code == 0 and "一次性密码" in said and said.split()[-1].count("-") == 2
    code, said = wenban("user", "list")
    assert code == 0 and all(
        part in said for part in ("anne", "坐席 1 号", "agent", "从未", "还是一次性密码")
    )
    assert wenban("jobs", "list")[0] == 0


@pytest.mark.slow
def test_accounts_are_changed_closed_and_opened(wenban: Wenban) -> None:
    assert wenban("user", "add", "anne", "--name", "坐席 1 号")[0] == 0
    bureau = "市城市管理行政执法局"
    code, said = wenban("user", "role", "anne", "department")
    assert code == 1 and "单位" in said
    code, said = wenban("user", "role", "anne", "supervisor", "--department", bureau)
    assert code == 1 and "单位" in said
    assert wenban("user", "role", "anne", "supervisor", "--name", "班长 1 号")[0] == 0
    code, said = wenban("user", "list")
    assert "supervisor" in said and "班长 1 号" in said
    assert wenban("user", "close", "anne")[0] == 0
    assert "已停用" in wenban("user", "list")[1]
    code, said = wenban("user", "open", "anne")
    assert code == 0 and said.split()[-1].count("-") == 2
    assert "还是一次性密码" in wenban("user", "list")[1]
    assert wenban("user", "drop-totp", "anne")[0] == 0
    assert wenban("user", "add", "boss", "--role", "admin")[0] == 0
    code, said = wenban("user", "close", "boss")
    assert code == 1 and "最后一个管理员" in said


@pytest.mark.parametrize(
    "command",
    [["user", "add", "anne"], ["user", "reset", "anne"], ["jobs", "list"], ["kb", "gaps"], ["db", "upgrade"]],
)
@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("WENBAN_DATA_DIR", "{here}/words.jsonl", "已经有这个文件了"),
        ("WENBAN_DATABASE_URL", "sqlite:///{here}/words.jsonl", "file is not a database"),
        ("WENBAN_DATABASE_URL", "sqlite:///{here}/none/x.db", "unable to open database file"),
        ("WENBAN_DATABASE_URL", "postgresql://wenban:geheim@127.0.0.1:1/wenban", "连不上"),
        ("WENBAN_DATABASE_URL", "postgresql://wenban:geheim@127.0.0.1:port/wenban", "地址看不懂"),
        ("WENBAN_DATABASE_URL", "oracle://x", "sqlite://"),
    ],
)
def test_a_database_that_can_not_be_used(
    command: list[str],
    setting: str,
    value: str,
    why: str,
    wenban: Wenban,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(setting, value.replace(HERE, str(here)))
    code, said = wenban(*command)
    assert code == 1 and why in said and "geheim" not in said, said


def test_an_older_database_is_left_to_the_operator(wenban: Wenban, here: Path) -> None:
    assert wenban("db", "upgrade")[0] == 0
    with sqlite3.connect(here / "data" / "wenban.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    code, said = wenban("user", "add", "anne")
    assert code == 1 and "wenban db upgrade" in said


def test_an_account_of_a_department_names_it_and_no_other_account_does(wenban: Wenban) -> None:
    """An account of no department would see no ticket, and an agent's sees everybody's."""
    code, said = wenban("user", "add", "wang", "--role", "department")
    assert code == 1 and "--department" in said and "承办单位" in said
    code, said = wenban("user", "add", "wang", "--department", "市城市管理行政执法局")
    assert code == 1 and "--role department" in said
    assert "wang" not in wenban("user", "list")[1]


@pytest.mark.parametrize(
    "command",
    [
        ["kb", "test", "{here}/没有.txt"],
        ["kb", "import", "{here}/没有.csv"],
        ["kb", "import", "{here}/没有"],
        ["nlu", "evaluate", "{here}/没有.jsonl"],
        ["nlu", "slots", "{here}/没有"],
        ["evaluate", "danger", "{here}/没有.jsonl"],
    ],
)
def test_a_file_that_is_not_there_is_said_to_be_missing(
    command: list[str], wenban: Wenban, here: Path
) -> None:
    code, said = wenban(*(part.replace(HERE, str(here)) for part in command))
    assert code in (1, 2) and "没有这个文件" in said and "Errno" not in said and "只认" not in said


def test_a_wrong_profile_is_said_before_anything_else(
    wenban: Wenban, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENBAN_CITY_PROFILE", "没有这座城")
    code, said = wenban("explain", "路灯坏了三天没人修")
    assert code == 1 and said.startswith("✗ 没有城市档案“没有这座城”")


@pytest.mark.parametrize(
    "command", [["jobs", "list"], ["user", "list"], ["doctor"], ["explain", "路灯坏了"], ["kb", "stats"]]
)
def test_broken_accounts_are_one_sentence_for_every_command(
    command: list[str], wenban: Wenban, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENBAN_WECHAT_ACCOUNTS", "[{")
    code, said = wenban(*command)
    assert code in (1, 2) and "WENBAN_WECHAT_ACCOUNTS：不是正确的 JSON" in said and "Traceback" not in said


def test_danger_is_told_first_and_ends_it(wenban: Wenban) -> None:
    code, said = wenban("explain", "我家着火了")
    assert code == 0 and "fire, clear" in said and said.strip().endswith("不再判断别的")
    assert len(said.splitlines()) == 2


@pytest.mark.slow
def test_keys_are_moved_rotated_and_forgotten(
    wenban: Wenban, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wenban("user", "add", "anne")[0] == 0
    apart = here / "apart" / "keys.json"
    first = Settings(data_dir=here / "data").key_ring.present
    monkeypatch.setenv("WENBAN_DATA_KEY_FILE", str(here / "data" / "keys.json"))
    assert "里面" in wenban("keys", "move")[1]
    monkeypatch.setenv("WENBAN_DATA_KEY_FILE", str(apart))
    code, said = wenban("user", "list")
    assert code == 1 and "wenban keys move" in said  # the key in the data folder is not replaced by a new one
    assert wenban("keys", "move")[0] == 0
    assert first.key not in (here / "data" / "secrets.json").read_text()
    assert wenban("user", "list")[0] == 0
    code, said = wenban("keys", "rotate")
    keys = read_keys(apart)
    assert code == 0 and keys[0].id in said and [key.id for key in keys[1:]] == [first.id]
    assert "data_resealed" in wenban("jobs", "list")[1]
    assert keys[0].id in wenban("keys", "tracker")[1]
    code, said = wenban("keys", "list")
    assert code == 0 and "现用" in said and first.id in said
    assert wenban("keys", "forget", keys[0].id)[0] == 1  # never the present one
    assert wenban("keys", "forget", first.id)[0] == 0
    assert read_keys(apart) == keys[:1]
    apart.chmod(0o644)
    code, said = wenban("keys", "list")
    assert code == 1 and "chmod 600" in said


@pytest.mark.slow
def test_a_rotation_without_a_place_for_keys_keeps_both_in_the_data_folder(
    wenban: Wenban, here: Path
) -> None:
    assert wenban("user", "add", "anne")[0] == 0
    first = Settings(data_dir=here / "data").key_ring.present
    assert wenban("keys", "rotate")[0] == 0
    again = Settings(data_dir=here / "data").key_ring
    assert again.present != first and again.find(first.id).key == first.key
    assert first.key not in (here / "data" / "secrets.json").read_text()
    assert wenban("keys", "forget", first.id)[0] == 0
    assert wenban("user", "list")[0] == 0
    kept = "".join(path.read_text() for path in (here / "data").glob("*.json"))
    assert first.key not in kept


def test_a_key_that_was_set_can_not_be_rotated(wenban: Wenban, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAN_DATA_KEY", DataKey.new().key)
    code, said = wenban("keys", "rotate")
    assert code == 1 and "WENBAN_DATA_KEY_FILE" in said


def test_what_commands_write_is_for_the_owner_alone(wenban: Wenban, here: Path) -> None:
    before = os.umask(0o022)
    try:
        assert wenban("user", "add", "anne")[0] == 0
    finally:
        os.umask(before)
    wide = [path for path in (here / "data", *(here / "data").rglob("*")) if path.stat().st_mode & 0o077]
    assert wide == []
