"""`rag ask`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rag.cli.options import Asked, Json
from rag.errors import UsageError


def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="The question; - reads it from standard input.")],
    chosen: Asked,
    json: Json = False,
    trace: Annotated[bool, typer.Option("--trace", help="Also print time, passages and tokens of every step.")] = False,
) -> None:
    """Answer one question from the index, with its sources.

    The answer's [n] stand for the places listed below it.
    """
    question = sys.stdin.read() if question == "-" else question
    if not question.strip():
        raise UsageError('the question is empty: rag ask "Who approves travel?"')
    wanted = chosen.wanted
    pipeline = chosen.pipeline()

    from rag.cli.answer import (
        cost_line,
        print_passages,
        print_sources,
        print_trace,
        say_if_extracted,
        say_what_to_look_at,
        say_what_was_read,
        stream_answer,
    )
    from rag.cli.nothing import say_why_nothing
    from rag.cli.progress import waiting
    from rag.cli.terminal import note, out, print_json

    if json:
        with waiting("searching"):
            answer = pipeline.invoke(question, filter=wanted)
        print_json(answer.to_dict())
        say_why_nothing(pipeline, answer, wanted)
        return
    answer = stream_answer(pipeline, question, filter=wanted)
    if not answer.text:
        print_passages(answer.passages)
    if answer.citations:
        out().print()
        print_sources(answer.citations)
    if trace:
        out().print()
        print_trace(answer.trace)
    note(f"\n{cost_line(answer)}" if out().is_terminal else cost_line(answer))
    say_what_was_read(answer)
    say_if_extracted(answer)
    say_what_to_look_at(answer)
    say_why_nothing(pipeline, answer, wanted)
