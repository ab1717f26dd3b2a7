"""Indexes a small handbook (PDF, HTML, DOCX, Markdown, CSV) and this project's own docs, and asks three questions."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

from rich.console import Console

from rag import Pipeline
from rag.schema import Answer

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = (
    "How much may a hotel night in Denmark cost?",
    "Which number do I call in an emergency abroad?",
    "What happens to an index when the process is killed while it is being written?",
)

console = Console(highlight=False)


def show(question: str, answer: Answer, seconds: float) -> None:
    """The question, its answer, and where each sentence stands."""
    console.print(f"\n[bold]{question}[/bold]  [dim]{seconds * 1e3:.0f} ms[/dim]")
    console.print(answer.text, markup=False)
    for citation in answer.citations:
        page = f", page {citation.page}" if citation.page else ""
        console.print(
            f"  [dim]\\[{citation.number}] {citation.source}{page}, characters {citation.start}-{citation.end}[/dim]"
        )


def main() -> int:
    """Index, then ask; 1 if any question stays unanswered."""
    pipeline = Pipeline.preset("default", index=str(ROOT / ".rag" / "demo"))
    console.print("indexing examples/handbook, README.md and docs/ ...")
    started = perf_counter()
    report = pipeline.index([ROOT / "examples" / "handbook", ROOT / "README.md", ROOT / "docs"])
    console.print(f"{report} [dim]({perf_counter() - started:.1f} s)[/dim]")
    answered = 0
    for question in QUESTIONS:
        started = perf_counter()
        answer = pipeline.invoke(question)
        show(question, answer, perf_counter() - started)
        answered += bool(answer.citations)
    console.print(
        "\n[dim]No model was downloaded and no key was used. Next: "
        ".venv/bin/rag ask 'your question' --index .rag/demo[/dim]"
    )
    return 0 if answered == len(QUESTIONS) else 1


if __name__ == "__main__":
    sys.exit(main())
