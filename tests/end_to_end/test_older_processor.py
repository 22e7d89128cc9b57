"""The whole system on a processor without AVX2, as far as libraries can be told that they run on one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from core.settings import ROOT
from tests.citizen import Citizen
from tests.system import System, started

WITHOUT_AVX2 = {
    "ATEN_CPU_CAPABILITY": "default",  # torch's own kernels
    "ONEDNN_MAX_CPU_ISA": "SSE41",  # torch's and TensorFlow's oneDNN
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",  # torch's products
    "OPENBLAS_CORETYPE": "Nehalem",  # numpy's and scipy's products
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",  # numpy's own loops
    "FAISS_SIMD_LEVEL": "NONE",
}
"""Variables under which each library chooses the code for processors before AVX2."""
USED = """
import faiss, numpy, torch
from kb_index.language.pretrained import shipped_encoder
from numpy._core._multiarray_umath import __cpu_features__ as features
print(torch.backends.cpu.get_cpu_capability(), shipped_encoder().eight_bits, features.get("X86_V3", False))
print(faiss.SIMDConfig.get_level_name())
"""


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    # What a processor with AVX2 has built would not show that this one can build.
    with started(tmp_path_factory.mktemp("older"), whole_build=True, **WITHOUT_AVX2) as running:
        yield running


def test_the_libraries_believe_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", USED],
        cwd=ROOT,
        env={**os.environ, **WITHOUT_AVX2},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["DEFAULT", "False", "False", "NONE"]


def test_a_question_a_story_and_an_emergency_are_met_without_avx2(older: System) -> None:
    citizen = Citizen(older.url)
    citizen.say("公积金什么情况下能取出来")
    assert citizen.card("answer")["sources"]

    citizen = Citizen(older.url)
    citizen.say("田家庵区国庆中路百货大楼门口的路灯坏了三天了，晚上走路看不清")
    assert "取消" in citizen.buttons()

    assert "119" in Citizen(older.url).say("我家着火了，火往楼上窜，快来救命")
