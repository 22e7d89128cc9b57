"""A machine whose processor knows no AVX2: the same commands, with every library told to do without it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import ROOT
from kb_index.index.versions import current_version
from tests.kb_index.conftest import ID_CARD, MODEL

PLAIN = {
    "ATEN_CPU_CAPABILITY": "default",
    "DNNL_MAX_CPU_ISA": "SSE41",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "OPENBLAS_CORETYPE": "Nehalem",
    "FAISS_OPT_LEVEL": "generic",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
}
_ASK = """
import json, pathlib, sys, numpy, torch
from kb_index.search.loading import load_searcher
searcher = load_searcher(pathlib.Path(sys.argv[1]), *sys.argv[2:4])
hit = searcher.search(sys.argv[4]).hits[0]
features = numpy._core._multiarray_umath.__cpu_features__
print(json.dumps({
    "entry": hit.entry.id, "probability": hit.probability, "eight_bits": searcher.meaning.encoder.eight_bits,
    "torch": torch.backends.cpu.get_cpu_capability(), "numpy": bool(features["X86_V3"]),
}))
"""


def asked(index: Path, question: str, **environment: str) -> dict[str, object]:
    """What a process of its own finds, and with which instructions."""
    version = current_version(index) or ""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _ASK, str(index), version, MODEL, question],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
def test_an_index_is_searched_without_avx2_and_gives_the_same_answer(index: Path) -> None:
    usual, plain = asked(index, "证件掉了想重新弄一张"), asked(index, "证件掉了想重新弄一张", **PLAIN)
    assert (plain["torch"], plain["numpy"], plain["eight_bits"]) == ("DEFAULT", False, False)
    assert plain["entry"] == usual["entry"] == ID_CARD[0]
    assert abs(float(str(plain["probability"])) - float(str(usual["probability"]))) < 0.05
