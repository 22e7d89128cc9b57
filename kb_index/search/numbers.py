"""Reads and writes fitted numbers as JSON files; the logistic function."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigurationError

Matrix = NDArray[np.float64]
"""Features or probabilities; the first axis is the questions or entries."""


def logistic(features: Matrix, weights: Sequence[float], bias: float) -> Matrix:
    """The probability (0 to 1) for each row of features."""
    found: Matrix = 1.0 / (1.0 + np.exp(-np.clip(features @ np.array(weights) + bias, -30, 30)))
    return found


def save(path: Path, data: dict[str, Any], named: Mapping[str, Sequence[str]]) -> None:
    """Writes numbers as JSON, atomically.

    Args:
        path: the file.
        data: the numbers.
        named: for each key that holds a list, the names of its items; they are written as ``{name: value}``.
    """
    data = {**data, **{key: dict(zip(names, data[key], strict=True)) for key, names in named.items()}}
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", "utf-8")
    temporary.replace(path)


def load(path: Path, named: Mapping[str, Sequence[str]], again: str) -> dict[str, Any] | None:
    """Reads what :func:`save` wrote; None when the file does not exist.

    Args:
        path: the file.
        named: as for :func:`save`.
        again: the command that makes the file again, for the error message.

    Raises:
        ConfigurationError: when the file is damaged or was written by another program version.
    """
    if not path.is_file():
        return None
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return {
            **data, **{key: tuple(float(data[key][name]) for name in names) for key, names in named.items()}
        }  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{path} does not hold numbers of this version ({error}); run `{again}`.", code="kb_numbers"
        ) from error
