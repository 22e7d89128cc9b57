"""Runs a Redis server for tests: in memory, on a free port, removed afterwards. A test can stop and start it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.system import free_port


class RedisServer:
    """One server. Stopping it looks like a crash."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise RuntimeError("Redis is not installed: run scripts/test-tools")
        self._program = program
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it accepts connections."""
        self._running = subprocess.Popen(
            [
                *(self._program, "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", "/tmp"),
            ],
            stdout=subprocess.DEVNULL,
        )
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("redis-server does not answer")

    def stop(self) -> None:
        """Kill it; its connections break."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None


@contextmanager
def redis() -> Iterator[RedisServer]:
    """Runs a server; yields it."""
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
