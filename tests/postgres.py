"""Runs a PostgreSQL server for tests: in a temporary folder, on a free port, removed afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system import free_port


def _binaries() -> Path:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not installed:
        raise RuntimeError("PostgreSQL is not installed: run scripts/test-tools")
    return installed[-1]


@contextmanager
def postgresql() -> Iterator[str]:
    """Runs a server; yields the URL of an empty database. Started by root it runs as ``nobody``, as it refuses root."""
    # Not in pytest's temporary folder, which other users, such as nobody, may not enter.
    with tempfile.TemporaryDirectory(prefix="wenban-pg-") as folder, _server(Path(folder)) as url:
        yield url


@contextmanager
def _server(data: Path) -> Iterator[str]:
    binaries = _binaries()
    as_user: dict[str, str] = {}
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        as_user = {"user": "nobody"}
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
    port = free_port()

    def run(*command: str) -> None:
        done = subprocess.run(
            [str(binaries / command[0]), *command[1:]], capture_output=True, text=True, cwd="/", **as_user
        )
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)

    run("initdb", "-D", str(data / "db"), "-U", "wenban", "--auth=trust", "--encoding=UTF8", "--no-sync")
    options = f"-p {port} -k {data} -c listen_addresses=127.0.0.1 -c fsync=off -c autovacuum=off"
    run("pg_ctl", "-D", str(data / "db"), "-l", str(data / "log"), "-o", options, "-w", "start")
    try:
        yield f"postgresql://wenban@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", str(data / "db"), "-m", "immediate", "stop")
