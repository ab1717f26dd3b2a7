"""`rag eval`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import Chosen
from rag.cli.report import INTERRUPTED

if TYPE_CHECKING:
    from rag.evaluation import Dataset, Result
    from rag.evaluation.gate import Verdict


def evaluate(  # noqa: PLR0913, PLR0917  # each is an option
    dataset: Annotated[
        Path,
        typer.Argument(metavar="DATASET", help="A folder in BEIR layout, or a file of questions: .jsonl, .json, .csv."),
    ],
    chosen: Chosen,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many questions.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Questions at once. Latencies are right with 1.")] = 1,
    corpus: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="The documents, instead of those of DATASET. Repeatable.")
    ] = None,
    split: Annotated[str, typer.Option(help="Which qrels/NAME.tsv.")] = "test",
    measures: Annotated[
        str | None, typer.Option(metavar="NAME,...", help="Further retrieval figures: ndcg@5,success@1.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The run's folder.  [default: one below .rag/runs]")
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write JSON; - prints it.")] = None,
    baseline: Annotated[Path | None, typer.Option(metavar="RUN", help="An earlier run: its folder or JSON.")] = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(metavar="CONDITION", help='Exit 1 where this holds: "ndcg@10 -1pt p<0.05". Repeatable.'),
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a report page.")] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write Markdown for a pull request; - prints it.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write JUnit XML for a CI server.")] = None,
    spans: Annotated[
        bool, typer.Option("--spans", help="Measure how passages cover the references, to the character.")
    ] = False,
    segmenters: Annotated[
        str | None, typer.Option(metavar="NAME[:MAX_TOKENS],...", help="With --spans: compare these.")
    ] = None,
    encoders: Annotated[str | None, typer.Option(metavar="NAME,...", help="With --spans: compare these.")] = None,
    top_k: Annotated[
        str,
        typer.Option("--top-k", metavar="K,...", help="With --spans: depths; -1 for as many as touch the references."),
    ] = "5",
    span_mode: Annotated[str, typer.Option(help="corrected, or faithful to the published code.")] = "corrected",
    span_unit: Annotated[str, typer.Option(help="What is counted: characters or tokens.")] = "characters",
    predictions: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Rankings to measure against DATASET, a CSV of CodeSearchNet's annotations."),
    ] = None,
    routes: Annotated[
        bool, typer.Option("--routes", help="Also ask down every branch of the router, for its regret.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask again what an earlier run has answered.")] = False,
) -> None:
    """Measure a configuration on questions whose answers are known.

    The documents are indexed once below .rag/eval, or are those of --index. A run that was interrupted goes on where it
    stopped, and a second one asks nothing again.
    """
    if predictions is not None:
        from rag.cli.eval_code import evaluate_code

        evaluate_code(dataset, predictions, json)
        return
    if spans:
        from rag.cli.eval_spans import evaluate_spans

        evaluate_spans(
            chosen,
            dataset,
            segmenters=segmenters,
            encoders=encoders,
            depths=top_k,
            mode=span_mode,
            unit=span_unit,
            limit=limit,
            split=split,
            json=json,
        )
        return
    from rag.evaluation.dataset import read_dataset
    from rag.evaluation.gate import judge, parse_condition
    from rag.evaluation.retrieval import DEFAULT
    from rag.evaluation.stored import read_result

    conditions = [parse_condition(text) for text in fail_if or ()]
    before = read_result(baseline) if baseline else None
    configuration = chosen.configuration()
    data = read_dataset(dataset, split=split)
    named = tuple(dict.fromkeys([*DEFAULT, *(name.strip() for name in (measures or "").split(",") if name.strip())]))

    from rag.cli.progress import bar
    from rag.cli.terminal import note
    from rag.evaluation.run import evaluate as run

    if chosen.index and data.corpus and not corpus:
        note(f"asking the index {chosen.index}, not one of {data.corpus}")
    index = None if corpus else chosen.index
    if data.corpus is None and not corpus and index is None and configuration.index.exists():
        index = configuration.index.folder
        note(f"{data.name} brings no documents; asking the index {index}")
    try:
        with bar() as progress:
            result = run(
                configuration,
                data,
                limit=limit,
                jobs=jobs,
                folder=out,
                index=index,
                paths=corpus or (),
                measures=named,
                routes=routes,
                fresh=fresh,
                progress=progress,
            )
    except KeyboardInterrupt:
        note("interrupted; what was answered is kept, run the same command to go on")
        raise typer.Exit(INTERRUPTED) from None
    verdicts = judge(result, before, conditions)
    _report(result, before, verdicts, json, quiet="-" in (str(json), str(markdown)))
    _write(result, baseline, verdicts, data, html=html, markdown=markdown, junit=junit)
    if result.failed:
        first, reason = next(iter(result.errors.items()), ("", ""))
        note(f"{result.failed} of {len(result.ids)} questions failed, the first ({first}): {reason}")
    if result.failed or any(verdict.failed for verdict in verdicts):
        raise typer.Exit(1)


def _write(  # noqa: PLR0913  # each is an option
    result: Result,
    baseline: Path | None,
    verdicts: list[Verdict],
    data: Dataset,
    *,
    html: Path | None,
    markdown: Path | None,
    junit: Path | None,
) -> None:
    """The reports that were asked for."""
    if not (html or markdown or junit):
        return
    from rag.cli.terminal import note
    from rag.cli.written import write_text
    from rag.evaluation import report
    from rag.evaluation.comparison import compare
    from rag.evaluation.stored import Run, named, read_run

    runs = named([*([read_run(baseline)] if baseline else []), Run.of(result)])
    if html:
        report.write_page(runs, html, dataset=data, verdicts=verdicts)
        note(f"report: {html}")
    if markdown:
        write_text(markdown, report.markdown(compare(runs), verdicts), "--markdown")
    if junit:
        write_text(junit, report.junit(result, verdicts), "--junit")


def _report(result: Result, before: Result | None, verdicts: list[Verdict], json: Path | None, *, quiet: bool) -> None:
    from json import dumps

    from rag.cli.terminal import note, out, print_json, rich_text
    from rag.cli.written import write_text

    written = result.to_dict()
    if verdicts:
        written["gate"] = [
            {"condition": v.condition.text, "failed": v.failed, "sentence": v.sentence} for v in verdicts
        ]
    if json is not None and str(json) == "-":
        print_json(written)
    elif json is not None:
        write_text(json, dumps(written) + "\n", "--json")
    if not quiet:
        from rag.cli.figures import print_figures

        print_figures(result, before)
        note(f"run: {result.folder}" + (f" ({result.reused:,} answers reused)" if result.reused else ""))
    console = None if quiet else out()
    for verdict in verdicts:
        line = rich_text(
            ("FAIL " if verdict.failed else "pass ", "red" if verdict.failed else "green"), verdict.sentence
        )
        if console is not None:
            console.print(line, soft_wrap=True)
        else:
            note(line.plain)
