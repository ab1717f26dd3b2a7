"""Clusters of passages as a few sentences each: many opinions in a context that does not grow with them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from pydantic import Field, PositiveInt

from rag.errors import UsageError
from rag.index import Index
from rag.index.kept import Kept, key_of
from rag.index.manifest import fingerprint
from rag.kinds import Compressor, default_encoder
from rag.passages.parts import context_tokens, part, source_of, start_of
from rag.spending.calls import OutOfTime, refusal
from rag.summaries.extract import Limits, chosen
from rag.summaries.write import Writer

__all__ = ["ClusterSummary"]

_VERSION = "1"
"""Raised when equal settings begin to give other summaries."""


class ClusterSummary(Compressor):
    """A summary of each cluster that `clustered` found, the largest cluster first [1].

    A summary does not depend on the question: it is made when its cluster is first asked for and kept in the index's
    folder under the hash of its members. None is left out, so an opinion that one passage alone holds is heard; each
    says for how many it speaks (`cluster_size`, `cluster_of`, `cluster_sources`).

    `extract` quotes the sentences nearest to the middle of their cluster that do not say the same [2]; they keep
    their places. `llm` writes; its text has no place, and is cited by the member that bears the statement. Passages
    without a cluster are one. The trace has tokens of questions as `context_tokens`, and as `prepared_tokens` what
    the summaries cost once.

    [1] Akesson, Santos: Clustered Retrieved Augmented Generation (CRAG) (2024), arXiv 2406.00029.
    [2] Carbonell, Goldstein: The use of MMR, diversity-based reranking (1998).
    """

    index: Index | None = None
    """In whose folder summaries are kept; made each time where there is none."""
    by: Literal["extract", "llm"] = "extract"
    """Who summarises: the encoder, or the chat model at the root."""
    encoder: Embeddings = Field(default_factory=default_encoder)
    """`extract`: compares sentences."""
    llm: BaseChatModel | None = None
    """`llm`: writes."""
    max_tokens: PositiveInt = 60
    """Tokens of a summary. One sentence is always there: where none is so short, the shortest."""
    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Of the tokens of a cluster, what its summary may have at most."""
    diversity: Annotated[float, Field(ge=0, le=1)] = 0.2
    """`extract`: how much likeness to a sentence already chosen counts against one."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The summaries, largest cluster first; each has its metadata from its members."""
        by = "extract" if self.llm is not None and self.by == "llm" and refusal(self.llm, ()) else self.by
        try:
            return self._summarised(documents, by, callbacks)
        except OutOfTime:
            return self._summarised(documents, "extract", callbacks)

    def _summarised(self, documents: Sequence[Document], by: str, callbacks: Callbacks | None) -> list[Document]:
        groups = _groups(documents)
        keys = [key_of(_VERSION, self._settings(by), *_content(members)) for members in groups]
        kept = Kept(self.index.folder) if self.index is not None else None
        known = {key: json.loads(text) for key, text in kept.get(keys).items()} if kept else {}
        todo = {key: members for key, members in zip(keys, groups, strict=True) if key not in known}
        made = dict(zip(todo, self._make(list(todo.values()), by, callbacks), strict=True))
        if kept:
            kept.put({key: json.dumps(summary) for key, summary in made.items()})
        told: list[Document] = []
        for key, members in zip(keys, groups, strict=True):
            told += _told({**known, **made}[key], members, key)
        return told

    def _settings(self, by: str) -> str:
        settings: list[Any] = [by, self.max_tokens, self.share]
        more = [fingerprint(self.llm)] if by == "llm" else [fingerprint(self.encoder), self.diversity]
        return json.dumps([*settings, *more])

    def _make(self, groups: Sequence[Sequence[Document]], by: str, callbacks: Callbacks | None) -> list[dict[str, Any]]:
        """What is kept of each cluster's summary: `quotes` (member, start, end) or `text`, and the tokens it cost."""
        limits = [
            Limits(max(1, min(self.max_tokens, int(self.share * context_tokens(members)))), self.diversity)
            for members in groups
        ]
        if by == "extract":
            return [
                {"quotes": chosen(members, self.encoder, limit), "tokens": context_tokens(members)}
                for members, limit in zip(groups, limits, strict=True)
            ]
        if self.llm is None:
            raise UsageError("cluster_summary is by llm, but there is no llm: add one at the configuration's root")
        writer = Writer(self.llm, callbacks)
        texts = [[member.page_content for member in members] for members in groups]
        return [
            {"text": text, "tokens": tokens}
            for text, tokens in writer.summaries(texts, [limit.tokens for limit in limits])
        ]


def _groups(passages: Sequence[Document]) -> list[list[Document]]:
    """Passages by cluster, the largest first, each in an order that the question does not change."""
    groups: defaultdict[int, list[Document]] = defaultdict(list)
    for passage in passages:
        groups[int(passage.metadata.get("cluster", -1))].append(passage)
    ordered = [
        sorted(members, key=lambda one: (one.metadata.get("subcluster", 0), source_of(one), start_of(one)))
        for members in groups.values()
    ]
    return sorted(ordered, key=lambda members: (-len(members), source_of(members[0]), start_of(members[0])))


def _content(members: Sequence[Document]) -> list[str]:
    """What a summary rests on: equal content, equal summary."""
    return [f"{member.metadata.get('subcluster', 0)} {member.page_content}" for member in members]


def _told(summary: dict[str, Any], members: Sequence[Document], key: str) -> list[Document]:
    """A summary as passages. The first carries the tokens it cost, so that a sum counts them once."""
    best = max(float(member.metadata.get("score") or 0.0) for member in members)
    shared = {
        "cluster": members[0].metadata.get("cluster", 0),
        "cluster_size": members[0].metadata.get("cluster_size", len(members)),
        "cluster_of": members[0].metadata.get("cluster_of", len(members)),
        "cluster_sources": list(dict.fromkeys(map(source_of, members))),
    }
    if "quotes" in summary:
        quotes = [part(members[one], start, end) for one, start, end in summary["quotes"]]
        told = [Document(quote.page_content, id=quote.id, metadata={**quote.metadata, **shared}) for quote in quotes]
    else:
        sources = shared["cluster_sources"]
        source = sources[0] if len(sources) == 1 else f"{len(members)} passages of {len(sources)} sources"
        metadata = {"source": source, "score": best, **shared, "members": [_member(member) for member in members]}
        told = [Document(summary["text"], id=f"summary-{key[:16]}", metadata=metadata)]
    told[0].metadata["prepared_tokens"] = summary["tokens"]
    return told


def _member(passage: Document) -> dict[str, Any]:
    """A member as a citation needs it."""
    more = {name: passage.metadata[name] for name in ("page", "title") if name in passage.metadata}
    place = {"source": source_of(passage), "start": start_of(passage), "text": passage.page_content}
    return {"id": passage.id, **place, **more}
