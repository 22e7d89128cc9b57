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
