"""Writes an encoder's folder: in single precision for tuning, in 8 bits for shipping.

In 8 bits each row of a weight has its own scale (tensor ``NAME.scale``), which
:class:`kb_index.language.pretrained.PretrainedEncoder` reads.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb_index.language.bert import SCALE

Weights = Mapping[str, NDArray[np.float32]]
"""Name → weight in single precision."""
_DESCRIPTION = ("config.json", "tokenizer.json")


def write_folder(out: Path, weights: Weights, config: dict[str, Any], tokenizer: Any) -> int:
    """Writes an encoder in single precision.

    Args:
        out: the folder; files of the same names are replaced.
        weights: name → weight of a transformers ``BertModel`` without pooler.
        config: configuration of the ``BertModel``.
        tokenizer: a ``tokenizers.Tokenizer``.

    Returns:
        Size of the folder in bytes.
    """
    from safetensors.numpy import save_file

    out.mkdir(parents=True, exist_ok=True)
    tensors = {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in weights.items()}
    save_file(tensors, str(out / "model.safetensors"), metadata={"format": "pt"})
    (out / "config.json").write_text(json.dumps(config, ensure_ascii=False, indent=2) + "\n", "utf-8")
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    return _size(out)


def ship(weights: Weights, source: Path, out: Path) -> int:
    """Writes an encoder in 8 bits.

    Args:
        weights: name → weight of the ``BertModel``, in single precision.
        source: the folder whose configuration and tokenizer are copied.
        out: the folder; files of the same names are replaced.

    Returns:
        Size of the folder in bytes.
    """
    from safetensors.numpy import save_file

    out.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, NDArray[np.generic]] = {}
    for name, array in weights.items():
        if _is_matrix(name, array):
            scale = np.maximum(np.abs(array).max(axis=1), 1e-8) / 127
            tensors[name] = np.clip(np.round(array / scale[:, None]), -127, 127).astype(np.int8)
            tensors[name + SCALE] = scale.astype(np.float32)
        else:
            tensors[name] = np.ascontiguousarray(array, dtype=np.float16)
    save_file(tensors, str(out / "model.safetensors"), metadata={"format": "pt"})
    (out / "model.safetensors").chmod(0o644)
    for name in _DESCRIPTION:
        shutil.copyfile(source / name, out / name)
    return _size(out)


def _size(folder: Path) -> int:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())


def _is_matrix(name: str, array: NDArray[np.float32]) -> bool:
    """Whether a tensor is stored in 8 bits: product weights and the word table are, small tables are not."""
    return array.ndim == 2 and "position" not in name and "token_type" not in name
