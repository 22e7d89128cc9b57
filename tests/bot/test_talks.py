"""The figures of whole talks: how rows are read, what each turn is counted as, and how the figures are told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.evaluation import TALKS
from bot.evaluation.rows import Expected, TalkRow, Wanted, read
from bot.evaluation.seen import Kind, Seen
from bot.evaluation.seen import read as read_seen
from bot.evaluation.talks import QUESTIONS, counted, says, talks, wrong_in
from bot.evaluation.talks_told import lines
from conversations.event_kinds import Outcome, Result
from conversations.types import Button, Message, Mode
from core.clock import now
from core.errors import ConfigurationError
from core.settings import load_settings
from kb_index.entries.folder import load_folder

ANSWER = {"entry": "a", "also": ["a2"], "says": ["10个工作日|十个工作日"]}
TELLS = "材料齐全的，10 个工作日办结。"


def seen(
    kind: Kind,
    result: Result,
    *,
    entries: Sequence[str] = (),
    choices: Sequence[str] = (),
    text: str = "",
    form: bool = False,
    ways_on: bool = False,
) -> Seen:
    first = entries[0] if entries else None
    return Seen(
        kind, first, tuple(choices), form, kind == "danger", text, 10.0, result, tuple(entries), form, ways_on
    )


def answer(*entries: str, text: str = TELLS, form: bool = False) -> Seen:
    return seen("answer", Result.ANSWERED, entries=entries, text=text, form=form)


def unknown(*choices: str, ways_on: bool = True) -> Seen:
    return seen("unknown", Result.UNKNOWN, choices=choices, text=TELLS, ways_on=ways_on)


def offer(*choices: str) -> Seen:
    return seen("choices", Result.ASKED_BACK, choices=choices, text=TELLS)


FORM = seen("form", Result.MATTER, form=True)


def row(name: str, *turns: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": name,
        "channel": "widget",
        "turns": [{"say": say, "expect": expect} for say, expect in turns],
    }


@pytest.mark.parametrize(
    ("expect", "one", "as_what"),
    [
        (ANSWER, answer("a"), "right_at_once"),
        (ANSWER, answer("x", "a2"), "right_at_once"),
        (ANSWER, answer("a", form=True), "right_at_once"),
        (ANSWER, answer("a", text="当场办结。"), "wrong"),
        (ANSWER, answer("x"), "wrong"),
        (ANSWER, offer("x", "a2"), "offered"),
        (ANSWER, unknown("a"), "offered"),
        (ANSWER, offer("x"), "other"),
        (ANSWER, unknown("x"), "unknown"),
        (ANSWER, seen("not_understood", Result.NOT_UNDERSTOOD), "unknown"),
        (ANSWER, seen("form", Result.UNKNOWN, form=True), "unknown"),
        (ANSWER, FORM, "form"),
        (ANSWER, seen("danger", Result.DANGER), "other"),
        ({"entry": "a"}, answer("a", text=""), "right_at_once"),
        ({"says": ["10个工作日"]}, answer("x"), "right_at_once"),
        ({"says": ["10个工作日"]}, seen("talk", Result.TICKET, text=TELLS), "right_at_once"),
        ({"says": ["10个工作日"]}, answer("x", text="当场办结。"), "wrong"),
        ({"says": ["10个工作日"]}, offer("x"), "other"),
        ({"says": ["10个工作日"]}, unknown(), "unknown"),
        ({"unknown": True}, unknown("x"), "right_at_once"),
        ({"unknown": True}, unknown(ways_on=False), "other"),
        ({"unknown": True}, answer("x"), "wrong"),
        ({"unknown": True}, offer("x"), "other"),
        ({"unknown": True}, seen("not_understood", Result.NOT_UNDERSTOOD, ways_on=True), "other"),
        ({"form": True}, FORM, "right_at_once"),
        ({"form": True}, answer("x"), "other"),
        ({"danger": True}, seen("danger", Result.DANGER), "right_at_once"),
        ({"danger": True}, FORM, "other"),
        ({"declined": True}, seen("declined", Result.DECLINED), "right_at_once"),
        ({"declined": True}, FORM, "other"),
    ],
)
def test_what_a_turn_is_counted_as(expect: dict[str, Any], one: Seen, as_what: str) -> None:
    assert counted(Expected.model_validate(expect), one) == as_what


@pytest.mark.parametrize(
    ("text", "wording", "contained"),
    [
        ("自受理之日起 １０个 工作日 内", "10个工作日", True),
        ("十天之内", "10日|10天|十日|十天", True),
        ("110个工作日", "10个工作日", False),
        ("2.10元", "10元", False),
        ("每月1,200元", "1200", True),
        ("每月1200.5元", "每月1200", False),
        ("**免征契税**", "免征 契税", True),
        ("登录皖事通app", "皖事通APP", True),
        ("", "免费", False),
    ],
)
def test_wordings_are_compared_without_regard_to_their_form(text: str, wording: str, contained: bool) -> None:
    assert says(text, wording) is contained


def test_the_figures_of_talks() -> None:
    rows = [
        TalkRow.model_validate(each)
        for each in (
            row(
                "t1",
                ("你好", {"any": True}),
                ("居住证咋办", {"entry": "a"}),
                ("几天", ANSWER),
                ("那在上海办呢", {"unknown": True}),
            ),
            row(
                "t2", ("楼上漏水没人管", {"form": True}), ("要交钱吗", {"entry": "b"}), ("嗯", {"any": True})
            ),
            row("t3", ("着火了", {"danger": True}), ("判决不公", {"declined": True})),
            row(
                "t4",
                ("火星几号开门", {"unknown": True}),
                ("身份证丢了", {"entry": "c"}),
                ("远吗", {"unknown": True}),
            ),
        )
    ]
    told = [
        [seen("talk", Result.TALK), answer("a"), answer("a", text="当场"), answer("a")],
        [FORM, FORM, FORM],
        [seen("danger", Result.DANGER), seen("declined", Result.DECLINED)],
        [unknown(), offer("x", "c"), offer("x")],
    ]
    figures = talks(rows, told)
    assert (figures["talks"], figures["turns"], figures["judged"]) == (4, 12, 10)
    assert figures["talks_all_right"] == 0.25
    shares = ("right_at_once", "offered", "wrong", "form", "unknown", "other")
    assert [figures[name] for name in shares] == [0.25, 0.25, 0.25, 0.25, 0.0, 0.0]
    assert sum(figures["follow_up"][name] for name in QUESTIONS) == pytest.approx(1, abs=0.001)
    # A greeting before it leaves a question the first of its talk. A matter or an unanswerable question does not.
    assert (figures["questions"], figures["first"]["questions"], figures["follow_up"]["questions"]) == (
        4,
        1,
        3,
    )
    assert figures["first"]["right_at_once"] == 1.0
    assert (figures["unanswerable"], figures["unanswerable_right"]) == (3, round(1 / 3, 4))
    assert figures["unanswerable_answered"] == round(1 / 3, 4)
    assert [figures[f"{name}_recall"] for name in ("form", "danger", "declined")] == [1.0, 1.0, 1.0]
    assert [figures[name] for name in ("forms", "dangers", "declined")] == [1, 1, 1]
    missed = {(miss["talk"], miss["turn"]): miss for miss in figures["misses"]}
    assert set(missed) == {("t1", 3), ("t1", 4), ("t2", 2), ("t4", 2), ("t4", 3)}
    assert missed["t1", 3]["before"] == "居住证咋办"
    assert missed["t1", 3]["missing"] == ["10个工作日|十个工作日"]
    assert (missed["t1", 4]["counted"], missed["t1", 4]["got"]) == ("wrong", ["a"])
    json.dumps(figures)

    said = "\n".join(lines(figures, 2))
    assert (
        "t1, turn 3, counted as wrong: 几天\n    after: 居住证咋办\n    expected a; got answer a, without"
        in said
    )
    assert "… and 3 more turns" in said
    assert "Every judged turn is right in 25.0 % of the talks." in said
    assert "Questions that nothing answers: 3." in said


def test_figures_of_nothing_are_none_and_are_not_told() -> None:
    only = [TalkRow.model_validate(row("t1", ("着火了", {"danger": True})))]
    figures = talks(only, [[seen("danger", Result.DANGER)]])
    assert figures["right_at_once"] is figures["first"]["wrong"] is figures["form_recall"] is None
    assert figures["unanswerable_answered"] is None
    said = list(lines(figures, 20))
    assert len(said) == 3 and said[1] == "Dangers noticed: 100.0 % of 1."


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (row("t2", ("甲", {"entry": "a"}), (" ", {"any": True})), "第 2 行：第 2 句的 say "),
        (row("t2", ("甲", {"entry": "a"}), ("乙", {})), "第 2 行：第 2 句的 expect 要写 entry"),
        (row("t2", ("甲", {"entry": "a", "unknown": True})), "第 2 行：第 1 句的 expect 要写 entry"),
        (row("t2", ("甲", {"says": ["一"], "also": ["a"]})), "第 2 行：第 1 句的 expect 有 also"),
        (row("t2", ("甲", {"entry": "a", "says": ["一|"]})), "第 2 行：第 1 句的 expect says 里"),
        (row("t2", ("甲", {"entry": "a", "says": "一"})), "第 2 行：第 1 句的 expect.says "),
        (row("t2", ("甲", {"form": False})), "第 2 行：第 1 句的 expect.form "),
        (row("t2", ("甲", {"froms": True})), "第 2 行：第 1 句的 expect.froms "),
        (row("t2", ("甲", {"any": True})), "第 2 行：至少要有一句不是 any"),
        (row("t2") | {"turns": [{"expect": {"any": True}}]}, "第 2 行：第 1 句的 say 必须填写"),
        (row("t2", ("甲", {"entry": "a"})) | {"channel": "wechat"}, "第 2 行：channel 只能填 widget"),
        (row("t1", ("甲", {"entry": "a"})), "第 2 行：id t1 前面已经用过"),
        (
            row("t2", ("甲", {"entry": "a"}), ("乙", {"entry": "a", "also": ["z"]})),
            "第 2 行：第 2 句：知识库里没有 z",
        ),
    ],
)
def test_a_bad_row_is_named_with_its_turn(tmp_path: Path, bad: dict[str, Any], problem: str) -> None:
    path = tmp_path / "talks.jsonl"
    good = row("t1", ("居住证咋办", {"entry": "a"}))
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in (good, bad)), "utf-8")
    with pytest.raises(ConfigurationError) as raised:
        read(path, TalkRow, wrong_in({"a"}))
    assert problem in raised.value.message


def test_the_held_out_talks_name_published_entries_and_are_of_all_kinds() -> None:
    entries = {one.entry.id for one in load_folder(load_settings().knowledge_dir)[0]}
    rows = read(TALKS, TalkRow, wrong_in(entries))
    turns = [turn for one in rows for turn in one.turns]
    assert len(rows) >= 100 and len(turns) >= 450
    assert {turn.expect.wanted for turn in turns} == set(get_args(Wanted))
    assert len({turn.say for turn in turns}) >= 0.9 * len(turns)


def test_what_a_citizen_sees_of_a_follow_up_and_within_a_form() -> None:
    def said(text: str, *payloads: str, card: dict[str, Any] | None = None) -> Message:
        buttons = tuple(Button("按钮", payload) for payload in payloads)
        return Message("m", "c", 2, "out", "bot", "", "text", text, now(), buttons, card)

    follow_up = read_seen(
        [said("收费标准：不收费")], {}, Mode.BOT, "rasa", Outcome(Result.ANSWERED, entry="a"), 5.0
    )
    assert (follow_up.kind, follow_up.entry, follow_up.answered_from) == ("talk", None, ("a",))
    card = {"kind": "answer", "entry": "b"}
    both = [said("答案", card=card), said("我们接着刚才的登记。", "/cancel")]
    aside = read_seen(both, {"form": {"slot": "address"}}, Mode.BOT, "rasa", Outcome(Result.MATTER), 5.0)
    assert (aside.kind, aside.answered_from, aside.form, aside.ways_on) == ("answer", ("b",), True, True)
    asked = read_seen(
        [said("没有把握", "/request_human")], {}, Mode.BOT, "rasa", Outcome(Result.UNKNOWN, entry="a"), 5.0
    )
    assert (asked.answered_from, asked.form, asked.ways_on, asked.files) == ((), False, True, False)
