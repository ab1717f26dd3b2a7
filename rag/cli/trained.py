"""What a training reached, in words and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.training.train import Trained

__all__ = ["print_trained"]


def print_trained(trained: Trained) -> None:
    """The held-out figures, and where the files are."""
    from rag.cli.columns import Columns
    from rag.cli.terminal import note, out

    console = out()
    counts = ", ".join(f"{count:,} {name}" for name, count in trained.counts.items())
    console.print(f"{trained.skill}: {counts}" if counts else trained.skill, soft_wrap=True)
    console.print()
    rows = [[name, str(figure)] for name, figure in trained.figures.items()]
    Columns(("held out", ""), right=(1,), styles=("", "bold")).print(rows)
    console.print()
    size = trained.weights.stat().st_size / 1e6
    note(
        f"{trained.weights} ({size:.2f} MB), {trained.card.name}; {trained.seconds:.0f} s, parity {trained.parity:.1e}"
    )
