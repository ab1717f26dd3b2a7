"""XTR's training score: the values of another implementation, and what must hold of any batch."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.training.tokens.objective import cosines, maxsim, xtr

QUESTIONS = torch.tensor([[[1.0, 0, 0], [0, 1, 0]], [[0, 0, 1], [0.6, 0.8, 0]]])
PASSAGES = torch.tensor([[[0.9, 0.1, 0], [0.2, 0.3, 0]], [[0.5, 0.8, 0], [0, 0, 1]]])
ALL = torch.ones(2, 2, dtype=torch.bool)


def drawn(seed: int, *shape: int) -> torch.Tensor:
    found = torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.normalize(found, dim=-1)


def test_one_retrieved_token_scores_as_pylate_scores_it() -> None:
    near = cosines(QUESTIONS, PASSAGES, ALL)
    torch.testing.assert_close(xtr(near, ALL, 1), torch.tensor([[0.9, 0.8], [0.0, 0.97]]), atol=1e-6, rtol=0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 4), st.integers(1, 6))
def test_with_every_token_retrieved_it_is_maxsim_of_what_is_positive(seed: int, n: int, p: int, m: int) -> None:
    near = cosines(drawn(seed, 2, n, 8).abs(), drawn(seed + 1, p, m, 8).abs(), torch.ones(p, m, dtype=torch.bool))
    asked = torch.ones(2, n, dtype=torch.bool)
    torch.testing.assert_close(xtr(near, asked, 10_000), maxsim(near, asked))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_padding_counts_for_nothing_and_order_neither(seed: int, k: int) -> None:
    questions, passages = drawn(seed, 2, 3, 8), drawn(seed + 1, 3, 4, 8)
    asked, inside = torch.ones(2, 3, dtype=torch.bool), torch.ones(3, 4, dtype=torch.bool)
    near = cosines(questions, passages, inside)
    whole = xtr(near, asked, k), maxsim(near, asked)
    wide = (
        torch.nn.functional.pad(questions, (0, 0, 0, 2), value=9.0),
        torch.nn.functional.pad(passages, (0, 0, 0, 3), value=9.0),
    )
    pads = torch.nn.functional.pad(asked, (0, 2)), torch.nn.functional.pad(inside, (0, 3))
    padded = cosines(*wide, pads[1])
    torch.testing.assert_close(xtr(padded, pads[0], k), whole[0])
    torch.testing.assert_close(maxsim(padded, pads[0]), whole[1])
    order = torch.tensor([2, 0, 1])
    turned = cosines(questions, passages[order], inside)
    torch.testing.assert_close(xtr(turned, asked, k), whole[0][:, order])


def test_a_passage_of_which_nothing_is_retrieved_scores_nothing() -> None:
    near = cosines(QUESTIONS[:1, :1], PASSAGES, ALL)
    assert xtr(near, ALL[:1, :1], 1)[0, 1] == 0
