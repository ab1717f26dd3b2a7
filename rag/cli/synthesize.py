"""`rag synthesize`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from rag.cli.options import Chosen, Json
from rag.cli.report import INTERRUPTED
from rag.errors import RagError, UsageError

if TYPE_CHECKING:
    from rag.evaluation.synthesis import Made, Plan

METHODS = ("auto", "llm", "extractive")


def synthesize(  # noqa: PLR0913, PLR0917  # each is an option
    corpus: Annotated[list[str], typer.Argument(metavar="CORPUS", help="Files, folders, globs, URLs.")],
    chosen: Chosen,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The data set's folder; `rag eval` reads it.")] = Path(
        "questions"
    ),
    questions: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    method: Annotated[
        str, typer.Option(help="llm, extractive (rules, no model), or auto: llm where the configuration has one.")
    ] = "auto",
    seed: Annotated[int, typer.Option(help="Of the order in which places are taken.")] = 0,
    window: Annotated[int, typer.Option(min=64, help="Tokens of a document that a question is made from.")] = 800,
    attempts: Annotated[int, typer.Option(min=1, help="Calls for one place, where replies cannot be used.")] = 3,
    relevance: Annotated[
        float, typer.Option(min=-1, max=1, help="Least cosine of a question to each piece of its evidence.")
    ] = 0.3,
    similarity: Annotated[
        float, typer.Option(min=-1, max=1, help="Cosine of two questions above which the second is left out.")
    ] = 0.85,
    prompts: Annotated[str | None, typer.Option(metavar="FILE", help="Prompts in place of the shipped ones.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Calls at once.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be asked, and its cost.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether it may cost that.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier run left in DIR.")] = False,
    json: Json = False,
) -> None:
    """Make questions with answers and exact evidence from documents, as a data set for `rag eval`.

    The configuration's `llm` writes them, and what that costs is told before; without one they are made by rules.
    Killed at any moment, the same command goes on where it stopped and asks nothing again.
    """
    if method not in METHODS:
        raise UsageError(f"--method is {', '.join(METHODS[:-1])} or {METHODS[-1]}, not {method!r}")
    configuration = chosen.configuration()

    from rag.cli.progress import bar
    from rag.cli.terminal import note, print_json
    from rag.evaluation.synthesis import Settings, Synthesis

    settings = Settings(questions, cast(Any, method), seed, window, attempts, relevance, similarity, prompts)
    with bar() as progress:
        synthesis = Synthesis.prepare(configuration, corpus, settings, progress, leave_out=out)
    plan = synthesis.plan(out, fresh=fresh)
    if dry_run:
        _print_plan(plan, json=json)
        return
    _agree(plan, yes=yes)
    with bar() as progress:
        made = synthesis.run(out, jobs=jobs, fresh=fresh, progress=progress)
    if json:
        print_json(made.to_dict())
    else:
        _print_made(made)
    if made.interrupted:
        note("interrupted; what was made is kept, run the same command to go on")
        raise typer.Exit(INTERRUPTED)
    if not made.questions:
        raise RagError(f"no question could be made: {_reasons(made) or 'there is nothing to ask about'}")


def _agree(plan: Plan, *, yes: bool) -> None:
    """Tells the plan, and asks whether it may cost that; where nobody can answer, up to the limits.

    Raises:
        UsageError: nobody can answer, and it may cost more.
    """
    from rag.cli.terminal import err, note
    from rag.evaluation.synthesis.plan import LIMIT_COST, LIMIT_TOKENS

    for line in _plan_lines(plan):
        note(line)
    if plan.likely is None or not plan.likely.calls or yes:
        return
    if sys.stdin.isatty() and err().is_terminal:
        if not typer.confirm("Go on?", err=True):
            note("nothing was asked")
            raise typer.Exit(1)
    elif plan.over_limit:
        raise UsageError(
            f"this may cost more than ${LIMIT_COST:g} (or {LIMIT_TOKENS:,} tokens, where the model has no prices) and "
            "nobody is there to agree: --yes agrees; fewer --questions or --attempts cost less"
        )


def _plan_lines(plan: Plan) -> list[str]:
    from rag.cli.answer import plural

    there = f", {plan.there:,} are there already" if plan.there else ""
    lines = [
        f"{plural(plan.documents, 'document')} in {plural(plan.windows, 'window')}; "
        f"{plural(plan.wanted, 'question')} wanted{there}"
    ]
    lines += [f"left out: {failure.source}: {failure.reason}" for failure in plan.failures]
    if plan.likely is None or plan.most is None:
        return [*lines, "made by rules: the configuration has no `llm`, or --method extractive; nothing is paid"]
    for head, part in (("likely", plan.likely), ("at most", plan.most)):
        price = "" if part.cost is None else f", ${part.cost:,.4f}"
        tokens = f"about {part.prompt_tokens:,} + {part.completion_tokens:,} tokens"
        lines.append(f"{head} {plural(part.calls, 'call')} of {plan.model}, {tokens}{price}")
    if plan.likely.cost is None:
        lines.append("in dollars: unknown, the model has no `prices`")
    return lines


def _print_plan(plan: Plan, *, json: bool) -> None:
    from rag.cli.terminal import out, print_json

    if json:
        print_json(plan.to_dict())
        return
    for line in _plan_lines(plan):
        out().print(line, soft_wrap=True)


def _print_made(made: Made) -> None:
    from rag.cli.answer import plural
    from rag.cli.terminal import note, out, rich_text

    told = made.to_dict()
    console = out()
    methods = ", ".join(f"{count:,} {name}" for name, count in sorted(made.methods.items(), key=lambda one: -one[1]))
    console.print(
        rich_text((plural(len(made.questions), "question"), "green"), f" ({methods})" if methods else ""),
        soft_wrap=True,
    )
    evidence = plural(told["references"], "piece") + " of evidence"
    console.print(f"{evidence} in {plural(told['documents_asked_about'], 'document')}", soft_wrap=True)
    if reasons := _reasons(made):
        console.print(f"left out: {reasons}", soft_wrap=True)
    usage = made.usage
    if usage.llm_calls:
        price = "" if usage.cost is None else f", ${usage.cost:,.4f}"
        spent = f"{usage.prompt_tokens:,} + {usage.completion_tokens:,} tokens{price}"
        console.print(f"{plural(usage.llm_calls, 'call')} of {made.model}, {spent}", soft_wrap=True)
    if made.failed:
        note(f"the model failed at {plural(made.failed, 'window')}; the same command asks about them again")
    if made.spent:
        note("stopped: what was announced is spent; the same command announces and makes the rest")
    elif len(made.questions) < made.wanted and not made.interrupted:
        note(f"{made.wanted:,} were wanted; nothing is left to ask about (another --seed or --window may find more)")
    note(f"data set: {made.folder}; measure with: rag eval {made.folder}")


def _reasons(made: Made) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in made.rejected.most_common())
