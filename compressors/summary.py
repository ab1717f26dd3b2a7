"""Passages summed up: their best sentences, or fewer words by a chat model (TCRA-LLM)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from rag import skills
from rag.condensed import condensed, rewritten
from rag.encoders.importance import Piece, weighed
from rag.encoders.minilm import MiniLM
from rag.encoders.nearness import by_sentence
from rag.encoders.tokenizer import default_tokenizer
from rag.generators.asking import ask
from rag.generators.prompts import Prompts, filled, load
from rag.index.context import headings_context
from rag.kinds import Compressor, default_encoder
from rag.limits import GivesWay
from rag.overlap import overlap
from rag.segmenters.sentences import sentences
from rag.segmenters.words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Summary"]

_TOPIC = 0.3
"""What nearness to the whole passage counts beside nearness to the question."""


class Summary(Compressor):
    """Every passage in at most `keep` of its tokens.

    By `needed`: the sentences that a trained model says the question needs most [1], in their order, word for word;
    behind `rerank` with the embedded model that costs nothing. By `nearest`: those nearest to the question and to the
    whole passage by the encoder, whatever its language. By `llm`: a chat model writes it and is asked to shorten
    further while it is too long [2]; where it fails, or never gets short enough, the needed sentences stand in. How a
    passage was made says its metadata, `summary`. A citation of a written sentence quotes the source sentence that it
    shares most words with.

    [1] Chirkova et al.: Provence (2025), arXiv 2501.16214.
    [2] Liu et al.: TCRA-LLM (2023), arXiv 2310.15556, section 3.1.
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.SHORTENING

    by: Literal["needed", "nearest", "llm"] = "needed"
    """What sums up."""
    keep: Annotated[float, Field(gt=0, le=1)] = 0.5
    """The share of a passage's tokens that the summary may have; one sentence always stays."""
    shorter_than: PositiveInt = 40
    """Tokens up to which a passage stays as it is."""
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
        sizes = default_tokenizer().count([passage.page_content for passage in documents])
        long = [place for place, size in enumerate(sizes) if size > self.shorter_than and self.keep < 1]
        made = list(documents)
        left = []
        for place in long:
            room = int(self.keep * sizes[place])
            written = self._written(documents[place], query, room, {"callbacks": callbacks})
            if written is None:
                left.append(place)
            else:
                made[place] = written
        rooms = [int(self.keep * sizes[place]) for place in left]
        choose = self._nearest if self.by == "nearest" else self._needed
        for place, short in zip(left, choose([documents[place] for place in left], query, rooms), strict=True):
            made[place] = short
        return made

    @cached_property
    def _prompts(self) -> Prompts:
        return load(self.prompts)

    def _written(self, passage: Document, query: str, room: int, config: RunnableConfig) -> Document | None:
        """What the chat model makes of a passage; None where it makes nothing short enough."""
        if self.by != "llm" or self.llm is None:
            return None
        text = passage.page_content
        words = str(max(1, int(self.keep * len(text.split()))))
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

    def _needed(self, passages: Sequence[Document], query: str, rooms: Sequence[int]) -> list[Document]:
        """What the question needs of the passages, read as `rerank` and `prune` read them."""
        spans = [sentences(passage.page_content) for passage in passages]
        texts = [_texts(passage, some) for passage, some in zip(passages, spans, strict=True)]
        titles = [headings_context(passage.metadata) for passage in passages]
        needed, _ = skills.load("keep", self.weights).judge([(query, some) for some in texts], titles)
        parts = zip(passages, spans, needed, rooms, strict=True)
        return [_noted(_shortened(passage, some, chances, room), "needed") for passage, some, chances, room in parts]

    def _nearest(self, passages: Sequence[Document], query: str, rooms: Sequence[int]) -> list[Document]:
        """The passages' best sentences, all read in one batch."""
        pieces: list[Piece] = [(passage.page_content, words(passage.page_content)) for passage in passages]
        read = weighed(pieces, self.encoder, "pooled") if isinstance(self.encoder, MiniLM) else ()
        near = by_sentence(query, pieces, read, self.encoder)
        return [
            _noted(_shortened(passage, found.spans, found.near + _TOPIC * found.central, room), "nearest")
            for passage, found, room in zip(passages, near, rooms, strict=True)
        ]


def _texts(passage: Document, spans: Sequence[tuple[int, int]]) -> list[str]:
    return [passage.page_content[start:end] for start, end in spans]


def _shortened(
    passage: Document, spans: Sequence[tuple[int, int]], worth: NDArray[np.floating[Any]], room: int
) -> Document:
    """The worthiest sentences that fit; a passage without sentences as it is."""
    if not spans:
        return passage
    staying = _fitting(worth.tolist(), default_tokenizer().count(_texts(passage, spans)), room)
    ends = [*(start for start, _ in spans[1:]), len(passage.page_content)]
    return condensed(passage, [(spans[place][0], ends[place]) for place in staying])


def _fitting(worth: Sequence[float], sizes: Sequence[int], room: int) -> list[int]:
    """The places of the best that fit together, in order; the best one in any case."""
    order = sorted(range(len(worth)), key=lambda place: (-worth[place], place))
    staying = order[:1]
    room -= sizes[order[0]]
    for place in order[1:]:
        if sizes[place] <= room:
            staying.append(place)
            room -= sizes[place]
    return sorted(staying)


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
