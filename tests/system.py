"""Runs a whole system for tests and benchmarks: a trained Rasa and the app, each in its own process.

They listen on free ports and use a new data folder; the model is the one ``wenban train`` made.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot import rasa_program, training
from core.settings import ROOT, Settings
from tests.knowledge import begin_with_what_is_at_hand

START_PATIENCE_S = 400
"""Most seconds to wait until a started process answers."""
WECHAT_TOKEN = "end-to-end-token"
"""Token of the WeChat accounts."""
WECHAT_AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
"""Key of the WeChat account in safe mode."""
WECHAT_APP_ID = "wx0000000000000000"
"""App id of the WeChat accounts."""


_PORTS = iter(random.SystemRandom().sample(range(16384, 32768), 16384))
"""All ports below the range for outgoing connections (from 49152; on Linux from 32768), in this process's own order."""


def free_port() -> int:
    """A port on which nobody listens, for a program that may take a while until it does.

    It is handed out once: a worker of the tests has its own share of the ports (every n-th), because two programs
    that still start would both find the same port free.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    mine = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for port in _PORTS:
        if port % workers != mine:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")


@dataclass
class Process:
    """A program of the system: its command, its environment, and the file it logs to."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.log.touch(0o600)
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                umask=0o077,  # as `wenban run` sets it
            )

    def stop(self, with_signal: int = signal.SIGTERM) -> None:
        if self.popen is None or self.popen.poll() is not None:
            return
        os.killpg(self.popen.pid, with_signal)
        try:
            self.popen.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait(10)


@dataclass
class System:
    """A running system: its address, its data, its processes, and the name and password of a supervisor."""

    url: str
    settings: Settings
    environment: dict[str, str]
    data: Path
    rasa: Process
    app: Process
    username: str
    password: str

    def wait_ready(self) -> None:
        """Wait until a citizen's message can be answered."""
        wait_for(f"{self.url}/readyz", self.rasa, self.app)


def wait_for(address: str, *processes: Process) -> None:
    """Wait until ``address`` answers with success; fail when one of the processes has ended or it takes too long."""
    began = time.monotonic()
    while time.monotonic() - began < START_PATIENCE_S:
        for process in processes:
            assert process.popen is not None
            if process.popen.poll() is not None:
                raise RuntimeError(f"{process.name} ended:\n{process.log.read_text()[-4000:]}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    logs = "\n".join(process.log.read_text()[-3000:] for process in processes)
    raise RuntimeError(f"{address} does not answer:\n{logs}")


def program() -> str:
    """Path of the command ``wenban`` in this Python environment."""
    return str(Path(sys.executable).with_name("wenban"))


def wenban(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run ``wenban`` with these arguments, as an operator would, and wait until it has ended."""
    return subprocess.run(
        [program(), *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def prepare(data: Path, *, whole_build: bool = False, **extra: str) -> tuple[dict[str, str], Settings]:
    """Prepares a data folder: migrates its database, builds its index. Returns the environment and the settings.

    Args:
        data: the folder; it holds no index yet.
        whole_build: make all vectors of the index, also those that are at hand (:mod:`tests.knowledge`).
        extra: further settings, as ``WENBAN_…`` variables.
    """
    port, rasa_port = free_port(), free_port()
    environment = {
        **os.environ,
        "WENBAN_DATA_DIR": str(data),
        "WENBAN_PORT": str(port),
        "WENBAN_RASA_PORT": str(rasa_port),
        # Each citizen of a test sends an address of their own in a header, as a proxy would (tests/citizen.py).
        "WENBAN_TRUST_PROXY": "true",
        "WENBAN_REVEALS_A_DAY": "1000",
        "WENBAN_WECHAT_ACCOUNTS": wechat_accounts(),
        **extra,
    }
    if not whole_build:
        begin_with_what_is_at_hand(data / "kb_index")
    for step in (("db", "upgrade"), ("kb", "build")):
        done = wenban(*step, environment=environment)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
    settings = Settings(data_dir=data, port=port, rasa_port=rasa_port)
    return environment, settings


def wechat_accounts(*more: dict[str, str]) -> str:
    """The setting of the WeChat accounts; ``more`` are further ones."""
    account = {"app_id": WECHAT_APP_ID, "token": WECHAT_TOKEN}
    safe = {**account, "name": "safe", "mode": "safe", "aes_key": WECHAT_AES_KEY}
    return json.dumps([{**account, "name": "main"}, safe, *({"token": WECHAT_TOKEN, **one} for one in more)])


def new_address() -> dict[str, str]:
    """A header with a new client address, from the range reserved for documentation (RFC 3849)."""
    return {"X-Forwarded-For": f"2001:db8:{secrets.randbelow(65536):x}:{secrets.randbelow(65536):x}::1"}


@contextmanager
def started(data: Path, *, whole_build: bool = False, **extra: str) -> Iterator[System]:
    """Runs a system with its data in ``data``; see :func:`prepare`."""
    model = training.model_path(Settings())
    if not model.exists():
        raise RuntimeError("there is no trained Rasa model for the present data: run `wenban train` first")
    before = os.umask(0o077)  # as every command sets it, for itself and what it starts
    try:
        (data / "rasa").mkdir(parents=True)
        environment, settings = prepare(data, whole_build=whole_build, **extra)
        rasa = Process(
            "rasa",
            rasa_program.serve(settings.rasa_port, model),
            {**environment, **rasa_program.environment(settings)},
            data / "rasa.log",
        )
        app = Process("app", [program(), "app"], environment, data / "app.log")
        username = "e2e-supervisor"
        added = wenban(
            "user", "add", username, "--name", "坐席1号", "--role", "supervisor", environment=environment
        )
        if added.returncode != 0:
            raise RuntimeError(added.stdout + added.stderr)
    finally:
        os.umask(before)
    system = System(
        settings.app_url, settings, environment, data, rasa, app, username, added.stdout.split()[-1]
    )
    rasa.start()
    app.start()
    try:
        system.wait_ready()
        yield system
    finally:
        app.stop()
        rasa.stop()
