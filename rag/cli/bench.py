"""`rag bench`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.report import INTERRUPTED
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.evaluation.bench import Adapter, Benched


def bench(  # noqa: PLR0913, PLR0917  # each is an option
    dataset: Annotated[
        Path, typer.Argument(metavar="DATASET", help="A folder in BEIR layout; nDCG where it has judgements.")
    ],
    config: Annotated[
        list[str] | None,
        typer.Option("--config", "-c", metavar="FILE|PRESET", help="Measure this one of ours. Repeatable."),
    ] = None,
    peers: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Measure the adapters there, too: benchmarks/peers.")
    ] = None,
    only: Annotated[
        str | None, typer.Option(metavar="NAME,...", help="Of the adapters, these (their file names).")
    ] = None,
    modes: Annotated[str | None, typer.Option(metavar="NAME,...", help="Only these: bm25, dense, hybrid.")] = None,
    queries: Annotated[int, typer.Option(min=0, help="Questions asked; 0 for all.")] = 200,
    repeats: Annotated[int, typer.Option(min=1, help="How often indexing and starting are measured.")] = 3,
    max_tokens: Annotated[int, typer.Option(min=16, help="Of a passage that peers get; longer ones are cut.")] = 254,
    timeout: Annotated[float, typer.Option(help="Seconds an engine may take for one command.")] = 1800,
    split: Annotated[str, typer.Option(help="Which qrels/NAME.tsv.")] = "test",
    reference: Annotated[
        str | None, typer.Option(metavar="NAME", help="The one that ratios are about.  [default: the first]")
    ] = None,
    setup: Annotated[bool, typer.Option("--setup", help="Make missing environments of adapters first.")] = False,
    environments: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where they are.  [default: .rag/bench/environments]")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The bench's folder.  [default: one below .rag/bench]")
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write JSON; - prints it.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Measure again what an earlier run measured.")] = False,
    allow_import: Annotated[
        list[str] | None,
        typer.Option("--allow-import", metavar="PACKAGE", help="Let the YAML name this package's classes. Repeatable."),
    ] = None,
) -> None:
    """Measure speed, memory and quality: configurations of yours, and other engines beside them.

    Passages indexed a second, milliseconds a question, seconds to the first answer, memory, size and nDCG@10. Each
    engine runs in processes of its own; bench.json, bench.md and bench.svg are written. A bench that was interrupted
    goes on where it stopped.
    """
    from rag.cli.progress import stages
    from rag.cli.terminal import note
    from rag.evaluation.bench import bench as run
    from rag.evaluation.bench import read_adapters, set_up
    from rag.evaluation.bench.environment import ENVIRONMENTS
    from rag.evaluation.bench.run import BENCHES
    from rag.evaluation.dataset import read_dataset

    if setup and peers is None:
        raise UsageError("--setup makes the environments of adapters: name their folder (--peers DIR)")
    if timeout <= 0:
        raise UsageError(f"--timeout {timeout:g}: should be above 0")
    adapters = _adapters(config, peers, only, allow_import or ())
    data = read_dataset(dataset, split=split)
    where = environments or ENVIRONMENTS
    try:
        with stages() as tell:
            if setup and peers is not None:
                set_up(adapters, where, among=read_adapters(peers), tell=tell)
            benched = run(
                data,
                adapters,
                folder=out,
                environments=where,
                reference=reference,
                modes=_names(modes),
                queries=queries or None,
                repeats=repeats,
                max_tokens=max_tokens,
                timeout=timeout,
                fresh=fresh,
                tell=tell,
            )
    except KeyboardInterrupt:
        note("interrupted; what was measured is kept, run the same command to go on")
        raise typer.Exit(INTERRUPTED) from None
    _report(benched, out or BENCHES / data.name, json)
    if all(row.error for row in benched.rows):
        raise typer.Exit(1)


def _names(given: str | None) -> list[str] | None:
    return None if given is None else [name.strip() for name in given.split(",") if name.strip()]


def _adapters(
    config: list[str] | None, peers: Path | None, only: str | None, allow_import: Sequence[str]
) -> list[Adapter]:
    """Ours first, then the peers."""
    from rag.cli.options import Chosen
    from rag.evaluation.bench import chosen, of_configuration, read_adapters

    sources = config or ([] if peers else [Chosen(config=os.environ.get("RAG_CONFIG")).source])
    ours = [
        of_configuration(Chosen(config=source, allow_import=list(allow_import)).configuration(), source)
        for source in sources
    ]
    if peers is None and only is not None:
        raise UsageError("--only chooses among adapters: name their folder (--peers DIR)")
    theirs = chosen(read_adapters(peers), _names(only)) if peers else ()
    names = [adapter.name for adapter in (*ours, *theirs)]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"two of those to be measured are called {twice!r}: rename a file")
    return [*ours, *theirs]


def _report(benched: Benched, folder: Path, json: Path | None) -> None:
    from json import dumps

    from rag.cli.benched import print_benched
    from rag.cli.terminal import note, print_json

    written = benched.to_dict()
    if json is not None and str(json) == "-":
        print_json(written)
        return
    print_benched(benched)
    if json is not None:
        try:
            json.parent.mkdir(parents=True, exist_ok=True)
            json.write_text(dumps(written) + "\n", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"--json {json}: {error.strerror}") from None
    for row in benched.rows:
        if row.error:
            note(f"{row.title} ({row.mode}) failed: {row.error}")
    note(f"bench: {folder}")
