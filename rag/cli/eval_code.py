"""`rag eval ANNOTATIONS.csv --predictions PREDICTIONS.csv`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

__all__ = ["evaluate_code"]


def evaluate_code(annotations: Path, predictions: Path, json: Path | None) -> None:
    """Prints the CodeSearchNet figures of each language, or writes them as JSON (`-`: prints it)."""
    from json import dumps

    from rich.table import Table

    from rag.cli.terminal import out, print_json
    from rag.evaluation.codesearch import evaluate_codesearch, read_annotations, read_predictions

    scores = evaluate_codesearch(read_annotations(annotations), read_predictions(predictions))
    named = {"ndcg_within": "within", "ndcg_all": "all", "coverage": "coverage"}
    mean = {name: sum(getattr(score, key) for score in scores) / max(1, len(scores)) for name, key in named.items()}
    content = {"annotations": str(annotations), "metrics": mean, "languages": [asdict(score) for score in scores]}
    if json is not None and str(json) != "-":
        json.write_text(dumps(content) + "\n", encoding="utf-8")
    if json is not None and str(json) == "-":
        print_json(content)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, column in enumerate(("language", "NDCG within", "NDCG all", "coverage", "queries")):
        table.add_column(column, justify="left" if place == 0 else "right")
    for score in scores:
        cells = (f"{score.within:.4f}", f"{score.all:.4f}", f"{score.coverage:.3f}", f"{score.queries}")
        table.add_row(score.language, *cells)
    table.add_row("mean", *(f"{value:.4f}" for value in list(mean.values())[:2]), f"{mean['coverage']:.3f}", "")
    out().print(table)
