"""Which token of a question matched which of a passage, as a map of shades: what late interaction compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rag.cli.columns import Columns
from rag.cli.terminal import out, rich_text

if TYPE_CHECKING:
    from langchain_core.documents import Document

__all__ = ["print_matches", "shade"]

SHOWN = 3
"""Passages whose matches are printed; `--json` has all."""
SHADES = (" ", "░", "▒", "▓", "█")
STYLES = ("dim", "", "yellow", "yellow", "bold red")
LEAST = 0.2
"""Cosine up to which a token says nothing: two unrelated ones of the embedded encoder have about as much."""
_AROUND = 18
"""Characters of the passage on each side of a match."""


def shade(score: float) -> int:
    """0 for a cosine of `LEAST` or less, 4 from 0.8 on."""
    return min(max(int((score - LEAST) / (0.8 - LEAST) * 4 + 1e-9), 0), 4)


def print_matches(passages: Sequence[Document]) -> None:
    """For the first passages that say so (`matches` of `xtr`), a row for each token of the question."""
    telling = [passage for passage in passages if passage.metadata.get("matches")]
    for passage in telling[:SHOWN]:
        out().print()
        out().print(rich_text(("what matched in ", "dim"), str(passage.metadata.get("source", "?"))), soft_wrap=True)
        rows = [
            (
                match["question"],
                rich_text((SHADES[shade(match["score"])] * 4, STYLES[shade(match["score"])])),
                f"{match['score']:.2f}",
                _place(passage, match),
            )
            for match in passage.metadata["matches"]
            if match["question"]  # [CLS] and [SEP] stand for no word
        ]
        Columns(head=("question", "", "cosine", "passage"), right=(2,), indent=2).print(rows)


def _place(passage: Document, match: Mapping[str, Any]) -> Any:
    """The token among its neighbours."""
    if match["start"] is None:
        if not match["passage"]:
            return rich_text(("(the passage as a whole)", "dim"))
        return rich_text((match["passage"], "bold"), (" (in its heading)", "dim"))
    text, first = passage.page_content, int(passage.metadata["start"])
    start, end = match["start"] - first, match["end"] - first
    before = "…" * (start > _AROUND) + text[max(0, start - _AROUND) : start]
    after = text[end : end + _AROUND] + "…" * (end + _AROUND < len(text))
    flat = [part.replace("\n", " ") for part in (before, text[start:end], after)]
    return rich_text((flat[0], "dim"), (flat[1], STYLES[shade(match["score"])] or "bold"), (flat[2], "dim"))
