"""What is said to chat models that find, judge and translate, and how their replies are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.generators.prompts import filled, read_prompts
from rag.translation.graph import Candidate, Node

__all__ = ["Prompts", "candidates_in", "load_prompts", "quoted", "terms_in", "translation_in", "verdicts_in"]

SHIPPED = Path(__file__).with_name("prompts.yaml")
_NEEDED = {
    "detect": ("text", "most"),
    "know": ("terms", "text"),
    "judge": ("term", "passage", "candidates"),
    "another": ("term", "passage", "refused"),
    "translate": ("terms",),
    "terms": ("pairs",),
    "before": ("translation",),
    "text": ("text",),
    "repair": ("problems",),
}
_TAG = re.compile(r"<(?=\s*/?\s*(?:text|before|translated)\b)", re.IGNORECASE)
_QUOTED = re.compile(r"‹(?=\s*/?\s*(?:text|before|translated)\b)", re.IGNORECASE)
_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s+")
_VERDICT = re.compile(r"^\W*(\d{1,2})\W{1,4}(yes|no)\b\W*(.*)$", re.IGNORECASE)
_WRAPPED = re.compile(r"\A\s*<(text|translation|translated)>\n?(.*?)\n?</\1>\s*\Z", re.DOTALL | re.IGNORECASE)
_FENCED = re.compile(r"\A\s*```[\w-]*\n(.*?)\n```\s*\Z", re.DOTALL)
_LONGEST = 100
"""Characters of a term or a translation of one."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """Every prompt, as `prompts.yaml` explains them."""

    detect: str
    know: str
    judge: str
    another: str
    translate: str
    terms: str
    before: str
    text: str
    repair: str

    def system(self, source: str, target: str, pairs: Sequence[tuple[str, str]], before: tuple[str, str] | None) -> str:
        """The task of the translator.

        Args:
            source: a language.
            target: the other.
            pairs: terms with their translations.
            before: what was translated before, and what became of it.
        """
        listed = "\n".join(f"- {_line(term)} -> {_line(translation)}" for term, translation in pairs)
        terms = filled(self.terms, pairs=listed) if pairs else ""
        shown = filled(self.before, text=quoted(before[0]), translation=quoted(before[1])) if before else ""
        return filled(
            self.translate,
            source=source,
            target=target,
            terms=f"\n{terms}\n" if terms else "",
            before=f"\n{shown}\n" if shown else "",
        ).strip()


@cache
def load_prompts(path: str | None = None) -> Prompts:
    """The shipped prompts, with those of a file in their place.

    Raises:
        UsageError: the file cannot be read, or a key of it is unknown or lacks what must be filled in.
    """
    return read_prompts(Prompts, SHIPPED, _NEEDED, path)


def quoted(text: str) -> str:
    """A text that cannot close the element which it stands in."""
    return _TAG.sub("‹", text)


def terms_in(said: str, text: str) -> list[str]:
    """The terms that a model lists, those that stand in the text, as they stand there."""
    found: dict[str, None] = {}
    for line in said.splitlines():
        term = _MARK.sub("", line).strip().strip("\"'“”«»`").rstrip(".,;:").strip()
        if not term or len(term) > _LONGEST or term.upper() == "NONE":
            continue
        at = text.find(term)
        if at < 0:
            at = text.casefold().find(term.casefold())
            if at < 0 or len(text.casefold()) != len(text):
                continue
        found.setdefault(text[at : at + len(term)])
    return list(found)


def candidates_in(said: str, nodes: Sequence[Node]) -> dict[str, list[Candidate]]:
    """Lines of `term | translation | meaning`, by the term."""
    known = {node.term.casefold(): node.term for node in nodes}
    found: dict[str, list[Candidate]] = {}
    for line in said.splitlines():
        cells = [cell.strip().strip("\"'“”«»`") for cell in _MARK.sub("", line).strip().strip("|").split("|")]
        if len(cells) < 2 or (term := known.get(cells[0].casefold())) is None:
            continue
        if candidate := _candidate(cells[1:]):
            found.setdefault(term, []).append(candidate)
    return found


def candidate_in(said: str) -> Candidate | None:
    """A line of `translation | meaning`; None where it is none."""
    lines = [line for line in said.splitlines() if line.strip()]
    return (
        _candidate([cell.strip().strip("\"'“”«»`") for cell in _MARK.sub("", lines[0]).split("|")]) if lines else None
    )


def _candidate(cells: Sequence[str]) -> Candidate | None:
    if not cells[0] or len(cells[0]) > _LONGEST:
        return None
    return Candidate(cells[0], cells[1] if len(cells) > 1 else "", "model")


def verdicts_in(said: str, count: int) -> dict[int, tuple[bool, str]]:
    """What a model said of each candidate, by its number from 0: whether it holds, the sentence translated back."""
    found: dict[int, tuple[bool, str]] = {}
    for line in said.splitlines():
        if (match := _VERDICT.match(line)) and 1 <= int(match[1]) <= count:
            found.setdefault(int(match[1]) - 1, (match[2].casefold() == "yes", match[3].strip()))
    return found


def translation_in(said: str, source: str) -> str:
    """The translation that a model wrote, without what it was wrapped in; white space at both ends is the source's."""
    text = said
    if match := _WRAPPED.match(text):
        text = match[2]
    if (match := _FENCED.match(text)) and not source.lstrip().startswith("```"):
        text = match[1]
    if _TAG.search(source):  # `quoted` changed it
        text = _QUOTED.sub("<", text)
    bare = text.strip()
    return source[: len(source) - len(source.lstrip())] + bare + source[len(source.rstrip()) :] if bare else ""


def _line(text: str) -> str:
    return " ".join(text.split())
