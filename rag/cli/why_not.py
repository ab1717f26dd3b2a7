"""Why a document is not among an answer's passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from rag.cli.fates import Fate, fates_of
from rag.component import walk
from rag.errors import UsageError, did_you_mean
from rag.kinds import Retriever
from rag.registry import name_of
from rag.steps.retrieve import Retrieve

if TYPE_CHECKING:
    from rag.pipeline import Pipeline
    from rag.schema import Answer, Document

__all__ = ["Rank", "WhyNot", "ask_why_not"]

State = Literal["not indexed", "filtered out", "not retrieved", "dropped", "shown", "cited"]
DEEPEST = 100_000
"""Passages of a retriever that are looked through."""


@dataclass(frozen=True)
class Rank:
    """Where the document's best passage stands in one retriever that is asked for far more than it is set to."""

    retriever: str
    top_k: int | None
    """What it is set to."""
    rank: int | None
    """None where it does not find the passage at any depth."""
    score: float | None
    needed: float | None
    """The score of the last passage that it returns as it is set; None where it returns fewer than it may."""


@dataclass(frozen=True)
class WhyNot:
    """What became of a document."""

    source: str
    state: State
    text: str
    """One sentence."""
    advice: str = ""
    passage: Document | None = None
    """The document's best passage."""
    ranks: Sequence[Rank] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        passage = self.passage and {"id": self.passage.id, "text": self.passage.page_content}
        return {
            "source": self.source,
            "state": self.state,
            "text": self.text,
            "advice": self.advice,
            "passage": passage,
            "ranks": [asdict(rank) for rank in self.ranks],
        }


def ask_why_not(
    pipeline: Pipeline, answer: Answer, wanted: str, question: str, filter: Mapping[str, Any] | None
) -> WhyNot:
    """Follows a document (`SOURCE` or `SOURCE#pPAGE`) through the index, each retriever and the answer's trace.

    Raises:
        UsageError: several sources fit, or the pipeline has no index.
    """
    name, page = _split(wanted)
    if pipeline.store is None:
        raise UsageError("--why-not needs a pipeline with an index")
    with pipeline.store.reading() as snapshot:
        source = _source(name, snapshot.sources())
        if source is None:
            near = did_you_mean(name, snapshot.sources())
            text = f"it is not in the index at {pipeline.store.path}"
            return WhyNot(name, "not indexed", text, near or f"rag index {name}")
        passages = [passage for passage in snapshot.passages_of(source) if page in (None, passage.metadata.get("page"))]
        if not passages:
            what = f"no passage stands on page {page}" if page else "it holds no text"
            return WhyNot(source, "not indexed", f"it is in the index, but {what}")
        if filter and not _passes(passages, filter):
            return WhyNot(source, "filtered out", f"the filter {dict(filter)} leaves it out")
        query = next((span.detail["query"] for span in reversed(answer.trace) if "query" in span.detail), question)
        searched = _search(pipeline, query, filter, _Searched(source, passages, passages[0]))
    return _verdict(pipeline, answer, searched)


def _split(wanted: str) -> tuple[str, int | None]:
    name, mark, page = wanted.rpartition("#p")
    return (name, int(page)) if mark and page.isdigit() else (wanted, None)


def _source(name: str, sources: Sequence[str]) -> str | None:
    """The source of that name, or the only one that ends with or holds it."""
    if name in sources:
        return name
    for fits in (lambda source: source.endswith(f"/{name}"), lambda source: name in source):
        found = [source for source in sources if fits(source)]
        if len(found) > 1:
            raise UsageError(
                f"--why-not {name!r} fits several sources: {', '.join(found[:5])}{' ...' * (len(found) > 5)}"
            )
        if found:
            return found[0]
    return None


def _passes(passages: Sequence[Document], filter: Mapping[str, Any]) -> bool:
    from rag.index.filters import matcher

    matches = matcher(filter)
    return any(matches(passage.metadata) for passage in passages)


@dataclass(frozen=True)
class _Searched:
    source: str
    passages: Sequence[Document]
    best: Document
    """The passage that the first retriever to find one finds first."""
    ranks: tuple[Rank, ...] = ()


def _search(pipeline: Pipeline, query: str, filter: Mapping[str, Any] | None, wanted: _Searched) -> _Searched:
    """The document's rank in every retriever."""
    ids = {passage.id for passage in wanted.passages}
    keywords: dict[str, Any] = {"filter": filter} if filter else {}
    best: Document | None = None
    ranks = []
    for label, retriever in _retrievers(pipeline):
        top_k = getattr(retriever, "top_k", None)
        deep = retriever.model_copy(update={"top_k": DEEPEST}) if top_k else retriever
        found = deep.invoke(query, **keywords)
        needed = found[top_k - 1].metadata.get("score") if top_k and len(found) >= top_k else None
        place = next((place for place, passage in enumerate(found) if passage.id in ids), None)
        if place is not None:
            best = best or found[place]
            ranks.append(Rank(label, top_k, place + 1, found[place].metadata.get("score"), needed))
        else:
            ranks.append(Rank(label, top_k, None, None, needed))
    return replace(wanted, best=best or wanted.best, ranks=tuple(ranks))


def _retrievers(pipeline: Pipeline) -> Iterator[tuple[str, Retriever]]:
    """Every retriever, outer before inner, called as fusion calls its own."""
    found = [part for part in walk(pipeline.steps) if isinstance(part, Retriever)]
    names = Counter(name_of(type(part)) for part in found)
    seen: Counter[str] = Counter()
    for part in found:
        name = name_of(type(part))
        seen[name] += 1
        yield name if names[name] == 1 else f"{name}#{seen[name]}", part


def _verdict(pipeline: Pipeline, answer: Answer, searched: _Searched) -> WhyNot:
    """What the trace says became of it."""
    ids = {passage.id for passage in searched.passages}
    fates = [fate for fate in fates_of(answer) if fate.passage.id in ids]
    many = len(ids)
    state: State = "not retrieved"
    text = f"none of its {many} passages was retrieved" if many > 1 else "its passage was not retrieved"
    best, advice = searched.best, ""
    if any(fate.cited for fate in fates):
        state, text = "cited", "the answer cites it"
    elif kept := next((fate for fate in fates if fate.dropped_at is None), None):
        state, text, best = "shown", "the generator saw it and did not cite it", kept.passage
    elif fates:
        last = max(fates, key=lambda fate: len(fate.ranks))
        state, text, best = "dropped", _dropped(last), last.passage
    else:
        advice = _advice(pipeline, searched.ranks)
    return WhyNot(searched.source, state, text, advice, best, searched.ranks)


def _dropped(fate: Fate) -> str:
    before = [(step, rank) for step, rank in fate.ranks.items() if rank is not None]
    step, rank = before[-1]
    return f"it was number {rank} after {step}, and {fate.dropped_at} dropped it"


def _advice(pipeline: Pipeline, ranks: Sequence[Rank]) -> str:
    """The setting that would let it in, where one would."""
    outer = next(iter(ranks), None)
    if outer is None or all(rank.rank is None for rank in ranks):
        return "it shares too little with the question: ask in its words, or add another retriever"
    step = next((place for place, step in enumerate(pipeline.steps) if isinstance(step, Retrieve)), None)
    if outer.rank is None or step is None or outer.top_k is None:
        inner = next((rank for rank in ranks if rank.rank and rank.top_k and rank.rank > rank.top_k), None)
        return f"{inner.retriever} would need top_k {inner.rank}" if inner else ""
    return f"--set pipeline.{step}.retrieve.top_k={outer.rank} would let it in"
