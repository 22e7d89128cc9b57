"""Measures how well the assistant understands held-out messages (``wenban evaluate …``, ``wenban nlu …``).

The sets were written independently of the training data and of the code that they measure. Their rows are
never used for training, and no training example or rule is made from a single wrong result.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
"""The folder of all sets; each set is a JSON lines file."""
MESSAGES = FOLDER / "held_out.jsonl"
"""Messages and their intents: ``{"text", "intent"}``."""
CATEGORIES = FOLDER / "categories.jsonl"
"""Stories and their categories: ``{"text", "category"}``."""
LONG_CATEGORIES = FOLDER / "categories_long.jsonl"
"""Letters of 150 to 500 characters, by an author who wrote no training data: ``{"text", "category"}``."""
STORIES = FOLDER / "stories.jsonl"
"""First messages and the slots they fill, told at :data:`STORIES_NOW`: ``{"text", "slots"}``."""
REQUESTS = FOLDER / "requests.jsonl"
"""Messages and how many matters for different departments they hold: ``{"text", "matters"}``."""
STORIES_NOW = "2026-11-24T14:00:00+08:00"
"""The moment at which the stories are told, ISO 8601."""
STORIES_TOLD = dict.fromkeys(
    ("stories_fresh2.jsonl", "stories_fresh3.jsonl", "stories_fresh4.jsonl"), "2026-11-29T14:00:00+08:00"
)
"""The moment at which the stories of a file were told, by its name; those of all others at :data:`STORIES_NOW`."""
ANSWERS = FOLDER / "answers.jsonl"
"""Questions and their entries, measured end to end; null: no entry answers. ``{"question", "entry"}``."""
MATTERS = FOLDER / "matters.jsonl"
"""Messages and their kinds, measured end to end: ``{"text", "kind"}``."""
DANGERS = FOLDER / "danger.jsonl"
"""Messages and their danger labels, measured end to end: ``{"text", "label"}``."""
TALKS = FOLDER / "talks.jsonl"
"""Whole talks, measured end to end: ``{"id", "channel", "turns": [{"say", "expect"}]}``.

Their author had seen the entries of the knowledge base, and no code, rules or examples. The labels are those of the
base of 29 November 2026: 20 turns that the author had given to eight unpublished drafts are labelled as unanswerable.
"""
LETTERS = FOLDER / "letters.jsonl"
"""Letters of at least 300 characters, none of them about danger: ``{"text", "category", "label"}``.

Other authors wrote further sets later: one wrote ``matters_fresh.jsonl``, ``danger_fresh.jsonl`` and
``letters_fresh.jsonl``; ``danger_fresh2.jsonl``, ``danger_fresh3.jsonl`` and ``matters_fresh2.jsonl`` each have an
author of their own. The author of ``matters_fresh3.jsonl`` and ``danger_long.jsonl`` (long stories, half of them with
one clause of danger) is another one, and so is the author of ``matters_fresh4.jsonl`` and ``danger_fresh4.jsonl``;
nothing was tuned on these four. ``answers_fresh.jsonl``, ``matters_fresh5.jsonl``, ``danger_fresh7.jsonl`` and
``stories_fresh2.jsonl`` are by one more author, who had seen entries and the meaning of labels only; nothing was tuned on them.
Since the evening of 30 November 2026 ``answers_fresh.jsonl`` and ``answers_fresh2.jsonl`` are development sets: their misses have been
read, and figures on them are held out no more. ``danger_fresh9.jsonl`` (318 emergencies and 319 harmless lines in few casual words) is by an
author who had seen nothing of the project; its misses have been read, and nothing is fitted to it.
"""
