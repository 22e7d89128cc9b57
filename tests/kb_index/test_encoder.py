"""The pretrained encoder: what ships, how one is made, and its vectors in an index."""

import struct
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadRequest
from core.settings import ROOT
from kb_index.index import meanings
from kb_index.index.versions import current_version
from kb_index.language import bert
from kb_index.language.pretrained import LOWER, SHIPPED, PretrainedEncoder, shipped_encoder
from kb_index.publishing.build import build
from kb_index.search.loading import load_searcher
from kb_index.training import derive, packed, pretrained
from kb_index.training.ship import ship, write_folder
from kb_index.training.tune import groups_of, tune
from tests.kb_index.conftest import ID_CARD, MODEL, NOISE, PENSION, Write

HIDDEN, LAYERS, WIDE, POSITIONS = 32, 2, 64, 128
ENTRIES = (PENSION, ID_CARD, NOISE)


def packed_file() -> bytes:
    """A tiny encoder in the package's format, weights random, 4 bits each."""
    random = np.random.default_rng(3)
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁query", "▁passage", ":", "▁", "الع"]
    pieces += [
        *sorted({c for _, title, variants in ENTRIES for t in (title, *variants) for c in t}),
        "<mask>",
    ]
    pieces = list(dict.fromkeys(pieces))
    scores = np.where([len(p) > 1 for p in pieces], -5.0, -9.0).astype("<f4")
    blob = [p.encode() for p in pieces]
    out = b"E5S1" + struct.pack("<I", 1)
    out += struct.pack("<7i", HIDDEN, LAYERS, 2, WIDE, len(pieces), POSITIONS, 1)
    out += struct.pack("<f", 1e-12) + struct.pack("<i", 32) + struct.pack("<5i", len(pieces), 0, 2, 1, 3)
    out += struct.pack("<Q", sum(map(len, blob)))
    out += np.cumsum([0, *map(len, blob)]).astype("<u4").tobytes() + scores.tobytes() + b"".join(blob)
    out += struct.pack("<iI", 3, 0) + b"".join(
        struct.pack(f"<IB{len(to)}I", point, len(to), *to)
        for point, to in ((7, ()), (0x3000, (0x20,)), (0x41, (0x61,)))
    )
    shapes: dict[str, int] = {
        "emb.word": len(pieces) * HIDDEN,
        "emb.pos": POSITIONS * HIDDEN,
        "emb.type": HIDDEN,
    }
    whole: dict[str, float] = {"emb.ln.w": 1, "emb.ln.b": 0}
    for layer in range(LAYERS):
        for name, rows, columns in (
            *((n, HIDDEN, HIDDEN) for n in ("q", "k", "v", "ao")), ("fi", WIDE, HIDDEN), ("fo", HIDDEN, WIDE),
        ):  # fmt: skip
            shapes[f"l{layer}.{name}.w"] = rows * columns
            whole[f"l{layer}.{name}.b"] = 0
        whole |= {f"l{layer}.{norm}.{part}": int(part == "w") for norm in ("aln", "oln") for part in "wb"}
    directory, data = [], b""
    for name, size in shapes.items():
        blocks = size // 32
        rows = np.zeros((blocks, 18), np.uint8)
        rows[:, :2] = np.full(blocks, 0.1, "<f2").view(np.uint8).reshape(-1, 2)
        rows[:, 2:] = random.integers(0, 256, (blocks, 16))
        directory.append((name, 1, size, rows.tobytes()))
    for name, value in whole.items():
        size = WIDE if name.endswith("fi.b") else HIDDEN
        directory.append((name, 0, size, np.full(size, value, "<f4").tobytes()))
    heads = sum(2 + len(name) + 1 + 4 + 16 for name, *_ in directory)
    at = len(out) + 4 + heads
    out += struct.pack("<i", len(directory))
    for name, kind, size, raw in directory:
        out += (
            struct.pack("<H", len(name))
            + name.encode()
            + struct.pack("<BIQQ", kind, size, at + len(data), len(raw))
        )
        data += raw
    return out + data


@pytest.mark.slow
def test_packed_weights_become_an_encoder_that_learns_its_entries(tmp_path: Path) -> None:
    read = packed.read_packed(packed_file())
    texts = [t for _, title, variants in ENTRIES for t in (title, *variants)]
    kept = derive.choose(read, texts)
    assert "الع" not in {read.pieces[place] for place in kept}
    assert kept[:4] == [0, 1, 2, 3] and kept[-1] == len(read.pieces) - 1
    base, out = tmp_path / "base", tmp_path / "out"
    config = derive.configuration(read, len(kept)) | {"max_position_embeddings": POSITIONS}
    write_folder(base, derive.state(read, kept), config, derive.build_tokenizer(read, kept))
    groups = groups_of([(i, [title, *variants], "您可以到窗口办理。") for i, title, variants in ENTRIES])
    tuned = tune(base, groups, steps=7, rate=4e-3, layers=2, log=lambda _: None)
    assert ship(tuned, base, out) < 200_000
    before, exact, quick = (
        PretrainedEncoder(folder, eight_bits=bits)
        for folder, bits in ((base, False), (out, False), (out, None))
    )

    def gap(encoder: PretrainedEncoder) -> float:
        a, b, c = encoder.encode([ID_CARD[1], ID_CARD[2][0], NOISE[1]])
        return float(a @ b - a @ c)

    assert gap(exact) > gap(before)
    one, other = exact.encode(texts), quick.encode(texts)
    np.testing.assert_allclose(np.linalg.norm(one, axis=1), 1, atol=1e-5)
    assert (one * other).sum(axis=1).min() > 0.98


