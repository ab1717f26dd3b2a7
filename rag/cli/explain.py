"""`rag explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.cli.options import Asked, Json


def explain(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="The question.")],
    chosen: Asked,
    why_not: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE[#pPAGE]", help="Also tell why this source, or its page, is not among the answer's."
        ),
    ] = None,
    no_generate: Annotated[
        bool, typer.Option("--no-generate", help="Leave the answer out: no language model is called.")
    ] = False,
    json: Json = False,
) -> None:
    """Show how each passage was found, ranked, kept or dropped, and what each step cost."""
    from rag.pipeline import Pipeline

    wanted = chosen.wanted
    pipeline = chosen.pipeline()
    if no_generate:
        from rag.steps.searching import without_generators

        steps = without_generators(pipeline.steps)
        pipeline = Pipeline(steps, store=pipeline.store, configuration=pipeline.configuration, limits=pipeline.limits)

    from rag.cli.explanation import as_dict, print_explanation
    from rag.cli.fates import fates_of
    from rag.cli.heat import with_matches
    from rag.cli.progress import waiting
    from rag.cli.terminal import print_json

    steps = with_matches(pipeline.steps)
    watched = Pipeline(steps, store=pipeline.store, configuration=pipeline.configuration, limits=pipeline.limits)
    with waiting("searching"):
        if watched.limits is not None and watched.limits.latency_ms is not None:
            watched.warm_up()  # else it would tell what loading the weights left out
        answer = watched.invoke(question, filter=wanted)
        reason = None
        if why_not is not None:
            from rag.cli.why_not import ask_why_not

            reason = ask_why_not(pipeline, answer, why_not, question, wanted)
    fates = fates_of(answer)
    if json:
        print_json({"question": question, **as_dict(pipeline, answer, fates, reason)})
    else:
        print_explanation(pipeline, answer, fates, reason)
