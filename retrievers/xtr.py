"""Late interaction: a vector a token, by XTR's token retrieval or by exact MaxSim."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from numpy.typing import NDArray
from pydantic import Field, NonNegativeInt, PositiveInt

from rag.encoders.vocabulary import Vocabulary, of
from rag.index import Hits, Index, Snapshot, TokenVectors, View
from rag.index.codec import Bits
from rag.index.compiled import load
from rag.index.late import PROBE, Constant, Impute, Late, Retrieval
from rag.kinds import Retriever, TokenEncoder, default_tokens


class XTR(Retriever):
    """The `top_k` passages whose tokens lie nearest to the question's tokens.

    A score is the mean over the question's tokens of the best cosine with a token of the passage, in [-1, 1]. `exact`
    compares all tokens of the passages that can be among the best [1, 2]; `xtr` scores from the tokens that were
    retrieved and nothing else, and stands a similarity in for each that was not [3]. The embedded encoder was not
    trained for that, so `exact` is the default: `docs/decisions/tokens.md` has the figures.

    [1] Khattab, Zaharia: ColBERT: Efficient and Effective Passage Search via Contextualized Late Interaction (2020).
    [2] Santhanam, Khattab, Potts, Zaharia: PLAID: An Efficient Engine for Late Interaction Retrieval (2022).
    [3] Lee et al.: Rethinking the Role of Token Retrieval in Multi-Vector Retrieval (2023), section 3.
    """

    index: Index
    tokens: TokenEncoder = Field(default_factory=default_tokens)
    """What gives a vector to every token."""
    top_k: PositiveInt = 20
    """Passages returned."""
    mode: Literal["exact", "xtr"] = "exact"
    """Compare all tokens of the candidates, or score from retrieved tokens alone."""
    bits: Bits = 2
    """Bits a dimension of a stored token: 2, 4, or 16 for half-precision floats."""
    candidates: PositiveInt = 200
    """`exact`: passages whose tokens are all compared, at least `top_k`; all where there are no more. Of 100,000
    passages a hundred were too few (three points of nDCG@10), two hundred enough."""
    token_k: PositiveInt = 4_000
    """`xtr`: tokens that each token of the question retrieves; 40,000 in the paper, for millions of passages. Of
    100,000 passages a thousand were too few (.017 of nDCG@10 below exact, four thousand .008)."""
    impute: Impute = "min"
    """`xtr`: what stands for a similarity that was not retrieved: the least retrieved one, 0, their mean, or, of each
    passage its own, what the nearest centroid of its tokens tells (`centroid`)."""
    probe: PositiveInt = PROBE
    """Tokens looked at in the nearest cells for each token of the question, at least `token_k`. `xtr` compares every
    token of the question with all that any of them looks at."""
    exact_up_to: NonNegativeInt = 256
    """Passages up to which all are compared and no cells are made."""
    matches: bool = False
    """Whether passages say which of their tokens matched which of the question's, under `matches`."""

    @cached_property
    def _view(self) -> TokenVectors:
        return TokenVectors(tokens=self.tokens, bits=self.bits, exact_up_to=self.exact_up_to)

    def views(self) -> Sequence[View]:
        """A coded vector for each token."""
        return (self._view,)

    def warm_up(self) -> None:
        """Loads the compiled loops where the extra `fast` is installed; the first time they are compiled."""
        load()

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The token encoder's."""
        return of(self.tokens)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        with self.index.reading() as snapshot:
            late: Late = snapshot.view(self._view)
            queries, mask = late.question(query), snapshot.mask(filter)
            if self.mode == "exact":
                hits = late.exact(queries, self.top_k, mask, candidates=self.candidates, probe=self.probe)
            else:
                retrieval = Retrieval(self.token_k, self.probe, self.impute)
                hits = late.xtr(queries, self.top_k, mask, retrieval)
            if not self.matches:
                return snapshot.documents(hits)
            return snapshot.documents(hits, matches=self._matches(query, queries, late, snapshot, hits))

    def _matches(
        self, query: str, queries: NDArray[np.float32], late: Late, snapshot: Snapshot, hits: Hits
    ) -> list[list[dict[str, Any]]]:
        """For each hit the best match of each of the question's tokens, in the order of the question.

        `start` and `end` are characters of the source; None where the match is in the passage's heading or a special
        token.
        """
        asked = self.tokens.spans(query, query=True)
        told = []
        passages = snapshot.passages(hits.rows)
        for passage, found in zip(passages, late.matches(queries, hits.rows), strict=True):
            ahead = len(passage.encoded) - len(passage.text)
            spans = self.tokens.spans(passage.encoded)
            matches = []
            for (first, last), token, score in zip(asked.tolist(), found.tokens.tolist(), found.scores, strict=True):
                start, end = spans[token].tolist()
                inside = start >= ahead and end > start
                matches.append(
                    {
                        "question": query[first:last],
                        "passage": passage.encoded[start:end],
                        "start": passage.start + start - ahead if inside else None,
                        "end": passage.start + end - ahead if inside else None,
                        "score": round(float(score), 4),
                    }
                )
            told.append(matches)
        return told


def score_passages(
    query_vectors: NDArray[np.floating[Any]],
    token_vectors: NDArray[np.floating[Any]],
    token_passages: NDArray[np.integer[Any]] | Sequence[int],
    k: int,
    impute: Constant = "min",
) -> dict[int, float]:
    """XTR's score of every passage of which a token was retrieved: the reference, written to be read [3].

    Args:
        query_vectors: unit vectors of the question's tokens `[n, d]`.
        token_vectors: unit vectors of all passages' tokens `[m, d]`.
        token_passages: the passage of each of them `[m]`.
        k: tokens that each token of the question retrieves; all where there are fewer.
        impute: what stands for a similarity that was not retrieved.

    Returns:
        Passage to score: the mean over the question's tokens of the best retrieved similarity, or what stands for it.
    """
    if not len(token_vectors):
        return {}
    found: list[dict[int, float]] = []
    missing: list[float] = []
    for similarities in np.asarray(query_vectors) @ np.asarray(token_vectors).T:
        order = np.argsort(-similarities, kind="stable")[:k]
        of_passage: dict[int, float] = defaultdict(lambda: -np.inf)
        for token in order:
            passage = int(token_passages[token])
            of_passage[passage] = max(of_passage[passage], float(similarities[token]))
        retrieved = similarities[order]
        missing.append({"min": float(retrieved.min()), "zero": 0.0, "mean": float(retrieved.mean())}[impute])
        found.append(dict(of_passage))
    passages = sorted(set().union(*found))
    return {
        passage: float(np.mean([best.get(passage, lack) for best, lack in zip(found, missing, strict=True)]))
        for passage in passages
    }
