"""In what numbers a training computes."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import cache

__all__ = ["computes_bf16", "halved"]


def halved(device: str) -> AbstractContextManager[object]:
    """A context in which torch multiplies in bf16 where the device does so by itself, else in float32.

    A processor that does not is made to by torch, at nine times the time of float32 (measured with AVX2).

    Args:
        device: `cpu`, `cuda`, ...
    """
    import torch

    return torch.autocast(device, torch.bfloat16) if computes_bf16(device) else nullcontext()


@cache
def computes_bf16(device: str) -> bool:
    """Whether a device has instructions for bf16; true where torch cannot tell."""
    import torch

    if device.partition(":")[0] == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device != "cpu" or not hasattr(torch.cpu, "get_capabilities"):
        return True
    return any(there for name, there in torch.cpu.get_capabilities().items() if "bf16" in name)
