"""``wenban run``: runs Rasa, the app, and the command that announces their start under supervisord."""

from __future__ import annotations

import os
import shlex
import socket
import sys
from pathlib import Path

from bot import rasa_program
from core.errors import ConfigurationError
from core.settings import ROOT, Settings

_TEMPLATE = """\
; Written anew at every start. Keys and addresses travel in the environment, not in this file.
[supervisord]
nodaemon=true
logfile={logs}/supervisor.log
logfile_maxbytes=5MB
loglevel=warn
umask=077
pidfile={data}/supervisord.pid
{user}
[program:rasa]
command={rasa}
directory={root}
stdout_logfile={logs}/rasa.log
redirect_stderr=true
stdout_logfile_maxbytes=10MB
autorestart=true
startsecs=0
stopasgroup=true
killasgroup=true

[program:app]
command={wenban} app
directory={root}
stdout_logfile=/dev/stdout
stdout_logfile_maxbytes=0
redirect_stderr=true
autorestart=true
startsecs=0
stopwaitsecs=20
stopasgroup=true
killasgroup=true

[program:announce]
command={wenban} announce
directory={root}
stdout_logfile=/dev/stdout
stdout_logfile_maxbytes=0
redirect_stderr=true
autorestart=false
startsecs=0
"""


def require_free_ports(settings: Settings) -> None:
    """Check that the ports of app and Rasa are free.

    Raises:
        ConfigurationError: a port is taken. The message says which, and what to do.
    """
    for name, port in (("PORT", settings.port), ("RASA_PORT", settings.rasa_port)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host if name == "PORT" else "127.0.0.1", port))
            except OSError as error:
                raise ConfigurationError(
                    f"端口 {port} 已被占用（{error.strerror}）。请先停掉占用它的程序，或者换一个端口："
                    f"{name}={port + 100} make run"
                ) from error


def write_configuration(settings: Settings, model: Path) -> Path:
    """Write supervisord's configuration, and return its path."""
    logs = settings.data_dir / "log"
    logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    (settings.data_dir / "rasa").mkdir(parents=True, exist_ok=True)
    path = settings.data_dir / "supervisord.conf"
    text = _TEMPLATE.format(
        data=_value(settings.data_dir),
        logs=_value(logs),
        root=_value(ROOT),
        rasa=_words(rasa_program.serve(settings.rasa_port, model)),
        wenban=_words([str(Path(sys.executable).with_name("wenban"))]),
        user="user=root\n" if os.getuid() == 0 else "",
    )
    path.write_text(text, encoding="utf-8")
    return path


def _value(path: Path) -> str:
    return str(path).replace("%", "%%")


def _words(command: list[str]) -> str:
    return shlex.join(command).replace("%", "%%")


def run(settings: Settings, model: Path) -> None:
    """Become the supervisor. This does not return. Ctrl-C ends all processes that it started."""
    configuration = write_configuration(settings, model)
    program = Path(sys.executable).with_name("supervisord")
    os.execve(program, [str(program), "-c", str(configuration)], rasa_program.environment(settings))  # noqa: S606
