"""Drafts change no token: the same words as plain decoding, in fewer passes."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ModelError
from rag.llms.decoding.checkpoint import Checkpoint
from rag.llms.decoding.choosing import Chooser
from rag.llms.decoding.drafts import Assistant, Drafter, NoDrafts, PromptLookup
from rag.llms.decoding.run import Run
from rag.llms.decoding.speculating import Speculated
from rag.llms.local import Local


@pytest.fixture(scope="module")
def model(llama: Path) -> Checkpoint:
    return Checkpoint(str(llama))


def prompts(count: int, seed: int = 0) -> list[list[int]]:
    """Prompts whose end repeats a part of them, as a question repeats words of a passage."""
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        passage = [draw.randrange(3, 300) for _ in range(draw.randrange(4, 60))]
        start = draw.randrange(len(passage))
        made.append([*passage, *passage[start : start + draw.randrange(1, 6)]])
    return made


def tokens(model: Checkpoint, prompt: list[int], draft: Drafter, count: int = 32) -> tuple[list[int], Speculated]:
    decoding = Speculated(Run(model, prompt), Chooser(), draft)
    return [token for token, _ in islice(decoding, count)], decoding


@pytest.fixture(scope="module")
def copier(make: Callable[..., Path]) -> Checkpoint:
    """A Llama that listens to its last token above all: on a text of its own it goes on as that text does."""
    import torch

    model = Checkpoint(str(make(seed=2)))
    with torch.no_grad():
        for layer in model.model.model.layers:
            layer.self_attn.o_proj.weight.mul_(0.02)
    return model


def test_prompt_lookup_equals_plain_greedy_on_200_prompts(copier: Checkpoint) -> None:
    """Half of them hold a passage that the model would write itself and begin it anew; half hold any tokens."""
    written = [tokens(copier, prompt[:3], NoDrafts(), 24)[0] for prompt in prompts(100, seed=6)]
    passes = said = 0
    for prompt in [*prompts(100), *([*passage, 9, *passage[:3]] for passage in written)]:
        plain, _ = tokens(copier, prompt, NoDrafts(), 24)
        drafted, decoding = tokens(copier, prompt, PromptLookup(prompt, 6, 3), 24)
        assert drafted == plain
        passes += decoding.run.forwards
        said += decoding.tokens
    assert said / passes > 1.2  # drafts are accepted, so what was compared is not plain decoding alone


def test_an_assistant_equals_plain_greedy(model: Checkpoint, larger: Path, llama: Path) -> None:
    for prompt in prompts(20, seed=1):
        plain, _ = tokens(model, prompt, NoDrafts())
        other, _ = tokens(model, prompt, Assistant(Checkpoint(str(larger)), prompt, 4))
        assert other == plain
        itself, decoding = tokens(model, prompt, Assistant(model, prompt, 4))
        assert itself == plain
        assert decoding.accepted >= decoding.drafted - 4  # the model itself is always right; the last draft was cut
        assert decoding.told()["tokens_per_pass"] > 4


def test_the_cache_after_wrong_drafts_is_that_of_a_fresh_pass(model: Checkpoint) -> None:
    import torch

    prompt = prompts(1, seed=3)[0]
    decoding = Speculated(Run(model, prompt), Chooser(), lambda generated: [7, 8, 9])  # nearly always wrong
    said, rows = zip(*islice(decoding, 24), strict=True)
    with torch.inference_mode():
        whole = model.model(input_ids=torch.tensor([[*prompt, *said[:-1]]])).logits[0, len(prompt) - 1 :]
    assert torch.allclose(torch.stack(rows), whole, atol=1e-4)
    assert whole.argmax(dim=-1).tolist() == list(said)


def test_a_draft_stays_inside_the_window(make: Callable[..., Path]) -> None:
    small = Checkpoint(str(make("gpt2", n_positions=32)))
    prompt = [5, 6, 7, 8] * 6
    plain, _ = tokens(small, prompt, NoDrafts(), 8)
    for draft in (PromptLookup(prompt, 20, 3), Assistant(small, prompt, 20)):
        assert tokens(small, prompt, draft, 8)[0] == plain


def test_drawn_tokens_have_the_models_distribution(model: Checkpoint) -> None:
    """Chi-square of the first drawn token that a draft had a say in, against the model's own probabilities."""
    import torch
    from scipy.stats import chisquare

    prompt = prompts(1, seed=5)[0]
    with torch.inference_mode():
        first = model.model(input_ids=torch.tensor([prompt])).logits[0, -1]
    chances = torch.softmax(first, dim=-1)
    likely = chances.topk(5).indices.tolist()
    guess = likely[0]
    seen = []
    for seed in range(600):
        decoding = Speculated(Run(model, prompt), Chooser(1.0, 1.0, seed), lambda generated: [guess])
        seen.append(next(iter(decoding))[0])
    counts = [seen.count(token) for token in likely] + [sum(token not in likely for token in seen)]
    shares = [float(chances[token]) for token in likely]
    expected = [share * len(seen) for share in [*shares, 1 - sum(shares)]]
    assert chisquare(counts, expected).pvalue > 0.001


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(1, 6), st.integers(1, 4))
def test_prompt_lookup_guesses_what_transformers_guesses(text: list[int], most: int, longest: int) -> None:
    import torch
    from transformers.generation.candidate_generator import PromptLookupCandidateGenerator

    theirs = PromptLookupCandidateGenerator(
        eos_token_id=None, num_output_tokens=most, max_matching_ngram_size=longest, max_length=1_000
    )
    ids = torch.tensor([text])
    expected: Any = theirs.get_candidates(ids)
    guessed = expected[0][0, len(text) :].tolist()
    ours = PromptLookup(text[:1], most, longest)(text[1:])
    assert ours == guessed


def test_an_assistant_of_other_tokens_is_refused(llama: Path, make: Callable[..., Path]) -> None:
    other = make(vocabulary=300)
    with pytest.raises(ModelError, match="cannot draft for .* their tokenizers differ"):
        Local(model=str(llama), assistant=str(other)).invoke("Why?")


@pytest.mark.parametrize("more", [{"prompt_lookup": 5}, {"assistant_tokens": 3}])
def test_the_chat_model_says_the_same_with_drafts(more: dict[str, Any], llama: Path, larger: Path) -> None:
    helper = {} if "prompt_lookup" in more else {"assistant": str(larger)}
    question = "Travel is approved by your manager. Who approves travel? Travel is"
    plain = Local(model=str(llama), max_tokens=60).invoke(question)
    said = Local(model=str(llama), max_tokens=60, **more, **helper).invoke(question)
    assert said.content == plain.content
    assert said.usage_metadata == plain.usage_metadata
    assert said.response_metadata["decoding"]["passes"] <= plain.response_metadata["decoding"]["passes"]
