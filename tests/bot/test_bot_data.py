"""The training data: enough of it, nothing twice, and in step with domain, rules and actions."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Any

import pytest
import yaml

from bot.actions.runtime.registry import ACTIONS
from bot.understanding.decide import ASK_WITH_MATTER, WHICH
from core.settings import ROOT

LEAST = {"ask_policy": 200, "complain": 180}
LEAST_EACH = 30
LEAST_ALL = 3000


def _yaml(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def _examples() -> list[tuple[str, str]]:
    found = []
    for file in sorted((ROOT / "bot/data/nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            if "intent" in block:
                found += [(block["intent"], line[2:]) for line in block["examples"].splitlines()]
    return found


EXAMPLES = _examples()


def _key(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s\W_]", "", folded) or folded.strip()


def test_there_are_enough_examples() -> None:
    counts = Counter(intent for intent, _ in EXAMPLES)
    assert len(counts) >= 18
    assert len(EXAMPLES) >= LEAST_ALL
    assert {i: n for i, n in counts.items() if n < LEAST.get(i, LEAST_EACH)} == {}


def test_no_example_stands_twice_or_under_two_intents() -> None:
    seen: dict[str, str] = {}
    twice = []
    for intent, text in EXAMPLES:
        key = _key(text)
        if key in seen:
            twice.append((text, seen[key], intent))
        seen[key] = intent
    assert twice == []


def test_examples_are_varied_and_not_one_sentence_with_a_word_changed() -> None:
    for intent in ("ask_policy", "complain"):
        texts = [text for name, text in EXAMPLES if name == intent]
        starts = Counter(text[:6] for text in texts)
        assert starts.most_common(1)[0][1] <= len(texts) * 0.05, starts.most_common(3)
        lengths = [len(text) for text in texts]
        assert min(lengths) <= 8
        assert max(lengths) >= 50


def test_no_personal_data() -> None:
    fictitious = re.compile(r"^(13[0-9]|15[0-9]|18[0-9]|19[0-9])0000000\d$")
    phones = {p for _, text in EXAMPLES for p in re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", text)}
    assert {p for p in phones if not fictitious.match(p)} == set()


def test_domain_rules_and_examples_name_the_same_intents() -> None:
    domain = set(_yaml("domain.yml")["intents"])
    ruled = {
        step["intent"]
        for name in ("answers", "forms")
        for rule in _yaml(f"bot/data/rules/{name}.yml")["rules"]
        for step in rule["steps"]
        if "intent" in step
    }
    decided = {"nlu_fallback", ASK_WITH_MATTER, WHICH}  # given by a component, never by examples
    assert {intent for intent, _ in EXAMPLES} | decided == domain
    assert ruled == domain


def test_every_action_of_the_domain_is_registered_and_the_other_way_round() -> None:
    assert set(_yaml("domain.yml")["actions"]) == set(ACTIONS)


def test_rules_use_only_what_the_domain_has() -> None:
    domain = _yaml("domain.yml")
    known = {*domain["actions"], *domain["responses"], *domain["forms"], "action_listen"}
    used = {
        step["action"]
        for name in ("answers", "forms")
        for rule in _yaml(f"bot/data/rules/{name}.yml")["rules"]
        for step in rule["steps"]
        if "action" in step
    }
    assert used <= known


@pytest.mark.parametrize("name", ["features"])
def test_patterns_compile(name: str) -> None:
    for block in _yaml(f"bot/data/nlu/{name}.yml")["nlu"]:
        for line in block["examples"].splitlines():
            re.compile(line[2:])


def test_buttons_of_responses_are_intents() -> None:
    domain = _yaml("domain.yml")
    payloads = {
        button["payload"]
        for wordings in domain["responses"].values()
        for wording in wordings
        for button in wording.get("buttons", [])
    }
    assert {payload.removeprefix("/") for payload in payloads} <= set(domain["intents"])
