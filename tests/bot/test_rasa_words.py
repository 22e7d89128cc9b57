"""Rasa's log, written by Rasa's own Python: no words of a citizen, also when something fails."""

from __future__ import annotations

import subprocess

from bot import rasa_program
from core.settings import ROOT

_FAILING = """
from bot.rasa_words import keep_out
keep_out()
from rasa.utils.log_utils import configure_structlog
configure_structlog()
import structlog
log = structlog.get_logger("rasa.core.channels.rest")

def answer(text):
    words = [text, {"slot": text}]
    raise RuntimeError("no model")

try:
    answer("我叫牛魔王")
except Exception:
    log.exception("rest.message.received.failure", text="我叫牛魔王", slots={"name": "牛魔王"})
log.error("rest.message.received.timeout", text="我叫牛魔王", seconds=8, event_info="Timed out.")
"""


def test_a_failure_is_logged_without_the_words() -> None:
    done = subprocess.run(
        [str(rasa_program.python()), "-c", _FAILING],
        cwd=ROOT,
        env=rasa_program.quiet(),
        capture_output=True,
        text=True,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "牛魔王" not in said and "\\u725b" not in said
    assert "rest.message.received.failure" in said and "no model" in said and "RuntimeError" in said
    assert '"seconds": 8' in said and "Timed out." in said
