"""Runs layers of a BERT with torch on the CPU, with products in 8 bits or in single precision.

8-bit products need torch's x86 kernels (AVX2 or better). Single precision works on any CPU. torch is imported
when the first layers are read.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

SCALE = ".scale"
"""End of the name of the tensor with the row scales of an 8-bit weight."""

LONG = 256
"""Fewest tokens of a long pass. Messages of citizens have 10 to 80."""
AT_ONCE = 1
"""Long passes that may run at the same time in the whole process. Each needs some 25 MB meanwhile, and a core, of which Rasa has the other
one. Others wait their turn, a tenth of a second each; short ones never wait."""
_places = threading.BoundedSemaphore(AT_ONCE)

Product = Callable[[Any], Any]
"""States → states: a dense product with its bias, or a norm."""


class Layers:
    """Consecutive layers of a BERT, ready to run.

    Args:
        tensors: name → torch tensor, as sentence-transformers names them. Weights have any precision, or 8 bits
            with a scale for each row.
        numbers: numbers of the layers, from below.
        heads: number of attention heads.
        eps: added to the variance in the norms.
        eight_bits: whether products use 8 bits.

    Raises:
        KeyError: a tensor is missing.
    """

    def __init__(
        self, tensors: Mapping[str, Any], numbers: Iterable[int], heads: int, eps: float, eight_bits: bool
    ) -> None:
        import torch

        self._torch: Any = torch
        self._heads, self._eps = heads, eps
        make = self._eight_bit_product if eight_bits else self._single_product
        self._layers = []
        for number in numbers:
            at = f"encoder.layer.{number}."
            parts = [f"{at}attention.self.{name}" for name in ("query", "key", "value")]
            self._layers.append(
                (
                    make(tensors, parts),
                    make(tensors, [at + "attention.output.dense"]),
                    self.norm(tensors, at + "attention.output.LayerNorm"),
                    make(tensors, [at + "intermediate.dense"]),
                    make(tensors, [at + "output.dense"]),
                    self.norm(tensors, at + "output.LayerNorm"),
                )
            )

    def __call__(self, x: Any, mask: Any = None, first: int = 0, end: int | None = None) -> Any:
        """Pass states through the layers from ``first`` up to ``end`` (None: the last one included).

        Args:
            x: the states, [texts, tokens, width]; the shape stays.
            mask: where the tokens to look at are true, [texts, 1, 1, tokens]; None: all are looked at.
            first, end: places among these layers, from 0.
        """
        if x.shape[0] * x.shape[1] < LONG:
            return self._run(x, mask, first, end)
        with _places:
            return self._run(x, mask, first, end)

    def _run(self, x: Any, mask: Any, first: int, end: int | None) -> Any:
        texts, tokens, _ = x.shape
        functional = self._torch.nn.functional
        for inner, after, norm, wide, narrow, last in self._layers[first:end]:
            q, k, v = inner(x).view(texts, tokens, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
            seen = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
            x = norm(after(seen.transpose(1, 2).reshape(texts, tokens, -1)) + x)
            x = last(narrow(functional.gelu(wide(x))) + x)
        return x

    def norm(self, tensors: Mapping[str, Any], name: str) -> Product:
        """The layer norm with this name."""
        weight, bias = tensors[name + ".weight"].float(), tensors[name + ".bias"].float()
        norm, shape, eps = self._torch.nn.functional.layer_norm, (len(weight),), self._eps
        return lambda x: norm(x, shape, weight, bias, eps)

    def _single_product(self, tensors: Mapping[str, Any], names: list[str]) -> Product:
        torch = self._torch
        weight = torch.cat([single(tensors, name + ".weight") for name in names])
        bias = torch.cat([tensors[name + ".bias"].float() for name in names])
        if not _has_ordered_weights(torch):
            linear = torch.nn.functional.linear
            return lambda x: linear(x, weight, bias)
        # torch's own product would order the weight anew for each text.
        packed, product = torch.ops.mkldnn._reorder_linear_weight(weight), torch.ops.mkldnn._linear_pointwise
        return lambda x: product(x, packed, bias, "none", [], "")

    def _eight_bit_product(self, tensors: Mapping[str, Any], names: list[str]) -> Product:
        torch = self._torch
        whole, scales = [], []
        for name in names:
            weight, scale = tensors[name + ".weight"], tensors.get(name + ".weight" + SCALE)
            if scale is None:
                weight, scale = eight_bit_rows(torch, weight.float())
            whole.append(weight)
            scales.append(scale.double())
        bias = torch.cat([tensors[name + ".bias"].float() for name in names])
        weight, scale = torch.cat(whole), torch.cat(scales)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns that making quantised tensors by hand is deprecated
            zeros = torch.zeros(len(weight), dtype=torch.long)
            packed = torch.ops.quantized.linear_prepack(
                torch._make_per_channel_quantized_tensor(weight, scale, zeros, 0), bias
            )
        product, narrow = torch.ops.quantized.linear_dynamic, not _has_vnni(torch)
        return lambda x: product(x, packed, narrow)  # narrow: CPUs without VNNI overflow 16-bit sums


def single(tensors: Mapping[str, Any], name: str) -> Any:
    """The torch tensor of this name in single precision; an 8-bit weight times its row scales."""
    found, scale = tensors[name].float(), tensors.get(name + SCALE)
    return found if scale is None else found * scale.float()[:, None]


def eight_bit_rows(torch: Any, weight: Any) -> tuple[Any, Any]:
    """Converts a weight to 8 bits, with a scale for each row.

    Args:
        torch: the imported torch module.
        weight: float tensor, [out, in].

    Returns:
        int8 tensor [out, in] and float32 scales [out]; their product is approximately the weight.
    """
    scale = weight.abs().amax(dim=1).clamp_min(1e-8) / 127
    return torch.round(weight / scale[:, None]).clamp_(-127, 127).to(torch.int8), scale.float()


def fast_eight_bits(torch: Any) -> bool:
    """Whether torch has fast 8-bit kernels here: the CPU has AVX2, and torch still has the operators."""
    if torch.backends.cpu.get_cpu_capability() == "DEFAULT":  # also when ATEN_CPU_CAPABILITY says so
        return False
    engines = torch.backends.quantized.supported_engines
    wanted = next((name for name in ("x86", "fbgemm") if name in engines), None)
    if wanted is None or not hasattr(torch, "_make_per_channel_quantized_tensor"):
        return False
    try:
        torch.backends.quantized.engine = wanted
        torch.ops.quantized.linear_dynamic  # noqa: B018  (raises when torch lacks the operator)
    except (AttributeError, RuntimeError):
        return False
    return True


def _has_vnni(torch: Any) -> bool:
    known = getattr(torch.cpu, "_is_vnni_supported", None)
    return bool(known is not None and known())


def _has_ordered_weights(torch: Any) -> bool:
    """Whether oneDNN can multiply by a weight that it has put into its own order beforehand. With AVX2 that is twice as fast.

    False where torch lacks it, and on processors without AVX2, where it is no faster.
    """
    if not torch.backends.mkldnn.is_available() or torch.backends.cpu.get_cpu_capability() == "DEFAULT":
        return False
    try:
        weight = torch.ops.mkldnn._reorder_linear_weight(torch.ones((2, 3)))
        found = torch.ops.mkldnn._linear_pointwise(
            torch.ones((1, 1, 3)), weight, torch.ones(2), "none", [], ""
        )
    except (
        AttributeError,
        RuntimeError,
        TypeError,
        ValueError,
    ):  # private operators: another torch may change them
        return False
    return bool((found == 4).all())
