"""The dependency audit, ``make audit``: what it says when it can't reach the advisories."""

import importlib.machinery
import os
import socket
import subprocess
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_an_audit_without_its_data_says_so_and_has_an_exit_code_of_its_own() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nothing can be reached there
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
        proxies = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "npm_config_https_proxy"), nowhere)
        done = subprocess.run(
            [sys.executable, ROOT / "scripts" / "audit"],
            env={**os.environ, **proxies, "NO_PROXY": "", "no_proxy": ""},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 3, done.stderr
    assert done.stdout.strip() == (
        "The advisories for requirements/app.lock, requirements/rasa.lock, web/package-lock.json could not be reached: "
        "nothing is known about them."
    )


def test_an_index_that_knows_no_advisories_is_not_taken_for_a_clean_result() -> None:
    loader = importlib.machinery.SourceFileLoader("audit_script", str(ROOT / "scripts" / "audit"))
    audit = types.ModuleType(loader.name)
    audit.__file__ = loader.path
    loader.exec_module(audit)
    known = {
        "name": "jinja2",
        "version": "2.10",
        "vulns": [{"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"]}],
    }
    assert audit.faults("a.lock", {"dependencies": [known]}) == [
        "a.lock: jinja2 2.10: PYSEC-2019-217, mended in 2.10.1"
    ]
    skipped = {"name": "torch", "skip_reason": "Dependency not found on PyPI and could not be audited"}
    with pytest.raises(audit.Unreached, match="1 of 2 not found, such as torch"):
        audit.faults("a.lock", {"dependencies": [known, skipped]})
