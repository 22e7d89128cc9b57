"""Rasa's own end-to-end stories: the model's intents and the rules' steps, for real sentences."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bot import rasa_program
from core import yaml_loader
from core.settings import ROOT
from tests.bot.rasa_process import environment, model

STORIES = Path(__file__).parent / "e2e_stories"

pytestmark = pytest.mark.end_to_end


def test_every_story_goes_as_written(tmp_path: Path) -> None:
    done = subprocess.run(
        rasa_program.command(
            *("test", "core", "--e2e", "--fail-on-prediction-errors", "--no-plot"),
            *("--stories", str(STORIES), "--model", str(model()), "--out", str(tmp_path)),
        ),
        cwd=ROOT,
        env=environment(1, tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    stories = [
        story
        for file in STORIES.glob("*.yml")
        for story in yaml_loader.load(file.read_text("utf-8"))["stories"]
    ]
    assert len(stories) >= 35
    assert f"Correct:          {len(stories)} / {len(stories)}" in done.stderr