def test_another_file_or_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(packed.DerivationError, match="E5S1"):
        packed.read_packed(b"nothing of the kind")
    (tmp_path / packed.WHEEL).write_bytes(b"not the wheel")
    with pytest.raises(BadRequest, match="sha256"):
        pretrained.train_encoder(
            ROOT / "knowledge_base", tmp_path / "out", [], None, tmp_path, minutes=1, threads=1, log=print
        )  # fmt: skip


def test_the_shipped_encoder_knows_what_means_the_same() -> None:
    assert sum(f.stat().st_size for f in SHIPPED.iterdir()) <= 40_000_000
    a, b, c = shipped_encoder().encode(["身份证丢了怎么补办", "证件掉了想重新弄一张", "工地夜里施工太吵"])
    assert a @ b > a @ c + 0.03


def test_a_message_is_encoded_once() -> None:
    text, passes = "身份证丢了怎么补办", []

    class Counting(PretrainedEncoder):
        def states(self, texts):  # type: ignore[no-untyped-def]
            passes.extend(texts)
            return super().states(texts)

    meaning = meanings.Meaning(Counting(SHIPPED))
    first = meaning.of(text)
    np.testing.assert_allclose(first, shipped_encoder().encode([text])[0], atol=1e-5)
    np.testing.assert_array_equal(meaning.states([text])[0, : len(first)], first)
    assert passes == [text]
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1


def test_a_text_passes_the_lower_layers_once() -> None:
    text = "我家厨房着火了，快来人"
    encoder, other = PretrainedEncoder(SHIPPED), PretrainedEncoder(SHIPPED, eight_bits=False)
    tokens, above = encoder.tokens(text), encoder.tokens(text, LOWER[-1])
    net = encoder._loaded()
    passed = len(net._kept)
    states = encoder.states([text])
    assert len(net._kept) == passed == len(LOWER)
    np.testing.assert_array_equal(above, PretrainedEncoder(SHIPPED).tokens(text, LOWER[-1]))
    np.testing.assert_array_equal(states, PretrainedEncoder(SHIPPED).states([text]))
    # 8 bits and single precision give nearly the same states.
    exact = other.tokens(text)
    assert tokens.shape == exact.shape == (len(tokens), encoder.dimensions)
    alike = (tokens * exact).sum(1) / np.linalg.norm(tokens, axis=1) / np.linalg.norm(exact, axis=1)
    assert alike.min() > 0.9


def test_what_is_kept_of_texts_is_bounded_by_their_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb_index.language.pretrained._KEPT_TOKENS", 200)
    encoder = PretrainedEncoder(SHIPPED)
    net = encoder._loaded()
    for number in range(12):
        encoder.tokens(f"{number}号楼路灯坏了" * 4)
        assert net._kept_tokens == sum(len(row) for row, _ in net._kept) <= 200
    first = encoder.tokens("0号楼路灯坏了" * 4)
    np.testing.assert_array_equal(first, PretrainedEncoder(SHIPPED).tokens("0号楼路灯坏了" * 4))
    encoder.tokens("路灯坏了" * 300)
    assert net._kept_tokens <= 200, "one that is longer than all that is kept is not kept"


def test_a_version_keeps_its_vectors_and_the_next_takes_them_over(write: Write, tmp_path: Path) -> None:
    for entry in ENTRIES:
        folder = write(*entry).parent.parent
    index = tmp_path / "index"
    build(folder, index, MODEL)
    asked: list[str] = []

    class Counting(PretrainedEncoder):
        def encode(self, texts, kind="query"):  # type: ignore[no-untyped-def]
            asked.extend(texts)
            return shipped_encoder().encode(texts, kind)

    write(ID_CARD[0], ID_CARD[1], [*ID_CARD[2], "身份证不见了"])
    version = current_version(index) or ""
    searcher = load_searcher(index, version, MODEL)
    meaning = meanings.Meaning(Counting(SHIPPED))
    known = meanings.kept(index / "versions" / version, searcher.shelf.questions, meaning)
    assert len(known) == len(searcher.shelf.questions)
    meanings.make([*searcher.shelf.questions, "身份证不见了".encode()], searcher.shelf.starts, meaning, known)
    assert asked == ["身份证不见了"]
    build(folder, index, MODEL)
    again = load_searcher(index, current_version(index) or "", MODEL)
    assert again.meanings is not None and len(again.meanings.rows) == len(again.shelf.questions)
    assert again.meaning is not None
    near = again.meanings.best(again.meaning.of("证件掉了想重新弄一张"))
    assert again.shelf.store.ids[int(near.argmax())] == ID_CARD[0]
    fp = meaning.encoder.encode([q.decode() for q in again.shelf.questions])
    np.testing.assert_allclose((fp * again.meanings.rows).sum(axis=1), 1, atol=1e-4)


@pytest.mark.parametrize("rows", [1, 2, 7, 12, 33])
@pytest.mark.parametrize("shape", [(24, 72), (48, 24), (384, 1536)])
def test_products_with_ordered_weights_are_torchs_own(
    rows: int, shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    inner, outer = shape
    name = "encoder.layer.0.attention.output.dense"
    tensors = {name + ".weight": torch.randn(outer, inner) / 20, name + ".bias": torch.randn(outer)}

    def product() -> bert.Product:
        return bert.Layers({}, (), 1, 1e-5, False)._single_product(tensors, [name])

    ordered = product()
    monkeypatch.setattr(bert, "_has_ordered_weights", lambda _: False)
    own = product()
    with torch.inference_mode():
        for texts in (1, 3):
            x = torch.randn(texts, rows, inner)
            assert torch.allclose(ordered(x), own(x), atol=2e-5)
            turned = torch.randn(texts, inner, rows).transpose(1, 2)
            assert torch.allclose(ordered(turned), own(turned), atol=2e-5)
