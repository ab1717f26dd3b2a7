"""`rag terms`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, cast, get_args

import typer

from rag.cli.options import Chosen, Json
from rag.errors import UsageError, did_you_mean


def terms(  # noqa: PLR0913, PLR0917  # each is an option
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders, globs, URLs, or - for stdin.")],
    chosen: Chosen,
    limit: Annotated[int, typer.Option(min=1, help="Terms shown.")] = 50,
    base: Annotated[
        str, typer.Option(help="What is counted: combined, tfidf, cvalue, ridf or weirdness.")
    ] = "combined",
    seed: Annotated[
        list[str] | None, typer.Option(metavar="TERM", help="A term that is known to be one. Repeatable.")
    ] = None,
    min_frequency: Annotated[int, typer.Option(min=1, help="Occurrences of a term in all documents together.")] = 2,
    language: Annotated[str, typer.Option(help="Of the stemmer and the stop words.")] = "en",
    no_rerank: Annotated[bool, typer.Option("--no-rerank", help="Counted alone: nothing is encoded.")] = False,
    json: Json = False,
) -> None:
    """List the words and phrases that documents are about, best first.

    The configuration's encoder says which words are related; no index is needed.
    """
    from rag.cli.columns import Columns
    from rag.cli.progress import bar, waiting
    from rag.cli.terminal import note, print_json
    from rag.evaluation.synthesis.corpus import read_corpus
    from rag.terms.scores import BASES
    from rag.terms.semrerank import SemReRank
    from rag.words.analysis import Language

    _one_of("--base", base, tuple(BASES))
    _one_of("--language", language, get_args(Language))
    finder = SemReRank(
        encoder=chosen.configuration().encoder,
        base=cast(Any, base),
        rerank=not no_rerank,
        seed_terms=tuple(seed or ()),
        min_frequency=min_frequency,
        language=cast(Any, language),
        limit=limit,
    )
    with bar() as progress:
        corpus = read_corpus(paths, tell=progress)
    for failure in corpus.failures:
        note(f"left out: {failure.source}: {failure.reason}")
    with waiting("finding terms"):
        found = finder.find([document.page_content for document in corpus.documents])
    if json:
        print_json([asdict(term) for term in found])
        return
    if not found:
        note(f"no phrase occurs {min_frequency} times" + (": try --min-frequency 1" if min_frequency > 1 else ""))
        return
    rows = [(f"{term.score:.3f}", str(term.frequency), str(term.documents), term.text) for term in found]
    Columns(head=("score", "times", "documents", "term"), right=(0, 1, 2)).print(rows)


def _one_of(option: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        hint = did_you_mean(given, allowed)
        raise UsageError(f"{option} is one of {', '.join(allowed)}, not {given!r}. {hint}".rstrip())
