"""What is said to the model that writes questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from xxhash import xxh3_64_hexdigest

from rag.evaluation.synthesis.windows import Window
from rag.generators.prompts import filled, read_prompts

__all__ = ["MOST_EXCERPTS", "Prompts", "load_prompts"]

SHIPPED = Path(__file__).with_name("prompts.yaml")
_NEEDED = {"task": ("most",), "window": ("window",), "earlier": ("questions",), "refused": ("reason",)}
MOST_EXCERPTS = 5
"""Pieces of evidence that a question may have."""
_TAG = re.compile(r"<(?=\s*/?\s*window\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Prompts:
    """Every prompt, as `prompts.yaml` explains them."""

    task: str
    window: str
    earlier: str
    refused: str

    @property
    def fingerprint(self) -> str:
        """Of every word."""
        return xxh3_64_hexdigest("\x1f".join(astuple(self)).encode())

    def messages(self, window: Window, earlier: Sequence[str] = (), refused: Sequence[str] = ()) -> list[BaseMessage]:
        """What is asked about a window.

        Args:
            window: nothing in it can close the element that it stands in.
            earlier: questions that are not to be asked again.
            refused: what was wrong with earlier replies.
        """
        asked = filled(
            self.window,
            document=window.title or window.source,
            headings=" > ".join(window.headings) or "-",
            window=_TAG.sub("‹", window.text),
            earlier=filled(self.earlier, questions="\n".join(f"- {text}" for text in earlier)) if earlier else "",
            refused=filled(self.refused, reason="\n".join(f"- {told}" for told in refused)) if refused else "",
        )
        return [SystemMessage(filled(self.task, most=str(MOST_EXCERPTS))), HumanMessage(asked.strip())]


def load_prompts(path: str | None = None) -> Prompts:
    """The shipped prompts, with those of a file in their place.

    Raises:
        UsageError: the file cannot be read, or a key of it is unknown or lacks what must be filled in.
    """
    return read_prompts(Prompts, SHIPPED, _NEEDED, path)
