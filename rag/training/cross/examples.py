"""What the cross-encoder learns from: questions with judged passages, and statements with a label."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rag.training.splits import fraction

__all__ = ["Asked", "Judged", "Span", "Stated", "document_of", "split"]

Span = tuple[int, int]
"""First character and the one after the last."""

SHARE = 0.3
"""Of each file's documents, held out."""
MOST = 800
"""Questions or statements of a file that are held out: enough for an interval of three points."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A passage beside a question."""

    text: str
    document: str
    """Whatever shares it stays on one side of the split."""
    title: str = ""
    relevant: bool | None = None
    """None where the data do not tell."""
    answers: tuple[Span, ...] = ()
    """Every annotator's; none where the passage does not answer."""
    told: bool = True
    """Whether the data tell that there is no other answer: a supporting paragraph may hold one nobody marked."""
    kept: tuple[Span, ...] | None = None
    """Sentences that bear the answer; None where the data do not tell."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its passages; other passages of `source` may be put beside them."""

    question: str
    passages: tuple[Judged, ...]
    source: str
    key: str
    """What the split is drawn by."""
    answers: tuple[str, ...] = ()
    """As text: a passage that holds one of them is no negative."""
    answerable: bool = True
    """Whether the passages answer it."""


@dataclass(frozen=True, slots=True)
class Stated:
    """Texts with a label: claim and passage; for `equivalence` question, references and candidate."""

    skill: str
    """`support` or `equivalence`."""
    texts: tuple[str, ...]
    label: float
    """0 to 1."""
    source: str
    key: str


def document_of(title: str) -> str:
    """One name for a document however a data set spells its title."""
    return " ".join(title.replace("_", " ").casefold().split())


def split(
    examples: Sequence[Asked | Stated], tests: Collection[str] = ()
) -> tuple[list[Asked | Stated], list[Asked | Stated]]:
    """What is trained on and what is held out: no document of the one is in the other.

    Documents are drawn by the hash of their names, so that the split of a file does not depend on the others. A
    training question whose own document was held out for another file's sake is dropped; so are passages beside it. One
    text under two names (XQuAD's paragraphs are SQuAD's) is one document.

    Args:
        examples: all of them.
        tests: sources that are held out as a whole.
    """
    counts: dict[str, int] = {}
    held: list[Asked | Stated] = []
    keys: set[tuple[str, str]] = set()
    for example in sorted(examples, key=lambda example: (fraction(example.key), example.source)):
        mine = (example.source, example.key)
        drawn = fraction(example.key) < SHARE and (mine in keys or counts.get(example.source, 0) < MOST)
        if drawn or example.source in tests:
            keys.add(mine)
            counts[example.source] = counts.get(example.source, 0) + 1
            held.append(example)
    golds = [passage for example in held if isinstance(example, Asked) for passage in _gold(example)]
    away = {passage.document for passage in golds} | {example.key for example in held}
    texts = {passage.text for passage in golds}
    trained: list[Asked | Stated] = []
    for example in examples:
        if (example.source, example.key) in keys or example.key in away:
            continue
        if isinstance(example, Stated):
            trained.append(example)
        elif not any(passage.document in away or passage.text in texts for passage in _gold(example)):
            left = (passage for passage in example.passages if passage.document not in away)
            trained.append(replace(example, passages=tuple(passage for passage in left if passage.text not in texts)))
    return trained, held


def _gold(example: Asked) -> list[Judged]:
    return [passage for passage in example.passages if passage.relevant or passage.answers]
