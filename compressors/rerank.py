"""Passages in a better order: a cross-encoder reads question and passage together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from langchain_core.callbacks import Callbacks
from langchain_core.cross_encoders import BaseCrossEncoder
from langchain_core.documents import Document
from numpy.typing import NDArray
from pydantic import Field, PositiveInt, model_validator

from rag import skills
from rag.encoders.tokenizer import default_tokenizer
from rag.encoders.vocabulary import ALL, Known, Vocabulary, aside, embedded, of
from rag.errors import MissingExtra, ModelError
from rag.index.context import headings_context
from rag.kinds import Compressor, TokenEncoder
from rag.passages.reading import READ, READING
from rag.spending.limits import GivesWay
from rag.spending.pace import portions

EMBEDDED = "embedded"
"""The cross-encoder inside the package: the skill `relevance`."""

MORE = 4
"""Passages judged at once behind those that are judged in any case: about what is computed at once."""

_loading = Lock()


def _whole_tokens() -> TokenEncoder:
    """The embedded encoder's tokens in all their dimensions: nothing is stored of them."""
    from rag.tokens.minilm import MiniLMTokens

    return MiniLMTokens(size=384)


class Rerank(Compressor):
    """The passages by a cross-encoder's judgement [1], the best first.

    A passage's `score` becomes `weight` times the cross-encoder's (of sentence-transformers' models a probability,
    0 to 1) and `1 - weight` times its old score, stretched to 0 to 1 over the list. Both stay in the metadata as
    `rerank_score` and `retrieved_score`. With `late`, late interaction counts beside both [2]: of every token of
    the question the cosine of the nearest token of the passage, their mean stretched to 0 to 1 over the list
    (`late_score`); the old score then counts `1 - weight - late`. Title and headings are read with the passage.
    With `at_least` the first passages are judged, and further ones only while one of them could come first; the others
    stay behind them as they came, and the generator `reader` and the agent `bridge` leave them unread as well.
    Under a limit of time the embedded model judges as many of the first passages as there is time for; the others
    stay behind them as they came. What cannot read the passages (its vocabulary does not hold their words) counts less,
    down to nothing: the old score then takes its share.

    [1] Nogueira, Cho: Passage Re-ranking with BERT (2019), arXiv 1901.04085.
    [2] Khattab, Zaharia: ColBERT (2020), arXiv 2004.12832, section 3.3.
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.RANKING
    paced: ClassVar[tuple[str, ...]] = (READING,)

    model: str | BaseCrossEncoder = EMBEDDED
    """`embedded`, or name or folder of a sentence-transformers cross-encoder; in Python also any langchain-core one."""
    weights: str | None = None
    """File or folder of weights for `embedded`, as `rag train cross` writes them; None for those that ship."""
    top_k: PositiveInt | None = None
    """Passages kept; all where not given."""
    at_least: PositiveInt | None = None
    """Passages that are judged in any case. Behind them judging ends where the best score is above what any of the rest
    would have with a judgement of 1 (never, with `weight: 1`). All are judged where not given."""
    weight: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How much the cross-encoder counts beside the score that the passages came with."""
    late: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How much late interaction counts; it takes one reading of the passages more. Together with `weight` 1 at most."""
    by_language: bool = True
    """Whether the cross-encoder, and late interaction, count less where they do not know the language."""
    tokens: TokenEncoder = Field(default_factory=_whole_tokens)
    """Whose token vectors are compared, where `late` counts."""
    max_tokens: PositiveInt | None = None
    """Tokens of question and passage that are read; the model's own limit where not given."""
    batch_size: PositiveInt = 32
    """Pairs judged at once."""
    device: str | None = None
    """Where the model runs, for example `cpu` or `cuda`; chosen by sentence-transformers where not given."""

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Self:
        if "weight" in self.model_fields_set and self.weight + self.late > 1 + 1e-9:  # .1 + .7 + .2 is above 1
            raise ValueError(f"weight {self.weight:g} and late {self.late:g} are more than 1 together")
        return self

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The passages, best first; those that score alike keep their order."""
        if not documents:
            return []
        weight, late_weight = min(self.weight, 1 - self.late), self.late
        if self.by_language:
            known, near = self._known(query, documents), self._known_late(query, documents)
            weight, late_weight = weight * known.weight, late_weight * near.weight
            for name, one in (("rerank", known), ("late", near)):
                documents = aside(documents, name, one) if one.weight < 1 else documents
        return self._ranked(documents, query, weight, late_weight)[: self.top_k]

    def detail(self, before: Sequence[Document], after: Sequence[Document]) -> Mapping[str, Any]:
        """`read`: how many passages were judged, where `at_least` left some unread."""
        told = [passage.metadata[READ] for passage in after[:1] if READ in passage.metadata]
        return {"read": told[0]} if told and told[0] < len(before) else {}

    def _ranked(self, documents: Sequence[Document], query: str, weight: float, late_weight: float) -> list[Document]:
        """All passages, best first, by what each judgement counts."""
        titles = [headings_context(passage.metadata) for passage in documents]
        texts = [passage.page_content for passage in documents]
        before = _stretched(np.array([float(passage.metadata.get("score") or 0.0) for passage in documents]))
        first = (1 - weight - late_weight) * before
        if not weight and not late_weight:
            order = np.argsort(-first, kind="stable")
            return [_unjudged(documents[i], float(first[i])) for i in order]
        judged, enough = self._judged(query, (texts, titles), (weight, weight + late_weight), first)
        scores = weight * judged + first[: len(judged)]
        late = self._late(query, _titled(texts, titles)[: len(judged)]) if late_weight else None
        if late is not None:
            scores = scores + late_weight * late
        order = np.argsort(-scores, kind="stable")
        ranked = [
            _scored(documents[i], float(scores[i]), float(judged[i]), None if late is None else float(late[i]))
            for i in order
        ]
        least = float(scores.min())
        behind = zip(documents[len(judged) :], first[len(judged) :], strict=True)
        found = [*ranked, *(_unjudged(passage, min(least, float(score))) for passage, score in behind)]
        for passage in found if enough else ():
            passage.metadata[READ] = len(judged)
        return found

    def _judged(
        self, query: str, shown: tuple[list[str], list[str]], weights: tuple[float, float], first: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], bool]:
        """Judgements of the first passages, and whether they were enough: none of the others can come first.

        Args:
            query: stand-alone.
            shown: texts and titles.
            weights: what a judgement counts, and what it and everything else that is yet to be known count together.
            first: what the scores that the passages came with add, `[texts]`.
        """
        (texts, titles), (weight, most) = shown, weights
        judged = np.empty(0)
        until = len(texts) if self.at_least is None else min(self.at_least, len(texts))
        while True:
            begun = len(judged)
            some = self._scores(query, texts[begun:until], titles[begun:until], needed=not begun)
            judged = np.append(judged, some)
            if len(judged) < until or until == len(texts):  # there was no time for more, or nothing is left
                return judged, False
            best = (weight * judged + first[:until]).max()
            probable = judged.min() >= 0 and judged.max() <= 1  # else nobody knows what more could come to
            if probable and best > most + first[until:].max():
                return judged, True
            until = min(until + MORE, len(texts))

    def _known(self, query: str, documents: Sequence[Document]) -> Known:
        """What the cross-encoder's vocabulary holds of question and passages; all where it cannot be looked into."""
        if isinstance(self.model, BaseCrossEncoder):
            return ALL
        words = embedded() if self.model == EMBEDDED else self._words
        return ALL if words is None else words.known(query, documents)

    def _known_late(self, query: str, documents: Sequence[Document]) -> Known:
        """The same of late interaction; all where it cannot be told, or does not count."""
        words = of(self.tokens) if self.late else None
        return ALL if words is None else words.known(query, documents)

    @cached_property
    def _words(self) -> Vocabulary | None:
        return Vocabulary.of_model(self._cross_encoder.tokenizer)

    def _late(self, query: str, texts: Sequence[str]) -> NDArray[np.float64] | None:
        """Late interaction with each text, stretched to 0 to 1, float64 `[texts]`; None where time is short."""
        near: NDArray[np.float64] | None = None
        for _ in portions("late", [sum(default_tokenizer().count(list(texts)))], needed=False):
            (asked,) = self.tokens.encode([query], query=True)
            means = [(asked @ vectors.T).max(axis=1).mean() for vectors in self.tokens.encode(texts)]
            near = _stretched(np.array(means, np.float64))
        return near

    def _scores(self, query: str, texts: list[str], titles: list[str], *, needed: bool = True) -> NDArray[np.float64]:
        """Of the first passages, of all without a limit of time; perhaps of none where they are not `needed`."""
        if self.model == EMBEDDED:
            skill = skills.load("relevance", self.weights)
            judged = [
                skill.score([(query, text) for text in texts[start:end]], titles[start:end])
                for start, end in portions(READING, default_tokenizer().count(texts), needed=needed)
            ]
            return np.concatenate([*judged, []]).astype(np.float64)
        pairs = [(query, text) for text in _titled(texts, titles)]
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


def _scored(passage: Document, score: float, judged: float, late: float | None) -> Document:
    told = {"score": score, "rerank_score": judged, "retrieved_score": passage.metadata.get("score")}
    told |= {} if late is None else {"late_score": late}
    return Document(passage.page_content, id=passage.id, metadata={**passage.metadata, **told})


def _titled(texts: Sequence[str], titles: Sequence[str]) -> list[str]:
    return [f"{title}\n{text}".lstrip() for title, text in zip(titles, texts, strict=True)]


def _stretched(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """From 0 to 1; all 1 where they are alike."""
    span = float(np.ptp(scores)) if len(scores) else 0.0
    found: NDArray[np.float64] = (scores - scores.min()) / span if span else np.ones(len(scores))
    return found
