"""What is said to a chat model that writes SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from rag.generators.prompts import filled, read_prompts
from rag.sql.linking import Focus
from rag.sql.values import literal

__all__ = ["Prompts", "load_prompts"]

SHIPPED = Path(__file__).with_name("prompts.yaml")
_NEEDED = {
    "about": ("schema",),
    "cells": ("cells",),
    "focus": ("question",),
    "link": ("question",),
    "classify": ("question",),
    "easy": ("question",),
    "joined": ("question",),
    "nested": ("question", "parts"),
    "correct": ("question", "sql"),
    "repair": ("question", "sql", "error"),
}
_TAG = re.compile(r"<(?=\s*/?\s*schema\b)", re.IGNORECASE)
_CELLS = 30
"""Cell values shown."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """Every prompt, as `prompts.yaml` explains them."""

    about: str
    cells: str
    focus: str
    link: str
    classify: str
    easy: str
    joined: str
    nested: str
    correct: str
    repair: str

    def messages(self, name: str, focus: Focus, dialect: str, question: str, **more: str) -> Sequence[BaseMessage]:
        """The messages of a task.

        Args:
            name: of the prompt.
            focus: the schema shown; nothing in it can close the element that it stands in.
            dialect: of the database's SQL.
            question: what is asked.
            **more: further words to fill in.
        """
        cells = [f"- {one.table}.{one.column} = {literal(one.value)}" for one in focus.mentions][:_CELLS]
        values = filled(self.cells, cells="\n".join(dict.fromkeys(cells))) if cells else ""
        shown = _TAG.sub("‹", str(focus.schema))
        about = filled(self.about, schema=shown, values=values, dialect=dialect, question=question)
        task = filled(getattr(self, name), question=question, dialect=dialect, **more)
        return [SystemMessage(about.strip()), HumanMessage(task)]


def load_prompts(path: str | None = None) -> Prompts:
    """The shipped prompts, with those of a file in their place.

    Raises:
        UsageError: the file cannot be read, or a key of it is unknown or lacks what must be filled in.
    """
    return read_prompts(Prompts, SHIPPED, _NEEDED, path)
