"""From markers to places."""

import re
from collections.abc import Sequence

import numpy as np
import pytest
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag.generators.grounding import citations, claims, supporting


def claimed(text: str) -> list[tuple[int, str]]:
    marks = [(match.start(), int(match[1])) for match in re.finditer(r"\[(\d)\]", text)]
    return [(number, re.sub(r"\s+(?=[.])", "", " ".join(claim.split()))) for number, claim in claims(text, marks)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask her [1]. Or him [2].", [(1, "Ask her."), (2, "Or him.")]),
        ("Ask her. [1] Or him. [2]", [(1, "Ask her."), (2, "Or him.")]),
        ("Ask her.[1] Or him.[2]", [(1, "Ask her."), (2, "Or him.")]),
        ("Ask her [1][2] today.", [(1, "Ask her today."), (2, "Ask her today.")]),
        ("[1] Ask her. Now.", [(1, "Ask her.")]),
        ("You may:\n\n- ask her [1]\n- ask him [2]", [(1, "- ask her"), (2, "- ask him")]),
        ("Both:\n[1] Ask her.\n[2] Ask him.", [(1, "Ask her."), (2, "Ask him.")]),
        ("[1]", [(1, "")]),
    ],
)
def test_a_marker_belongs_to_the_statement_beside_it(text: str, expected: list[tuple[int, str]]) -> None:
    assert claimed(text) == expected


PASSAGE = Document(
    "# Hotels\n\nA hotel may cost 120 euros.\nIn London, where\nall is dear, it may cost 180.\n\n"
    "| City | Limit |\n|---|---|\n| Paris | 170 |\n| Rome | 130 |\n"
)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The limit in London is 180.", "In London, where\nall is dear, it may cost 180."),
        ("Spend 120 euros for any hotel.", "A hotel may cost 120 euros."),
        ("The limit for Rome is 130", "| Rome | 130 |"),
        ("She wrote “where all is DEAR” there.", "where\nall is dear"),
        ("It may cost 180", "it may cost 180."),
        ("Nichts davon.", PASSAGE.page_content),
    ],
)
def test_the_likest_words_bear_it(claim: str, quote: str) -> None:
    start, end = supporting(claim, PASSAGE)
    assert PASSAGE.page_content[start:end] == quote


def test_checked_citations_say_whether_their_passage_bears_every_claim() -> None:
    text = "A hotel may cost 120 euros [1]. A hotel may cost 120 euros, always [1]. London is dear [1]."
    marks = [(match.start(), 1) for match in re.finditer(r"\[1\]", text)]
    asked: list[tuple[str, str]] = []

    def judge(pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        asked.extend(pairs)
        return np.array([0.0 if "always" in claim else 0.9 for claim, _ in pairs], dtype=np.float32)

    checked = citations(text, marks, [PASSAGE], judge)
    plain = citations(text, marks, [PASSAGE])
    assert {passage for _, passage in asked} == {PASSAGE.page_content}
    assert len(asked) == 3
    assert [citation.supported for citation in plain] == [None] * len(plain)
    assert {citation.quote: citation.supported for citation in checked} == {
        "A hotel may cost 120 euros.": False,  # one of its two claims says more
        "In London, where\nall is dear, it may cost 180.": True,
    }
