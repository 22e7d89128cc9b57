"""The example of a hardened machine in ``deploy/`` is true to the program, and to systemd and nginx where they are installed."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer.main

from core.settings import ROOT, Settings
from service.cli import whole

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_gives_its_process_no_more_than_it_needs(unit: Path) -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(unit)
    service = read["Service"]
    for option, value in {
        "User": "wenban",
        "UMask": "0077",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "CapabilityBoundingSet": "",
        "ReadWritePaths": "/var/lib/wenban",
    }.items():
        assert service[option] == value, option
    assert re.fullmatch(r"\d+G", service["MemoryMax"])
    group = typer.main.get_command(whole())
    for command in re.findall(r"^Exec\w+=\S+/wenban (.+)$", unit.read_text(), re.M):
        found = group
        for word in command.split():
            found = found.commands[word]  # type: ignore[attr-defined]


def test_every_setting_in_the_example_is_a_setting() -> None:
    known = {f"WENBAN_{name.upper()}" for name in Settings.model_fields}
    for file in DEPLOY.iterdir():
        assert set(re.findall(r"WENBAN_[A-Z_]*[A-Z]", file.read_text())) <= known, file.name


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_a_unit(unit: Path, tmp_path: Path) -> None:
    """systemd looks for the programs; here something that exists stands in their place."""
    for one in UNITS:
        text = re.sub(r"/opt/wenban/.venv/bin/wenban", "/bin/true", one.read_text())
        (tmp_path / one.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", str(tmp_path / unit.name)],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_understands_the_proxy(tmp_path: Path) -> None:
    """With a certificate of the test's own, and as a process that listens nowhere."""
    pair = ("-keyout", tmp_path / "one.key", "-out", tmp_path / "one.crt")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=one", *pair],
        check=True,
        capture_output=True,
    )
    text = (DEPLOY / "nginx.conf").read_text()
    text = re.sub(r"/etc/nginx/tls/\S+\.(crt|key)", rf"{tmp_path}/one.\1", text)
    whole_file = tmp_path / "nginx.conf"
    whole_file.write_text(
        f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{text}\n}}\n"
    )
    done = subprocess.run(["nginx", "-t", "-c", str(whole_file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
