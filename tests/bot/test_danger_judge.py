"""The judge of danger and scope: what it tells apart, how it reads long and hostile text, that numpy gives what was tuned."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.evaluation import FOLDER as EVALUATION
from bot.understanding.danger import fit, shipped
from bot.understanding.danger.judging import HERE, Judge
from bot.understanding.danger.kinds import DANGERS, LABELS, SCOPES
from bot.understanding.encoding.reading import LONGEST, PIECE, masked, pieces, plain
from conversations import danger, scope
from kb_index.language.pretrained import PretrainedEncoder

CASES = Path(__file__).with_name("danger_cases.jsonl")


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def test_every_label_has_its_words() -> None:
    assert set(DANGERS) < set(danger.advices())
    assert set(SCOPES) < {kind.name for kind in scope.kinds()}


def test_the_weights_are_small() -> None:
    assert sum(file.stat().st_size for file in HERE.glob("*.npz")) < 6_000_000


def test_cases_from_outside(judge: Judge) -> None:
    """Lines the phrase list got wrong; neither the scores nor the thresholds were fitted on them."""
    rows = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    raised = [judge.judge(row["text"]) is not None for row in rows]
    real = [row["label"] in DANGERS for row in rows]
    missed = sum(r and not s for r, s in zip(real, raised, strict=True))
    false = sum(s for row, s in zip(rows, raised, strict=True) if row["label"] == "none")
    # By words alone, without the encoder, half of them are seen: more than the phrases did.
    assert missed <= (1 if judge.with_tail else 8), missed
    assert false <= 1


def test_danger_is_seen_at_the_end_of_a_story(judge: Judge) -> None:
    story = "反映小区停车的事，车位一个月涨到三百块，物业说是合同价，业委会也不管，打了两次电话没有下文。"
    for end in ("刚才我家厨房着火了，火很大，快来人！", "现在我爸倒在地上叫不醒了，快叫救护车！"):
        assert judge.judge(story) is None
        assert judge.judge(story + end) is not None, end


def test_danger_is_seen_among_four_thousand_characters_without_a_full_stop(judge: Judge) -> None:
    """Clauses of a long complaint, joined by commas; the fire is told in the middle."""
    clauses = (
        "小区车位一个月涨到三百块",
        "物业说是合同价",
        "业委会也不管",
        "路灯坏了三盏",
        "楼下垃圾两天没人收",
        "广场舞跳到九点半",
        "公交车又改了线路",
    )
    story = [clauses[n % len(clauses)] for n in range(430)]
    assert judge.judge("，".join(story)) is None
    story.insert(215, "我家厨房着火了，火很大，快来人")
    text = "，".join(story)
    assert len(text) > 3_500 and judge.judge(text) is not None


def test_danger_is_seen_in_one_clause_of_a_message_about_other_things(judge: Judge) -> None:
    """Asked about at least; and clauses that look alarming only together are never met at once."""
    frames = (
        "公积金怎么取？{}。另外社保怎么查？",
        "医保断缴能不能补，{}，谢谢",
        "投诉：小区物业不修路灯，{}，电梯也老坏",
    )
    told = (
        "我老公躺地上没有呼吸了",
        "我妈喝农药了",
        "有人拿刀在砍人",
        "我站在楼顶准备跳下去",
        "孩子掉河里了",
    )
    missed = [one for one in told for frame in frames if judge.judge(frame.format(one)) is None]
    assert len(missed) <= 1, missed
    for harmless in ("楼道灯也不亮", "上个月家里还着过一次火", "消防通道堵了", "孩子上学要走很远"):
        assert all(judge.judge(frame.format(harmless)) is None for frame in frames), harmless
    found = judge.judge("反映两个问题：一是楼下烧烤店油烟熏人，二是小区门口公交站牌倒了没人管")
    assert found is None or not found.clear


LIGHTS = (
    "我们小区的路灯坏了大半个月，物业说要等业主凑钱，前几天又把停车费涨到三百块，问他们要合同也不给看，{}，"
    "还有垃圾桶撤了两个，剩下的天天堆得满满的，楼道里的声控灯也一闪一闪，希望有人能管管这个物业。"
)
CARD = (
    "我想问问老年卡的事，上个月去办，窗口说照片不合格，叫我回去重新拍，我跑了三趟，照相馆的人也烦了，{}。"
    "另外公交车现在半个钟头一趟，站牌上写的是十分钟，老人站在太阳底下等，连个坐的地方都没有，请公交公司改一改。"
)


@pytest.mark.slow
def test_danger_is_seen_in_one_clause_of_a_long_story(judge: Judge) -> None:
    """A clause is read with its neighbours, too, as the whole story drowns it: without that four of ten are seen."""
    if not judge.with_tail:
        pytest.skip("needs the pretrained encoder")
    stories = (LIGHTS + CARD.format("售货员也不耐烦"), LIGHTS.format("越想越气") + CARD)
    told = (
        "刚才我老公突然倒地上叫不醒了",
        "现在楼上着火了浓烟往下冒",
        "我妈刚刚喝了半瓶农药",
        "有人拿刀在楼道里砍人",
        "孩子掉河里了快来人",
    )
    missed = [one for one in told for story in stories if judge.judge(story.format(one)) is None]
    assert len(missed) <= 2, missed
    for harmless in ("我老公说算了", "上个月楼上装修有烟味", "我妈种菜打农药", "去年楼道里丢过一把菜刀"):
        assert all(judge.judge(story.format(harmless)) is None for story in stories), harmless


def test_few_words_are_enough(judge: Judge) -> None:
    for text in (
        "我想去跳楼",
        "好想自鲨啊",
        "我想紫砂自己",
        "楼上有人要跳楼了",
        "我家爷爷走失了快帮忙找",
        "闺女不见了半天了",
    ):
        assert judge.judge(text) is not None, text
    for text in ("这把紫砂壶是假的要退货", "我爸走了，社保怎么停", "我家猫走失好几天了", "手机不见了"):
        assert judge.judge(text) is None, text


def test_a_changed_lock_is_no_violence_unless_the_family_or_blows_are_named(judge: Judge) -> None:
    for text in (
        "他还把我门锁换了 东西在里面",
        "他把我锁在门外 不让我进出租屋",
        "房东把我锁在门外 不让我进出租屋",
        "房东把我锁在门外",
        "二房东趁我上班把锁换了，不让我进去拿东西",
        "中介说我欠房租 把我关在门外",
    ):
        assert judge.judge(text) is None, text
    for text in (
        "我老公把我锁在门外不让我进家",
        "我老公把门锁换了 不让我回家",
        "他把我锁在屋里 不让我出去",
        "房东换了锁还拿刀砍我",
        "他把我锁在门外还打我",
        "前夫换了锁 还在打孩子",
    ):
        assert judge.judge(text) is not None, text


def test_swallowed_poison_is_never_only_asked_about_and_good_news_is_no_danger(judge: Judge) -> None:
    for text in ("我妈喝了百草枯", "我媽喝了農藥", "孩子把老鼠药吃了", "宝宝吞了纽扣电池"):
        found = judge.judge(text)
        assert found is not None and found.clear, text
        assert danger.advice(found.kind, text) is danger.advices()["swallowed"], text
    for text in ("谢谢，她醒了", "人已经醒了没事了", "没事了，人救回来了"):
        assert judge.judge(text) is None, text
    for text in ("药都吃了，马上就没事了", "火灭了又着起来了", "刚救过来了又没气了"):
        assert judge.judge(text) is not None, text
    assert judge.judge("喝了半瓶白酒吃了头孢，现在人不清醒了") is not None


@pytest.mark.parametrize(
    "text",
    [
        "依据劳动法第82条我要求你们三日内书面答复，否则我起诉你们",
        "七天内不给我书面答复我就去法院告你们",
        "限你们周五前回复，不然我打官司",
    ],
)
def test_an_ultimatum_is_no_other_route(judge: Judge, text: str) -> None:
    assert judge.scope(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我要申请公开我们村征地的批文", "disclosure"),
        ("法院判了半年不执行，再不给钱我还去法院告", "litigation"),
    ],
)
def test_what_really_goes_another_route_still_does(judge: Judge, text: str, kind: str) -> None:
    assert judge.scope(text) == kind


def test_who_asks_for_their_own_data_is_not_sent_elsewhere(judge: Judge) -> None:
    for text in ("查一下我的工单", "查我的房产信息", "查一下我投诉的那个事", "查一下我儿子的学籍"):
        assert judge.scope(text) is None, text
    for text in ("查一下我老公的定位", "我想要邻居的电话号码", "帮我查这个车牌号是谁的"):
        assert judge.scope(text) == "privacy", text


def test_numbers_and_places_decide_nothing(judge: Judge) -> None:
    assert masked("110平的房子，住了120年") == masked("85平的房子，住了3年")
    assert judge.judge("我家房子120平，119路公交站旁边，物业费怎么算") is None


def test_a_question_about_a_procedure_is_answered(judge: Judge) -> None:
    asked = (
        "劳动仲裁怎么申请",
        "行政复议期限是几天",
        "怎么举报干部贪污",
        "政府信息公开怎么申请",
        "法院门口乱停车，堵得过不去",
    )
    assert [judge.scope(text) for text in asked] == [None] * len(asked)


@pytest.mark.measured
def test_a_long_text_is_read_in_pieces_and_in_time(judge: Judge) -> None:
    chance = random.Random(4)
    story = "".join(chance.choice("的一是在不了有和人这中大为上个国我以要他。，") for _ in range(20_000))
    parts = pieces(plain(story))
    assert all(len(part) <= PIECE * 2 for part in parts) and sum(map(len, parts)) < LONGEST * 1.4
    for hostile in (story, "ﷺ" * 4_000, "1" * 20_000, " " * 20_000, "①" * 4_000, "喝了" * 5_000):
        before = time.process_time()
        judge.judge(hostile)
        danger.advice("fire", hostile)
        scope.by_phrase(hostile)
        assert time.process_time() - before < 4


def test_the_tail_scores_several_texts_as_it_scores_each(judge: Judge) -> None:
    if judge._tail is None:
        pytest.skip("needs the pretrained encoder")
    texts = ["我妈喝了农药", "社保怎么查", "路灯坏了三天，龙湖路，晚上什么都看不见", LIGHTS]
    one_by_one = np.stack([judge._tail.logits(text) for text in texts])
    assert np.allclose(judge._tail.several(texts), one_by_one, atol=1e-3)


@pytest.mark.parametrize(
    "told", ["前男友说要捅死我全家", "邻居拿刀追着砍我", "家里煤气漏了头晕得厉害", "我爸倒地上抽搐口吐白沫"]
)
@pytest.mark.parametrize("frame", ["社保怎么查，{}", "{}，公积金怎么提取", "医保断了能补吗？{}"])
def test_danger_beside_a_question_is_asked_about_at_least(judge: Judge, told: str, frame: str) -> None:
    if not judge.with_tail:
        pytest.skip("needs the pretrained encoder")
    assert judge.judge(frame.format(told)) is not None


@pytest.mark.parametrize("times", [3, 12, 40])
def test_danger_between_sentences_of_law_is_asked_about(judge: Judge, times: int) -> None:
    if not judge.with_tail:
        pytest.skip("needs the pretrained encoder")
    law = "为了规范物业服务活动，维护业主的合法权益，根据有关法律，结合本市实际，制定本办法。" * times
    assert judge.judge(law + law) is None
    assert judge.judge(f"{law}我爸倒地上抽搐口吐白沫没呼吸了。{law}") is not None


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_judged(judge: Judge, text: str) -> None:
    found = judge.judgement(text)
    assert 0 <= found.danger[0] <= 1 and 0 <= found.scope[0] <= 1


def test_examples_are_labelled_and_stand_once() -> None:
    groups = fit.groups()
    texts = [text for group in groups for text in group.texts]
    assert len(texts) > 2_500 and len(set(texts)) == len(texts)
    assert {label for group in groups for label in group.labels} == set(LABELS)
    for file in (CASES, *EVALUATION.glob("danger*.jsonl"), *EVALUATION.glob("letters*.jsonl")):
        held = {json.loads(line)["text"] for line in file.read_text("utf-8").splitlines()}
        assert held and not held & set(texts), file


@pytest.mark.slow
def test_words_are_fitted_and_saved_alike(tmp_path: Path) -> None:
    from bot.understanding.danger.words import Words

    texts = ["我家着火了", "火很大快来人", "路灯不亮", "公积金怎么提取", "法院判错了你们改"] * 3
    labels = ["fire", "fire", "none", "none", "scope_litigation"] * 3
    fitted = fit.fit_words(texts, labels)
    fitted.save(tmp_path / "words.npz")
    words = Words(tmp_path / "words.npz")
    for row, text in zip(fitted.logits(texts[:5]), texts[:5], strict=True):
        assert np.allclose(row, words.logits(plain(text)), atol=0.05)
    assert [LABELS[int(row.argmax())] for row in fitted.logits(texts[:5])] == labels[:5]


@pytest.mark.slow
def test_the_lower_layers_give_what_transformers_gives(tmp_path: Path) -> None:
    """A small random BERT: the states of its tokens, from which a tail goes on, are those of the reference."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=40, hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=48
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    model.save_pretrained(tmp_path)
    vocabulary = {c: n for n, c in enumerate("query: 我家着火了快来人路灯不亮修一下")} | {"?": 39}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    text = "我家着火了"
    ids = torch.tensor([tokenizer.encode("query: " + text).ids])
    with torch.inference_mode():
        wanted = model(ids, output_hidden_states=True).hidden_states[3][0].numpy()
    assert np.allclose(PretrainedEncoder(tmp_path, eight_bits=False).tokens(text), wanted, atol=1e-4)


