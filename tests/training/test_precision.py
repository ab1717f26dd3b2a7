"""Numbers of half the size only where a device computes in them."""

import pytest

torch = pytest.importorskip("torch")

from rag.training.precision import computes_bf16, halved  # noqa: E402


@pytest.mark.parametrize(
    ("found", "kind"),
    [({"avx2": True, "avx512_bf16": True}, torch.bfloat16), ({"avx2": True, "amx_bf16": False}, torch.float32)],
)
def test_a_processor_without_instructions_for_bf16_computes_in_float32(
    found: dict[str, bool], kind: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found)
    computes_bf16.cache_clear()
    with halved("cpu"):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == kind
    computes_bf16.cache_clear()
