"""The operator's commands, run as an operator runs them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil

from bot import training
from core.settings import ROOT, Settings
from tests.system import System, free_port, program, wenban


def environment(data: Path, port: int, rasa_port: int) -> dict[str, str]:
    return {
        **os.environ,
        "WENBAN_DATA_DIR": str(data),
        "WENBAN_PORT": str(port),
        "WENBAN_RASA_PORT": str(rasa_port),
    }


def wait_for(log: Path, words: str, process: subprocess.Popen[bytes], seconds: float = 180) -> str:
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        text = log.read_text("utf-8", "replace")
        if words in text:
            return text
        assert process.poll() is None, text
        time.sleep(0.3)
    raise AssertionError(f"{words!r} not said in {seconds} s:\n{log.read_text()}")


def test_run_starts_everything_prints_how_to_sign_in_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    data, log = tmp_path / "var", tmp_path / "log"
    port, rasa_port = free_port(), free_port()
    # The model is trained already; a fresh data folder would only train it again.
    model = training.model_path(Settings())
    copied = data / "rasa" / "models" / model.name
    copied.parent.mkdir(parents=True)
    shutil.copy(model, copied)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [program(), "run"],
            cwd=ROOT,
            env=environment(data, port, rasa_port),
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
        )
    try:
        said = wait_for(log, "Ctrl-C stops everything", process)
        assert f"http://127.0.0.1:{port}/desk/" in said
        assert "first sign-in at the desk" in said
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 2
        process.send_signal(signal.SIGINT)
        process.wait(30)
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == []
    finally:
        process.kill()
        for child in psutil.process_iter(["cmdline"]):
            if str(data) in " ".join(child.info["cmdline"] or []):
                child.kill()


def test_a_taken_port_is_one_plain_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = wenban("run", environment=environment(tmp_path, port, free_port()))
    assert done.returncode == 1
    assert f"端口 {port} 已被占用" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_one_plain_sentence(tmp_path: Path) -> None:
    done = wenban(
        "doctor", environment={**os.environ, "WENBAN_PORT": "soon", "WENBAN_DATA_DIR": str(tmp_path)}
    )
    assert done.returncode == 1
    assert "WENBAN_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_finds_nothing_wrong_with_a_running_system(system: System) -> None:
    # Training put the model where the installation keeps it, not into this system's own data folder.
    copied = training.model_path(system.settings)
    copied.parent.mkdir(0o700, parents=True, exist_ok=True)
    shutil.copy(training.model_path(Settings()), copied)
    copied.chmod(0o600)
    done = wenban("doctor", environment=system.environment)
    assert done.returncode == 0, done.stdout
    assert "✗" not in done.stdout


def test_doctor_says_what_to_do_on_an_empty_installation(tmp_path: Path) -> None:
    done = wenban("doctor", environment=environment(tmp_path, free_port(), free_port()))
    assert done.returncode == 1
    assert "wenban train" in done.stdout
    assert "wenban kb build" in done.stdout
    assert "wenban db upgrade" in done.stdout


def test_chat_in_the_terminal(system: System) -> None:
    done = subprocess.run(
        [program(), "chat"],
        cwd=ROOT,
        env=system.environment,
        input="您好\n养老保险要交满多少年才能按月领养老金？\n\n",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "依据" in done.stdout


def test_chat_without_a_system_says_so(tmp_path: Path) -> None:
    done = wenban("chat", environment=environment(tmp_path, free_port(), free_port()))
    assert done.returncode == 1
    assert "make run" in done.stderr
