"""Passages in a better order: a cross-encoder reads question and passage together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import Annotated, Any, ClassVar

import numpy as np
from langchain_core.callbacks import Callbacks
from langchain_core.cross_encoders import BaseCrossEncoder
from langchain_core.documents import Document
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from rag import skills
from rag.encoders.tokenizer import default_tokenizer
from rag.errors import MissingExtra, ModelError
from rag.index.context import headings_context
from rag.kinds import Compressor
from rag.limits import GivesWay
from rag.pace import portions

EMBEDDED = "embedded"
"""The cross-encoder inside the package: the skill `relevance`."""

_loading = Lock()


class Rerank(Compressor):
    """The passages by a cross-encoder's judgement [1], the best first.

    A passage's `score` becomes `weight` times the cross-encoder's (of sentence-transformers' models a probability,
    0 to 1) and `1 - weight` times its old score, stretched to 0 to 1 over the list. Both stay in the metadata as
    `rerank_score` and `retrieved_score`. Title and headings are read with the passage. Under a limit of time the
    embedded model judges as many of the first passages as there is time for; the others stay behind them as they came.

    [1] Nogueira, Cho: Passage Re-ranking with BERT (2019), arXiv 1901.04085.
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.RANKING
    paced: ClassVar[tuple[str, ...]] = ("relevance",)

    model: str | BaseCrossEncoder = EMBEDDED
    """`embedded`, or name or folder of a sentence-transformers cross-encoder; in Python also any langchain-core one."""
    weights: str | None = None
    """File or folder of weights for `embedded`, as `rag train cross` writes them; None for those that ship."""
    top_k: PositiveInt | None = None
    """Passages kept; all where not given."""
    weight: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How much the cross-encoder counts beside the score that the passages came with."""
    max_tokens: PositiveInt | None = None
    """Tokens of question and passage that are read; the model's own limit where not given."""
    batch_size: PositiveInt = 32
    """Pairs judged at once."""
    device: str | None = None
    """Where the model runs, for example `cpu` or `cuda`; chosen by sentence-transformers where not given."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The passages, best first; those that score alike keep their order."""
        if not documents:
            return []
        titles = [headings_context(passage.metadata) for passage in documents]
        judged = self._scores(query, [passage.page_content for passage in documents], titles)
        before = np.array([float(passage.metadata.get("score") or 0.0) for passage in documents])
        span = before.max() - before.min()
        first = (before - before.min()) / span if span else np.ones(len(before))
        scores = self.weight * judged + (1 - self.weight) * first[: len(judged)]
        order = np.argsort(-scores, kind="stable")
        ranked = [_scored(documents[i], float(scores[i]), float(judged[i])) for i in order]
        least = float(scores.min())
        behind = zip(documents[len(judged) :], (1 - self.weight) * first[len(judged) :], strict=True)
        return [*ranked, *(_unjudged(passage, min(least, float(score))) for passage, score in behind)][: self.top_k]

    def _scores(self, query: str, texts: list[str], titles: list[str]) -> NDArray[np.float64]:
        """Of the first passages, of all without a limit of time."""
        if self.model == EMBEDDED:
            skill = skills.load("relevance", self.weights)
            judged = [
                skill.score([(query, text) for text in texts[start:end]], titles[start:end])
                for start, end in portions("relevance", default_tokenizer().count(texts))
            ]
            return np.concatenate(judged).astype(np.float64)
        pairs = [(query, f"{title}\n{text}".lstrip()) for title, text in zip(titles, texts, strict=True)]
        if isinstance(self.model, BaseCrossEncoder):
            return np.array(self.model.score(pairs), np.float64)
        from torch.nn import Identity

        logits = self._cross_encoder.predict(
            pairs, batch_size=self.batch_size, activation_fn=Identity(), show_progress_bar=False
        )
        return 1 / (1 + np.exp(-np.asarray(logits, np.float64)))

    @cached_property
    def _cross_encoder(self) -> Any:
        with _loading:
            return self.__dict__.get("_cross_encoder") or self._load()

    def _load(self) -> Any:
        try:
            from sentence_transformers import CrossEncoder
        except ModuleNotFoundError as error:
            raise MissingExtra("sentence-transformers", "sentence-transformers", "the compressor rerank") from error
        try:
            model = CrossEncoder(self.model, max_length=self.max_tokens, device=self.device)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"the cross-encoder {self.model!r} cannot be loaded: {error}. It must be a folder on this machine or a "
                "name on the Hugging Face hub that can be reached or was downloaded before"
            ) from error
        if model.num_labels != 1:
            raise ModelError(
                f"{self.model!r} gives {model.num_labels} scores a pair; re-ranking needs a model that gives one"
            )
        return model


def _unjudged(passage: Document, score: float) -> Document:
    before = passage.metadata.get("score")
    metadata = {**passage.metadata, "score": score, "retrieved_score": before}
    return Document(passage.page_content, id=passage.id, metadata=metadata)


def _scored(passage: Document, score: float, judged: float) -> Document:
    before = passage.metadata.get("score")
    metadata = {**passage.metadata, "score": score, "rerank_score": judged, "retrieved_score": before}
    return Document(passage.page_content, id=passage.id, metadata=metadata)
