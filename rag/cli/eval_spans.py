"""`rag eval DATASET --spans`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Literal, cast

from rag.cli.options import Chosen
from rag.errors import UsageError

__all__ = ["evaluate_spans"]


def evaluate_spans(  # noqa: PLR0913  # each is an option of `rag eval`
    chosen: Chosen,
    dataset: Path,
    *,
    segmenters: str | None,
    encoders: str | None,
    depths: str,
    mode: str,
    unit: str,
    limit: int | None,
    split: str,
    json: Path | None,
) -> None:
    """Prints the grid of segmenters, encoders and depths, or writes it as JSON (`-`: prints it)."""
    if mode not in ("corrected", "faithful"):
        raise UsageError(f"--span-mode is corrected or faithful, not {mode!r}")
    if unit not in ("characters", "tokens"):
        raise UsageError(f"--span-unit is characters or tokens, not {unit!r}")
    try:
        top_ks = [int(depth) for depth in depths.split(",")]
    except ValueError:
        raise UsageError(f"--top-k is a list of numbers, as 1,5,-1; not {depths!r}") from None
    configuration = chosen.configuration()

    from json import dumps

    from rag.cli.progress import bar
    from rag.cli.terminal import out, print_json
    from rag.evaluation.dataset import read_dataset
    from rag.evaluation.span_run import FIGURES
    from rag.evaluation.span_run import evaluate_spans as run

    with bar() as progress:
        rows = run(
            configuration,
            read_dataset(dataset, split=split),
            segmenters=[_spec(name) for name in (segmenters or "").split(",") if name.strip()],
            encoders=[name.strip() for name in (encoders or "").split(",") if name.strip()],
            top_ks=top_ks,
            mode=cast(Literal["corrected", "faithful"], mode),
            unit=cast(Literal["characters", "tokens"], unit),
            limit=limit,
            progress=progress,
        )
    content = {"dataset": str(dataset), "mode": mode, "unit": unit, "rows": [asdict(row) for row in rows]}
    if json is not None and str(json) == "-":
        print_json(content)
        return
    if json is not None:
        json.write_text(dumps(content) + "\n", encoding="utf-8")

    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, column in enumerate(
        (
            "segmenter",
            "encoder",
            "top_k",
            "passages",
            "chars" if unit == "characters" else "tokens",
            "recall",
            "precision",
            "IoU",
            "P omega",
        )
    ):
        table.add_column(column, justify="left" if place < 2 else "right")
    for row in rows:
        figures = [f"{row.mean[name]:.3f}" for name in FIGURES]
        sizes = (str(row.top_k), f"{row.passages:,}", f"{row.size:.0f}")
        table.add_row(row.segmenter, row.encoder, *sizes, *figures)
    out().print(f"{dataset.name}, {mode}, in {unit}: {rows[0].queries:,} queries", soft_wrap=True)
    out().print(table)


def _spec(name: str) -> str | dict[str, object]:
    """`recursive:100` is `{use: recursive, max_tokens: 100}`."""
    use, _, size = name.strip().partition(":")
    if not size:
        return use
    if not size.isdigit():
        raise UsageError(f"--segmenters {name!r}: a segmenter is NAME or NAME:MAX_TOKENS")
    return {"use": use, "max_tokens": int(size)}
