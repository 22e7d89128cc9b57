"""Which sentence of an entry answers a follow-up question."""

from __future__ import annotations

from functools import cache

import pytest

from bot.understanding.elliptic import asks_to_be_told, leans, may_ask
from bot.understanding.within import choice, points
from bot.understanding.within.examples import FOLDER, read
from bot.understanding.within.judging import Told, judge, shipped
from bot.understanding.within.sentences import sentences
from core.settings import ROOT
from kb_index.entries.entry import Entry
from kb_index.entries.folder import load_folder


@cache
def entries() -> dict[str, Entry]:
    """The shipped knowledge base."""
    return {parsed.entry.id: parsed.entry for parsed in load_folder(ROOT / "knowledge_base")[0]}


def told(entry: str, asked: str) -> Told | None:
    one = entries()[entry]
    return judge(one.title, sentences(one), asked)


def test_sentences_stand_alone_and_come_once() -> None:
    for entry in entries().values():
        said = sentences(entry)
        assert said, entry.id
        assert len(set(said)) == len(said)
        assert not any(one.startswith(("依据", "・")) for one in said)


@pytest.mark.parametrize(
    ("entry", "asked", "answer"),
    [
        ("police-car-scrap", "外地牌照能弄不", "外地牌照"),
        ("police-car-scrap", "卖给私人行吗", "别卖给私人"),
        ("police-plate-lost", "号码会变吗", "号码不变"),
        ("marriage-remarry-same", "住一起算不算", "不算恢复"),
        ("eco-outdoor-bbq", "会没收家伙不", "没收烧烤工具"),
        ("housing-rent-record", "中介签的呢", "通过中介签的"),
        ("hrss-pension-verification", "能代办吗", "代办"),
        ("urban-illegal-building", "他就是不拆呢", "强制拆除"),
        ("justice-admin-suit", "要交多少钱", "50元"),
        ("agri-crop-insurance", "能不买吗", "自愿"),
    ],
)
def test_a_follow_up_is_answered_by_its_sentence(entry: str, asked: str, answer: str) -> None:
    found = told(entry, asked)
    assert found is not None
    assert any(answer in one for one in found.sentences), found


@pytest.mark.parametrize(
    ("entry", "asked"),
    [
        ("marriage-remarry-same", "多少钱"),
        ("police-plate-lost", "多少钱"),
        ("edu-kindergarten-fee", "一个月多少钱"),
        ("housing-rent-record", "几天办好"),
        ("veterans-report-deadline", "有路费吗"),
        ("police-car-scrap", "养老保险要交多少年"),
        ("eco-outdoor-bbq", "身份证丢了怎么补办"),
    ],
)
def test_what_no_sentence_answers_is_surely_answered_by_none(entry: str, asked: str) -> None:
    found = told(entry, asked)
    assert found is None or not found.sure, found


@pytest.mark.parametrize("asked", ["罚多少", "多少钱", "要几天", "电话多少", "最多几成"])
def test_a_question_for_a_number_needs_a_number(asked: str) -> None:
    assert points.wants_number(asked)
    for entry in list(entries().values())[::25]:
        found = judge(entry.title, sentences(entry), asked)
        assert found is None or any(points.has_number(one) for one in found.sentences), (entry.id, found)


def test_no_sentence_or_no_question_is_no_answer() -> None:
    assert judge("标题", (), "多少钱") is None
    assert judge("标题", ("不收费。",), " ") is None


def test_the_examples_are_many_and_fit_the_knowledge_base() -> None:
    rows = sum(len(file.read_text("utf-8").splitlines()) for file in FOLDER.glob("*.jsonl"))
    held = read(entries())
    assert rows >= 1000
    assert len({one.author for one in held}) >= 6
    assert len({one.about.id for one in held}) >= 400
    assert len(held) >= 2.5 * rows, "the entries have changed: mend the examples and fit again"
    assert 0 < shipped().likely < shipped().sure < 1


def test_the_thresholds_of_the_choice_are_in_order() -> None:
    fitted = choice.shipped()
    assert 0 < fitted.likely < fitted.sure < 1
    assert 0 < fitted.other < fitted.other_sure < 1


@pytest.mark.parametrize(
    "said",
    [
        "周六办不",
        "外地的呢",
        "需要本人去不",
        "会停产不",
        "你把社保局电话告诉我",
        "把地址发我一下",
        "几点下班",
    ],
)
def test_questions_without_a_question_word_are_questions(said: str) -> None:
    assert may_ask(said)


@pytest.mark.parametrize("said", ["路灯坏了", "打我电话就行", "王建国", "哈哈哈", "你们到底管不管", "👍", ""])
def test_what_asks_nothing_is_no_question(said: str) -> None:
    assert not may_ask(said)


def test_the_model_of_kinds_decides_where_words_do_not() -> None:
    assert may_ask("婚姻登记处礼拜六上班", {"question": 0.85, "matter": 0.1})
    assert not may_ask("那家什么烧烤店", {"question": 0.1, "matter": 0.9})


def test_who_gives_an_own_number_asks_for_none() -> None:
    assert asks_to_be_told("人社局的号码发我一下")
    assert not asks_to_be_told("我的电话给你们")
    assert not asks_to_be_told("没有电话")


@pytest.mark.parametrize(
    ("said", "so"),
    [
        ("那我老家不是这儿的呢", True),
        ("周末呢", True),
        ("要是没有居住证的话", True),
        ("居住证到期了怎么签注", False),
    ],
)
def test_what_leans_on_the_talk(said: str, so: bool) -> None:
    assert leans(said) is so
