"""How well the assistant understands: held-out messages and the figures over them (``wenban evaluate …``, ``wenban nlu …``).

The sets were written apart from the training data and the code they measure. Nothing moves from them into training, and
no example or rule is made from a single miss.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
MESSAGES = FOLDER / "held_out.jsonl"
"""``{"text", "intent"}``"""
CATEGORIES = FOLDER / "categories.jsonl"
"""``{"text", "category"}``"""
STORIES = FOLDER / "stories.jsonl"
"""``{"text", "slots"}``; said at :data:`STORIES_NOW`."""
STORIES_NOW = "2026-11-24T14:00:00+08:00"
ANSWERS = FOLDER / "answers.jsonl"
"""``{"question", "entry"}``, measured end to end; ``entry`` is null where nothing answers."""
MATTERS = FOLDER / "matters.jsonl"
"""``{"text", "kind"}``, measured end to end."""
DANGERS = FOLDER / "danger.jsonl"
"""``{"text", "label"}``, measured end to end."""
LETTERS = FOLDER / "letters.jsonl"
"""``{"text", "category", "label"}``: letters of 300 characters and more, none of them telling of danger.

``matters_fresh.jsonl``, ``danger_fresh.jsonl`` and ``letters_fresh.jsonl`` were written later, by yet another hand.
"""
