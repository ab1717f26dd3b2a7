"""A thousand questions: every quote is what the source says at its place, after every compressor."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rag.segmenters.sentences import sentences
from tests.compressors.test_quotes import COMPRESSORS, ROOT, misquoted, pipeline

QUESTIONS = 1000


@pytest.mark.soak
@pytest.mark.parametrize("compressor", COMPRESSORS)
def test_a_thousand_answers_quote_their_sources(compressor: str, tmp_path: Path) -> None:
    pipe = pipeline(compressor, tmp_path / "index", encoder="static")  # places do not depend on it, an hour does
    pipe.index([ROOT / "examples" / "handbook", ROOT / "docs"])
    assert pipe.store is not None
    texts = [pipe.store.text(source) for source in pipe.store.sources()]
    said = [" ".join(text[start:end].split()) for text in texts for start, end in sentences(text) if end - start > 30]
    questions = random.Random(0).sample(said, QUESTIONS)
    cited = 0
    for question in questions:
        answer = pipe.invoke(question)
        assert misquoted(answer, pipe) == [], question
        cited += len(answer.citations)
    assert cited >= QUESTIONS * 0.9
