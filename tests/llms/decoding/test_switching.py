"""Entropy Adaptive Decoding against its definition, and against fresh passes through both models."""

from __future__ import annotations

import math
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.llms.decoding.checkpoint import Checkpoint
from rag.llms.decoding.choosing import Chooser, entropy
from rag.llms.decoding.run import Run
from rag.llms.decoding.switching import Switch, Switched, replay

PROMPTS = [[5, 9, 20, 33, 48], [100, 7, 8, 200, 30, 31], [300, 4, 77], list(range(40, 90, 3))]
bits = st.lists(st.floats(0, 8), min_size=1, max_size=200)


def models(llama: Path, larger: Path) -> tuple[Checkpoint, Checkpoint]:
    return Checkpoint(str(llama)), Checkpoint(str(larger))


def switched(small: Checkpoint, large: Checkpoint, prompt: list[int], switch: Switch) -> Switched:
    vocabulary = min(small.vocabulary, large.vocabulary)
    return Switched(Run(small, prompt), lambda: Run(large, prompt), Chooser(), switch, vocabulary)


def fresh(model: Checkpoint, text: list[int]) -> Any:
    """Logits behind a text, by one pass without a cache."""
    import torch

    with torch.inference_mode():
        return model.model(input_ids=torch.tensor([text]), use_cache=False).logits[0, -1].float()


def greedy(model: Checkpoint, prompt: list[int], count: int) -> list[int]:
    """Greedy decoding by transformers' own loop."""
    import torch

    ids = torch.tensor([prompt])
    with torch.inference_mode():
        out = model.model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=count, do_sample=False, eos_token_id=None
        )
    tokens: list[int] = out[0, len(prompt) :].tolist()
    return tokens


@pytest.mark.parametrize("prompt", PROMPTS, ids=len)
def test_an_infinite_threshold_is_the_small_model(prompt: list[int], llama: Path, larger: Path) -> None:
    small, large = models(llama, larger)
    decoding = switched(small, large, prompt, Switch(math.inf))
    assert [token for token, _ in islice(decoding, 60)] == greedy(small, prompt, 60)
    assert "model" not in vars(large)  # its weights were never loaded
    assert decoding.told() | {"mean_entropy_bits": 0} == {
        "large_share": 0.0,
        "switches": 0,
        "mean_entropy_bits": 0,
        "read_by_small": len(prompt) + 59,
        "read_by_large": 0,
    }


@pytest.mark.parametrize("dwell", [1, 10])
@pytest.mark.parametrize("prompt", PROMPTS, ids=len)
def test_minus_infinity_is_the_large_model_after_the_dwell(
    prompt: list[int], dwell: int, llama: Path, larger: Path
) -> None:
    small, large = models(llama, larger)
    decoding = switched(small, large, prompt, Switch(-math.inf, min_dwell=dwell))
    said = [token for token, _ in islice(decoding, 60)]
    assert said[:dwell] == greedy(small, prompt, dwell)
    assert said[dwell:] == greedy(large, [*prompt, *said[:dwell]], 60 - dwell)
    assert decoding.by_large == [False] * dwell + [True] * (60 - dwell)


@pytest.mark.parametrize("prompt", PROMPTS, ids=len)
def test_cached_is_fresh(prompt: list[int], llama: Path, larger: Path) -> None:
    """Every token and every logit, over many switches, as if each token were computed from nothing."""
    import torch

    small, large = models(llama, larger)
    middle = sorted(entropies(small, large, prompt))[40]
    decoding = switched(small, large, prompt, Switch(middle, window=2, min_dwell=3))
    text = list(prompt)
    for token, row in islice(decoding, 80):
        expected = fresh(large if decoding.by_large[-1] else small, text)
        assert torch.allclose(row, expected, atol=1e-4)
        assert token == int(expected.argmax())
        assert decoding.entropies[-1] == pytest.approx(entropy(expected), abs=1e-3)
        text.append(token)
    assert decoding.switch.switches >= 4
    # Nothing is read twice: each model read the prompt and what was said, up to its own last token.
    assert decoding.small.read <= len(prompt) + 79
    assert decoding.large is not None
    assert decoding.large.read <= len(prompt) + 79


def entropies(small: Checkpoint, large: Checkpoint, prompt: list[int]) -> list[float]:
    """Of 80 tokens by both models in turn."""
    decoding = switched(small, large, prompt, Switch(1.0, min_dwell=5))
    for _ in islice(decoding, 80):
        pass
    return decoding.entropies


def test_the_large_share_falls_with_the_threshold_on_recorded_traces(llama: Path, larger: Path) -> None:
    small, large = models(llama, larger)
    for prompt in PROMPTS:
        recorded = entropies(small, large, prompt)
        thresholds = [-math.inf, *(quarter / 4 for quarter in range(33)), math.inf]
        shares = [sum(replay(recorded, Switch(threshold))) for threshold in thresholds]
        assert shares == sorted(shares, reverse=True)
        assert (shares[0], shares[-1]) == (70, 0)


@given(bits, st.floats(0, 8), st.floats(0, 8))
def test_without_a_dwell_a_lower_threshold_takes_at_least_the_same_tokens(
    trace: list[float], one: float, other: float
) -> None:
    low, high = sorted((one, other))
    for less, more in zip(replay(trace, Switch(high, 1, 1)), replay(trace, Switch(low, 1, 1)), strict=True):
        assert more >= less


@given(bits, st.floats(0, 8), st.integers(1, 8), st.integers(1, 12))
def test_no_two_switches_are_nearer_than_the_dwell(
    trace: list[float], threshold: float, window: int, dwell: int
) -> None:
    by_large = replay(trace, Switch(threshold, window, dwell))
    places = [0, *(place for place, (one, next) in enumerate(pairwise(by_large), 1) if one != next)]
    assert all(later - earlier >= dwell for earlier, later in pairwise(places))


@given(bits, st.floats(0, 8), st.integers(1, 8), st.integers(8, 12))
def test_it_switches_as_the_paper_says(trace: list[float], threshold: float, window: int, dwell: int) -> None:
    """The rule written down once more, over the whole trace; a window within the dwell is of one model anyway."""
    large, since, expected = False, 0, []
    for place in range(len(trace)):
        expected.append(large)
        since += 1
        recent = trace[max(0, place + 1 - window) : place + 1]
        wanted = sum(recent) / len(recent) > threshold
        if wanted != large and since >= dwell:
            large, since = wanted, 0
    assert replay(trace, Switch(threshold, window, dwell)) == expected


def test_entropy_is_in_bits() -> None:
    import torch

    assert entropy(torch.zeros(256)) == pytest.approx(8.0)
    assert entropy(torch.tensor([0.0, -math.inf, -math.inf])) == 0.0
    assert entropy(torch.tensor([3.0, 3.0, -1e9])) == pytest.approx(1.0)
    assert entropy(torch.tensor([0.0, math.log(3)])) == pytest.approx(0.25 * 2 + 0.75 * math.log2(4 / 3))