@pytest.mark.parametrize(
    "text",
    [
        "着火了救命" + "，" * 3_990,
        "," * 1_990 + "着火了救命" + "," * 1_990,
        ("，" * 700).join("我家着火了"),
        "你好。" * 1_300 + "我家着火了快来人",
    ],
)
def test_padding_drowns_no_emergency(text: str) -> None:
    found = shipped().judge(text)
    assert found is not None and found.kind == "fire"


@pytest.mark.parametrize("text", ["有人在楼顶种菜", "小孩老是在楼顶上玩", "工地塔吊在我家楼顶上转"])
def test_who_is_only_on_a_roof_is_asked_about_and_not_told_to_live(text: str) -> None:
    found = shipped().judge(text)
    assert found is None or not found.clear


@pytest.mark.parametrize(
    ("text", "kind"),
    [("有人晕倒", "medical"), ("老人摔倒了", "medical"), ("电梯困人了", "water"), ("被困电梯", "water")],
)
def test_the_plainest_words_choose_the_kind(text: str, kind: str) -> None:
    found = shipped().judge(text)
    assert found is not None and found.kind == kind


def test_noise_at_night_told_by_a_deaf_citizen_is_no_danger(judge: Judge) -> None:
    told = "我听不见，只能打字。楼下棋牌室夜里打麻将到两点，我感觉得到震动，家里老人睡不了"
    assert judge.judge(told) is None
    assert judge.judge(told + "，刚才他胸口疼喘不上气倒在地上了") is not None
