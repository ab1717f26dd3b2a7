"""How each passage of an answer was found, ranked, kept or dropped, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.cli.answer import print_trace
from rag.cli.columns import Cell, Columns
from rag.cli.heat import print_heat
from rag.cli.terminal import TEXT_WIDTH, note, out, rich_text
from rag.component import walk
from rag.passages.matches import heats
from rag.steps import Step

if TYPE_CHECKING:
    from rag.cli.fates import Fate
    from rag.cli.why_not import WhyNot
    from rag.pipeline import Pipeline
    from rag.schema import Answer

__all__ = ["as_dict", "place", "print_explanation", "programs"]


def programs(pipeline: Pipeline) -> dict[str, str]:
    """Each step's component as the program that makes it, by the name the trace knows the step by."""
    steps = [part for part in walk(pipeline.steps) if isinstance(part, Step)]
    return {step.label: ", ".join(map(repr, step.non_defaults().values())) for step in steps}


def as_dict(pipeline: Pipeline, answer: Answer, fates: Sequence[Fate], reason: WhyNot | None = None) -> dict[str, Any]:
    """All of it as JSON."""
    told = answer.to_dict()
    known = programs(pipeline)
    return {
        "text": answer.text,
        "route": answer.route,
        "passages": [fate.to_dict() for fate in fates],
        "steps": [{**span, "program": known.get(span["name"], "")} for span in told["trace"]],
        "usage": told["usage"],
        **({"why_not": reason.to_dict()} if reason else {}),
    }


def print_explanation(pipeline: Pipeline, answer: Answer, fates: Sequence[Fate], reason: WhyNot | None = None) -> None:
    """Passages, steps, and why a document is missing."""
    _print_passages(fates)
    out().print()
    if found := heats([fate.passage for fate in fates]):
        print_heat(found)
        out().print()
    _print_steps(pipeline, answer)
    if reason is not None:
        out().print()
        _print_reason(reason)


def _print_passages(fates: Sequence[Fate]) -> None:

    if not fates:
        note("no passage was found")
        return
    retrievers = list(dict.fromkeys(label for fate in fates for label in fate.found))
    brought = {next(iter(fate.ranks)) for fate in fates}
    steps = list(dict.fromkeys(step for fate in fates for step in fate.ranks if step not in brought))
    fused = any("ranks" in fate.passage.metadata for fate in fates)
    rows = [
        (
            _number(number, fate),
            *(f"{each.rank} {_score(each.score):>5}" if each else "" for each in map(fate.found.get, retrievers)),
            *([_score(fate.score)] if fused else []),
            *(_rank(fate, step) for step in steps),
            place(fate.passage.metadata),
        )
        for number, fate in enumerate(fates, 1)
    ]
    head = ("", *retrievers, *(["fused"] if fused else []), *steps, "passage")
    Columns(head=head, right=range(len(head) - 1), styles=("dim",), crop=True).print(rows)


def _number(number: int, fate: Fate) -> Cell:
    return rich_text((f"[{fate.cited[0]}]", "cyan")) if fate.cited else str(number)


def _rank(fate: Fate, step: str) -> Cell:
    if step not in fate.ranks:
        return ""
    rank = fate.ranks[step]
    return rich_text(("lost", "yellow")) if rank is None else str(rank)


def _score(score: float | None) -> str:
    """Four digits that matter."""
    if score is None:
        return ""
    return f"{score:.4f}" if abs(score) < 0.1 else f"{score:.3f}" if abs(score) < 10 else f"{score:.1f}"


def place(metadata: dict[str, Any]) -> str:
    """`handbook/travel.pdf#p2 120-340`: source, page, characters."""
    page = f"#p{metadata['page']}" if metadata.get("page") else ""
    return f"{metadata.get('source', '?')}{page} {metadata.get('start', '?')}-{metadata.get('end', '?')}"


def _print_steps(pipeline: Pipeline, answer: Answer) -> None:
    print_trace(answer.trace)
    known = programs(pipeline)
    rows = [(span.name, known[span.name]) for span in answer.trace if known.get(span.name)]
    if rows:
        out().print()
        Columns(styles=("", "dim")).print(dict.fromkeys(rows))


def _print_reason(reason: WhyNot) -> None:
    out().print(
        rich_text("why not ", (reason.source, "bold"), f"? {reason.text[0].upper()}{reason.text[1:]}."), soft_wrap=True
    )
    if reason.passage is not None:
        quote = " ".join(reason.passage.page_content.split())[: TEXT_WIDTH - 4]
        out().print(rich_text((f"  {place(reason.passage.metadata)}", "dim")), soft_wrap=True)
        out().print(rich_text((f'  "{quote}"', "dim")), soft_wrap=True)
    rows = [
        (
            rank.retriever,
            rich_text((str(rank.rank or "none"), "" if rank.rank and rank.rank <= (rank.top_k or 0) else "yellow")),
            str(rank.top_k or ""),
            _score(rank.score),
            _score(rank.needed),
        )
        for rank in reason.ranks
    ]
    if rows:
        head = ("its best passage in", "rank", "of", "score", "needed")
        Columns(head=head, right=(1, 2, 3, 4), indent=2).print(rows)
    if reason.advice:
        out().print(rich_text((f"  {reason.advice}", "dim")), soft_wrap=True)
