"""An answer on the terminal: its text as it comes, its sources, what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from rag.cli.columns import Columns
from rag.cli.progress import waiting
from rag.cli.terminal import hang, note, out, rich_text
from rag.cli.words import Words

if TYPE_CHECKING:
    from rag.pipeline import Pipeline
    from rag.schema import Answer, Citation, Delta, Document, Span

__all__ = [
    "cost_line",
    "place_of",
    "plural",
    "print_passages",
    "print_sources",
    "print_trace",
    "say_if_extracted",
    "say_what_to_look_at",
    "say_what_was_read",
    "stream_answer",
]

_LONG = ("left_out", "ranks", "graph", "problems")
"""Details of a span that take more than a line: they are for programs and pages."""
QUOTE = 240
"""Characters of a quote that are shown."""


def stream_answer(
    pipeline: Pipeline, question: str, *, history: Iterable[Any] = (), filter: Mapping[str, Any] | None = None
) -> Answer:
    """Prints the answer's text as it is written, and returns the answer."""
    console = out()
    words = Words(console)
    try:
        answer = _drawn(
            pipeline.stream(question, history=history, filter=filter), words if console.is_terminal else None
        )
    except Exception:
        if words.text:  # the message that follows begins a line of its own
            words.end()
        raise
    if words.text.strip() != answer.text.strip():
        if words.text:  # a later step rewrote what had been streamed
            words.end()
            note("\nrevised:")
        words = Words(console)
        words.write(answer.text)
    words.end()
    return answer


def _drawn(deltas: Iterator[Delta], words: Words | None) -> Answer:
    """The answer at a stream's end, its text written as it comes."""
    answer: Answer | None = None
    with closing(deltas):  # type: ignore[type-var]  # a generator
        with waiting("searching"):
            delta = next(deltas, None)
        while delta is not None:
            answer = delta.answer or answer
            if delta.text and words is not None:
                words.write(delta.text)
            delta = next(deltas, None)
    if answer is None:
        raise RuntimeError("the pipeline ended without an answer")
    return answer


def place_of(source: str, page: int | None) -> str:
    """`handbook/travel.pdf, page 2`."""
    return f"{source}, page {page}" if page else source


def print_sources(citations: Sequence[Citation], *, full: bool = False) -> None:
    """Each cited place once, with its number and what is quoted from it."""
    places: dict[tuple[str, str], list[Citation]] = {}
    for citation in citations:
        number = f"[{citation.number}]" if citation.number else "-"
        places.setdefault((number, place_of(citation.source, citation.page)), []).append(citation)
    for (number, place), cited in places.items():
        line = rich_text((number, "cyan"), f" {place}: ")
        for citation in cited:
            quote = " ".join(citation.quote.split()) if full else _shortened(citation.quote)
            line.append(", " if citation is not cited[0] else "").append(f'"{quote}"', "dim")
            if citation.supported is False:
                line.append(" (does not bear the claim)", "yellow")
        hang(out(), line, len(number) + 1)


def print_passages(passages: Sequence[Document]) -> None:
    """What a pipeline without a generator finds: each passage's place and beginning."""
    for number, passage in enumerate(passages, 1):
        place = place_of(passage.metadata.get("source", "?"), passage.metadata.get("page"))
        label = f"{number}."
        hang(out(), rich_text(f"{label} {place}: ", (_shortened(passage.page_content), "dim")), len(label) + 1)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= QUOTE else text[: QUOTE - 1].rsplit(" ", 1)[0] + " …"


def plural(count: int, noun: str) -> str:
    """`1 passage`, `2 passages`."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def cost_line(answer: Answer) -> str:
    """`84 ms, 3 passages, 212 context tokens`."""
    usage = answer.usage
    parts = [
        f"{sum(span.ms for span in answer.trace):,.0f} ms",
        plural(len(answer.passages), "passage"),
        plural(usage.context_tokens, "context token"),
    ]
    if usage.llm_calls:
        parts.append(plural(usage.llm_calls, "model call"))
        parts.append(f"{usage.prompt_tokens:,} + {usage.completion_tokens:,} tokens")
    if usage.cost is not None:
        parts.append(f"${usage.cost:.4f}")
    if answer.route:
        parts.append(f"route {answer.route}")
    return ", ".join(parts)


def say_if_extracted(answer: Answer) -> None:
    """Says that no language model wrote the answer, where none did."""
    if not answer.usage.llm_calls and any(span.name.lower() == "generate:extractive" for span in answer.trace):
        note("answered by extraction, no language model; `--config chat` uses one")


def say_what_was_read(answer: Answer) -> None:
    """Which words of the question were taken for others."""
    for span in answer.trace:
        for typed, meant in span.detail.get("respelled", {}).items():
            note(f"read {typed!r} as {meant!r}")


def say_what_to_look_at(answer: Answer) -> None:
    """What a step could check of the answer and did not find right."""
    problems = [told for span in answer.trace for told in span.detail.get("problems", ())]
    if problems:
        note(f"to look at: {len(problems)}")
    for told in problems:
        note(f"  {told}")


def print_trace(spans: Sequence[Span]) -> None:
    """A line a step: name, time, passages and tokens in and out."""

    def change(before: int | None, after: int | None) -> str:
        return f"{before or 0:,} -> {after:,}" if before or after else ""

    Columns(head=("step", "ms", "passages", "tokens", ""), right=(1,), styles=("", "cyan", "", "", "dim")).print(
        [
            (
                span.name,
                f"{span.ms:,.1f}",
                change(len(span.passages_in), len(span.passages_out)),
                change(span.context_tokens_in, span.context_tokens_out),
                ", ".join(f"{key} {value}" for key, value in span.detail.items() if key not in _LONG),
            )
            for span in spans
        ]
    )
