"""The log of both styles: numbers are masked in it, also in tracebacks, and it holds no local variables."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from service import logs

PHONE, CARD = "13900139000", "110101199003074514"


@pytest.fixture(params=["console", "json"])
def style(request: pytest.FixtureRequest) -> Iterator[str]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield str(request.param)
    root.handlers, root.level = before, level


def test_a_traceback_masks_numbers_and_shows_no_local_variables(
    style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("info", style)
    password = "MyS3cret-Passw0rd"
    try:
        raise ValueError(f"{PHONE} {CARD} {len(password)}")
    except ValueError:
        logging.getLogger("wenban.test").exception("a turn of %s failed", PHONE)
    written = capsys.readouterr().err
    assert "ValueError" in written and "test_logs.py" in written
    assert not any(secret in written for secret in (PHONE, CARD, password))


@pytest.mark.parametrize("broken", ["\n", "\r", "\r\n", "\x85", "\u2028", "\x0b", "\x1b[2K", "\u202e"])
def test_nobody_can_forge_a_line(style: str, broken: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", style)
    forged = f"a{broken}23:59:59 [info] admin signed in"
    log = logging.getLogger("wenban.test")
    log.info("path %s", forged, extra={"path": forged})
    try:
        raise ValueError(forged)
    except ValueError:
        log.exception("it failed: %s", forged)
    written = capsys.readouterr().err
    # A JSON record is one line. Lines of a traceback for people are indented, so they can't look like a record.
    begun = [line for line in written.splitlines() if line and not line.startswith("  ")]
    assert len(begun) == 2 and not any(line.startswith("23:59:59") for line in begun)
    assert "\r" not in written and (broken == "\n" or broken not in written)


def test_numbers_are_masked_wherever_they_stand(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", style)
    logging.getLogger("wenban.test").info("%s", [PHONE], extra={"facts": {"of": [PHONE, {"card": CARD}]}})
    written = capsys.readouterr().err
    assert "139****9000" in written and PHONE not in written and CARD not in written
