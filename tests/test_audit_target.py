"""The dependency audit, ``make audit``: what it says of advisories as they come, and when it can't reach them."""

import gzip
import importlib.machinery
import json
import os
import socket
import subprocess
import sys
import threading
import types
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

pytestmark = pytest.mark.slow
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


# What OSV answers for a version (https://ossf.github.io/osv-schema/): an advisory of PyPA's database, one of GitHub's that was
# withdrawn, one of a schema that is not known, and one that mends in two lines of versions.
_PYPA = {
    "schema_version": "1.7.3",
    "id": "PYSEC-2099-1",
    "details": "An out-of-bounds read\nin a decoder.",
    "aliases": ["CVE-2099-0001", "GHSA-aaaa-bbbb-cccc"],
    "modified": "2099-01-02T00:00:00.000000Z",
    "published": "2099-01-01T00:00:00Z",
    "references": [{"type": "FIX", "url": "https://example.com/fix"}],
    "affected": [
        {
            "package": {"name": "pillow", "ecosystem": "PyPI", "purl": "pkg:pypi/pillow"},
            "ranges": [
                {"type": "GIT", "repo": "https://example.com/x", "events": [{"introduced": "0"}, {"fixed": "abc"}]},
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}, {"introduced": "100"}, {"fixed": "100.2"}]},
            ],
            "versions": ["13.0.0"],
            "database_specific": {"source": "https://example.com/PYSEC-2099-1.yaml"},
        }
    ],
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
}  # fmt: skip
_UNMENDED = {"schema_version": "1.7.3", "id": "GHSA-dddd-eeee-ffff", "summary": "No version mends it.", "affected": [{"package": {"name": "pillow", "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"last_affected": "13.0.0"}]}]}]}  # fmt: skip
_WITHDRAWN = {**_PYPA, "id": "GHSA-gggg-hhhh-iiii", "withdrawn": "2099-02-01T00:00:00Z"}
_STRANGE = {**_PYPA, "id": "NEW-1", "schema_version": "2.0.0"}
_OLD = {"vulns": [{**_PYPA, "id": "PYSEC-2019-217"}]}
_NPM = [
    {
        "id": 1099999,
        "url": "https://github.com/advisories/GHSA-jjjj-kkkk-llll",
        "title": "Cross-site scripting",
        "severity": "high",
        "vulnerable_versions": "<99.0.0",
        "cwe": ["CWE-79"],
        "cvss": {"score": 7.1, "vectorString": "CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:U/C:H/I:L/A:N"},
    }
]


class Advisories(ThreadingHTTPServer):
    """A copy of the advisories on this machine: OSV's question and npm's."""

    def __init__(
        self, python: dict[str, object], web: dict[str, object], status: int = 200, body: bytes = b""
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.python, self.web, self.status, self.body = python, web, status, body
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Answer(BaseHTTPRequestHandler):
    server: Advisories

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        asked = json.loads(gzip.decompress(sent) if self.headers.get("Content-Encoding") == "gzip" else sent)
        if self.path == "/v1/query":
            name, version = asked["package"]["name"], asked["version"]
            answer = self.server.python.get(f"{name} {version}") or self.server.python.get(name, {})
        else:
            answer = {name: found for name, found in self.server.web.items() if name in asked}
        self._say(self.server.body or json.dumps(answer).encode())

    def do_GET(self) -> None:
        name = unquote(self.path.strip("/"))
        locked = json.loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))["packages"]
        version = locked.get(f"node_modules/{name}", {}).get("version", "1.0.0")
        versions = {version: {"name": name, "version": version}}
        self._say(json.dumps({"name": name, "dist-tags": {"latest": version}, "versions": versions}).encode())

    def _say(self, body: bytes) -> None:
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def audited(tmp_path: Path, server: Advisories) -> subprocess.CompletedProcess[str]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        return subprocess.run(
            [sys.executable, ROOT / "scripts" / "audit", "--osv", f"{server.url}/v1/query"],
            env={
                **os.environ,
                "npm_config_registry": server.url,
                "npm_config_cache": str(tmp_path / "npm"),
                "XDG_CACHE_HOME": str(tmp_path),
                "NO_PROXY": "127.0.0.1",
                "no_proxy": "127.0.0.1",
            },
            capture_output=True,
            text=True,
            timeout=300,
        )
    finally:
        server.shutdown()
        server.server_close()


def test_known_faults_are_named_with_what_mends_them(tmp_path: Path) -> None:
    python = {"pillow": {"vulns": [_PYPA, _WITHDRAWN, _STRANGE, _UNMENDED]}}
    done = audited(tmp_path, Advisories(python, {"vue": _NPM}))
    lines = done.stdout.splitlines()
    assert done.returncode == 1, done.stdout + done.stderr
    assert [line for line in lines if "app.lock" in line] == [
        "✗ requirements/app.lock: pillow 13.0.0: PYSEC-2099-1, mended in 99.1, 100.2",
        "✗ requirements/app.lock: pillow 13.0.0: GHSA-dddd-eeee-ffff",
    ]
    assert "✗ web: vue: high" in lines
    assert lines[-1] == f"{len(lines) - 1} known faults."


def test_nothing_known_is_said_only_by_whoever_knows_an_old_fault(tmp_path: Path) -> None:
    clean = audited(tmp_path, Advisories({"jinja2 2.10": _OLD}, {"minimist": _NPM}))
    assert (clean.returncode, clean.stdout) == (0, "No known faults.\n"), clean.stdout + clean.stderr
    empty = audited(tmp_path, Advisories({}, {}))
    assert empty.returncode == 3 and "nothing is known about them" in empty.stdout
    assert empty.stderr.count("knows no advisories") == 3


@pytest.mark.parametrize(
    ("status", "body"), [(500, b"{}"), (429, b"{}"), (403, b"<html>"), (200, b"<html>sign in</html>"), (200, b"[]"), (200, b'{"vulns":')]
)  # fmt: skip
def test_an_answer_that_is_none_is_no_clean_result(tmp_path: Path, status: int, body: bytes) -> None:
    done = audited(tmp_path, Advisories({"jinja2": _OLD}, {"minimist": _NPM}, status, body))
    assert done.returncode == 3, done.stdout + done.stderr
    assert "No known faults" not in done.stdout
