"""Passages summed up: their best sentences, or fewer words by a chat model (TCRA-LLM)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from rag.encoders.importance import Piece, weighed
from rag.encoders.minilm import MiniLM
from rag.encoders.nearness import by_sentence
from rag.encoders.tokenizer import default_tokenizer
from rag.generators.asking import ask
from rag.generators.prompts import Prompts, filled, load
from rag.kinds import Compressor, default_encoder
from rag.passages.condensed import condensed, rewritten
from rag.passages.needed import Needed, fitting, needed
from rag.passages.overlap import overlap
from rag.segmenters.sentences import sentences
from rag.segmenters.words import words
from rag.spending.limits import GivesWay

__all__ = ["Summary"]

_TOPIC = 0.3
"""What nearness to the whole passage counts beside nearness to the question."""


class Summary(Compressor):
    """The passages in at most `keep` of their tokens.

    Sentences stay word for word and in their order: by `needed` those that a trained model says the question needs most
    [1], which costs nothing behind `rerank` with the embedded model; by `nearest` those nearest to the question and to
    the whole passage by the encoder, whatever its language. By `llm` a chat model writes each summary and is asked to
    shorten further while it is too long [2]; where it fails, or never gets short enough, the needed sentences stand
    in. The tokens are shared out by what the question needs of each passage, and one of which it needs nothing is left
    out; or evenly. How a passage was made says its metadata, `summary`. A citation of a written sentence quotes the
    source sentence that it shares most words with.

    [1] Chirkova et al.: Provence (2025), arXiv 2501.16214.
    [2] Liu et al.: TCRA-LLM (2023), arXiv 2310.15556, section 3.1.
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.SHORTENING

    by: Literal["needed", "nearest", "llm"] = "needed"
    """What sums up."""
    keep: Annotated[float, Field(gt=0, le=1)] = 0.5
    """The share of the passages' tokens that their summaries may have."""
    rooms: Literal["needed", "even"] = "needed"
    """How the tokens are shared out: sentences of all passages compete, or every passage keeps `keep` of its own, one
    sentence at least."""
    shorter_than: PositiveInt = 40
    """Tokens up to which a passage stays as it is, where they are shared out evenly."""
    rounds: NonNegativeInt = 2
    """Times that a chat model is asked to shorten further."""
    llm: BaseChatModel | None = None
    """The model, where `by` is `llm`."""
    encoder: Embeddings = Field(default_factory=default_encoder)
    """Compares sentences with the question, where `by` is `nearest`."""
    weights: str | None = None
    """File or folder of weights, as `rag train cross` writes them; None for those that ship."""
    prompts: str | None = None
    """A file with prompts in place of the shipped ones; its keys `summary` and `shorten` count here."""

    @model_validator(mode="after")
    def _has_a_model(self) -> Self:
        if self.by == "llm" and self.llm is None:
            raise ValueError("by: llm needs a chat model: give `llm`, at the root or here")
        return self

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The passages, summed up, in the order given."""
        if self.keep == 1 or not documents:
            return list(documents)
        judged = self._by_nearness(documents, query) if self.by == "nearest" else needed(documents, query, self.weights)
        staying = self._even(judged) if self.rooms == "even" else self._shared(judged)
        made = []
        for passage, one, stays in zip(documents, judged, staying, strict=True):
            if not one.spans or all(stays):
                made.append(passage)
            elif any(stays):
                room = sum(size for size, stay in zip(one.sizes, stays, strict=True) if stay)
                written = self._written(passage, query, room, {"callbacks": callbacks})
                how = "nearest" if self.by == "nearest" else "needed"
                made.append(written or _noted(_shortened(passage, one, stays), how))
        return made

    def _shared(self, judged: Sequence[Needed]) -> list[list[bool]]:
        """Which sentences stay of each passage, where all compete."""
        sizes = [size for one in judged for size in one.sizes]
        worth = np.concatenate([*(one.worth for one in judged), []])
        stays = iter(fitting(worth, sizes, int(self.keep * sum(sizes))).tolist())
        return [[next(stays) for _ in one.spans] for one in judged]

    def _even(self, judged: Sequence[Needed]) -> list[list[bool]]:
        """The same, where every passage has its own share."""
        found = []
        for one in judged:
            whole = sum(one.sizes)
            room = whole if whole <= self.shorter_than else int(self.keep * whole)
            found.append(fitting(one.chances, one.sizes, room).tolist())
        return found

    @cached_property
    def _prompts(self) -> Prompts:
        return load(self.prompts)

    def _written(self, passage: Document, query: str, room: int, config: RunnableConfig) -> Document | None:
        """What the chat model makes of a passage; None where it makes nothing short enough."""
        if self.by != "llm" or self.llm is None:
            return None
        text = passage.page_content
        words = str(max(1, room * len(text.split()) // max(1, default_tokenizer().count([text])[0])))
        messages: list[BaseMessage] = [
            HumanMessage(filled(self._prompts.summary, question=query, words=words, text=text))
        ]
        for _ in range(1 + self.rounds):
            said = ask(self.llm, messages, config, "summary")
            if said.failure:
                return None
            if default_tokenizer().count([said.text])[0] <= room:
                return _noted(rewritten(passage, _traced(said.text, text)), "llm")
            messages += [AIMessage(said.text), HumanMessage(filled(self._prompts.shorten, words=words))]
        return None

    def _by_nearness(self, passages: Sequence[Document], query: str) -> list[Needed]:
        """The passages' sentences by the encoder, all read in one batch."""
        pieces: list[Piece] = [(passage.page_content, words(passage.page_content)) for passage in passages]
        read = weighed(pieces, self.encoder, "pooled") if isinstance(self.encoder, MiniLM) else ()
        made = []
        for passage, found in zip(passages, by_sentence(query, pieces, read, self.encoder), strict=True):
            texts = [passage.page_content[start:end] for start, end in found.spans]
            near = (found.near + _TOPIC * found.central).astype(np.float64)
            made.append(Needed(found.spans, default_tokenizer().count(texts), near, found.near.astype(np.float64)))
        return made


def _shortened(passage: Document, found: Needed, stays: Sequence[bool]) -> Document:
    """The sentences that stay, each with the white space behind it."""
    ends = [*(start for start, _ in found.spans[1:]), len(passage.page_content)]
    spans = zip(found.spans, ends, stays, strict=True)
    return condensed(passage, [(start, end) for (start, _), end, stay in spans if stay])


def _traced(written: str, text: str) -> list[tuple[str, int, int]]:
    """The written sentences, each with the sentence of the text that it shares most words with."""
    sources = sentences(text)
    found = sentences(written)
    ends = [*(start for start, _ in found[1:]), len(written)]
    pieces = []
    for (start, end), behind in zip(found, ends, strict=True):
        shares = overlap(written[start:end], [text[first:last] for first, last in sources])
        first, last = sources[int(shares.argmax())] if len(shares) and shares.max() > 0 else (0, len(text))
        pieces.append((written[start:behind], first, last))
    return pieces


def _noted(passage: Document, how: str) -> Document:
    return Document(passage.page_content, id=passage.id, metadata={**passage.metadata, "summary": how})
