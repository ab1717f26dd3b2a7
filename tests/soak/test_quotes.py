"""A thousand questions: every quote is what the source says at its place, after every compressor."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from rag.pipeline import Pipeline
from rag.segmenters.sentences import sentences
from tests.compressors.test_quotes import COMPRESSORS, ROOT, misquoted, pipeline

QUESTIONS = 1000
PORTIONS = 10


@pytest.fixture(scope="module")
def pipelines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pipeline]:
    """One of each compressor. Places do not depend on the encoder that indexes, an hour does."""
    folder = tmp_path_factory.mktemp("quotes")
    found = {name: pipeline(name, folder / name, encoder="static") for name in COMPRESSORS}
    for pipe in found.values():
        pipe.index([ROOT / "examples" / "handbook", ROOT / "docs"])
    return found


@pytest.fixture(scope="module")
def questions(pipelines: dict[str, Pipeline]) -> list[str]:
    store = pipelines["budget"].store
    assert store is not None
    texts = [store.text(source) for source in store.sources()]
    said = [" ".join(text[start:end].split()) for text in texts for start, end in sentences(text) if end - start > 30]
    return random.Random(0).sample(said, QUESTIONS)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("portion", range(PORTIONS))
def test_a_thousand_answers_quote_their_sources(
    portion: int, pipelines: dict[str, Pipeline], questions: list[str]
) -> None:
    """Each question is asked of all pipelines before the next one: what one has read another need not read again."""
    cited: Counter[str] = Counter()
    asked = questions[portion::PORTIONS]
    for question in asked:
        for name, pipe in pipelines.items():
            answer = pipe.invoke(question)
            assert misquoted(answer, pipe) == [], (name, question)
            cited[name] += len(answer.citations)
    assert {name: cited[name] for name in COMPRESSORS if cited[name] < len(asked) * 0.9} == {}
