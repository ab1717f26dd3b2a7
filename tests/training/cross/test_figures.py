"""Figures: what is measured of questions over several passages."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag import skills
from rag.evaluation.answers import f1
from rag.training.cross.examples import Asked
from rag.training.cross.figures import FEWEST, figures
from rag.training.cross.files import read
from tests.training.cross.conftest import HOPS, Writer

ONE, BOTH = "reader F1 over several, one by one", "reader F1 over several, together"


def measured(asked: list[Asked], weights: Path | None = None) -> dict[str, float]:
    faces: dict[str, Any] = {name: skills.load(name, weights) for name in ("keep", "reader", "relevance", "support")}
    return figures(faces, asked)


def over_two(written: Writer, count: int) -> list[Asked]:
    paragraphs: Any = HOPS[0]["paragraphs"]
    both = {**HOPS[0], "paragraphs": [paragraphs[0], {**paragraphs[1], "support": [0]}]}
    (question,) = (one for one in read([written("hops.jsonl", [both])]) if isinstance(one, Asked))
    return [replace(question, key=str(number)) for number in range(count)]


def read_in(asked: Asked, groups: list[tuple[int, ...]]) -> float:
    """F1 of the likeliest words of passages that are read so."""
    texts, titles = [one.text for one in asked.passages], [one.title for one in asked.passages]
    reader = skills.load("reader")
    (best, *_), _ = reader.weighed(reader.together(asked.question, texts, titles, groups), texts)
    return max(f1(best.text, answer) for answer in asked.answers)


def test_passages_are_read_one_by_one_and_as_one_text(written: Writer) -> None:
    asked = over_two(written, FEWEST)
    found = measured(asked)
    source = asked[0].source
    assert found[f"{ONE}, {source}"] == pytest.approx(read_in(asked[0], [(0,), (1,)]))
    assert found[f"{BOTH}, {source}"] == pytest.approx(read_in(asked[0], [(0, 1)]))


def test_of_few_questions_and_of_those_over_one_passage_nothing_is_said(written: Writer, untrained: Path) -> None:
    few = measured(over_two(written, FEWEST - 1), untrained)
    single = [
        replace(one, passages=(one.passages[0], replace(one.passages[1], relevant=False, answers=())))
        for one in over_two(written, FEWEST)
    ]
    assert not [name for name in (*few, *measured(single, untrained)) if "several" in name]
