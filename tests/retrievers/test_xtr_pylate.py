"""XTR beside PyLate's own scoring of the same token vectors: the same passages, scores and order.

PyLate pins older releases than this project, so it lies in an environment of its own: `pip install pylate` there, or
put its unpacked wheel on PYTHONPATH.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from rag.index.codec import Codec
from rag.index.late import Late, Retrieval
from rag.index.ragged import Ragged
from rag.index.view import Rows
from rag.retrievers.xtr import score_passages
from rag.tokens.minilm import MiniLMTokens

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the libraries that it imports
    rank = pytest.importorskip("pylate.rank", reason="PyLate is not installed", exc_type=ImportError)

PASSAGES = 60


@pytest.mark.parametrize("token_k", [1, 5, 40, 200, 10_000])
@pytest.mark.parametrize("seed", range(5))
def test_passages_stand_in_pylates_order(seed: int, token_k: int) -> None:
    chance = np.random.default_rng(seed)
    lengths = chance.integers(3, 25, PASSAGES)
    tokens = chance.standard_normal((int(lengths.sum()), 16)).astype(np.float32)
    tokens = (tokens / np.linalg.norm(tokens, axis=1, keepdims=True)).astype(np.float16)
    question = tokens[chance.choice(len(tokens), 6, replace=False)].astype(np.float32)
    owners = np.repeat(np.arange(PASSAGES), lengths)

    similarities = question @ tokens.astype(np.float32).T
    nearest = np.argsort(-similarities, axis=1, kind="stable")[:, :token_k]
    names = [[str(owners[token]) for token in row] for row in nearest]
    scores = [similarities[place, row].tolist() for place, row in enumerate(nearest)]
    theirs = [(int(hit["id"]), hit["score"] / len(question)) for hit in rank.score_xtr(names, scores, PASSAGES)]

    reference = score_passages(question, tokens.astype(np.float32), owners, token_k)
    ids = np.arange(PASSAGES)
    rows = Rows(ids, ids.astype(np.uint64), np.ones(PASSAGES, np.bool_))
    ragged = Ragged([np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32)], [tokens])
    fast = Late(MiniLMTokens(), Codec(16, 16), ragged, rows, None)
    hits = fast.xtr(question, PASSAGES, retrieval=Retrieval(token_k=token_k))

    assert reference == pytest.approx(dict(theirs), abs=1e-6)
    # Passages with equal scores may change places: of them PyLate promises no order.
    assert [dict(theirs)[row] for row in hits.rows.tolist()] == pytest.approx([score for _, score in theirs], abs=2e-6)
    assert [score for _, score in theirs] == pytest.approx(hits.scores.tolist(), abs=2e-6)
