"""`rag train tokens` on questions of one's own: what it learns ranks, and what is stored says what torch says."""

import json
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest

from rag import skills
from rag.errors import UsageError
from rag.tokens.skill import SkillTokens
from rag.training.settings import Settings
from rag.training.tokens import data as drawing
from rag.training.tokens.data import Group, batched, parts
from rag.training.tokens.teacher import _fitted
from rag.training.train import train

NOUNS = ["bridge", "mill", "tower", "chapel", "well", "market", "tunnel", "harbour", "quarry", "castle"]
TOWNS = ["Kreuzau", "Lendersdorf", "Birkesdorf", "Gey", "Nideggen", "Heimbach", "Obermaubach", "Langerwehe"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chance = Random(3)
    rows = []
    for place, (town, other) in enumerate(pairwise(TOWNS * 8)):
        noun, year = chance.choice(NOUNS), str(chance.randint(1200, 1990))
        text = f"The {noun} of {town} was built in {year}. People from {other} paid for it. It is {place} metres high."
        answer = {"text": year, "start": text.index(year)}
        asked = {"id": str(place), "question": f"When was the {noun} of {town} built?", "answers": [answer]}
        rows.append({"pid": str(place), "title": f"{town} {place}", "context": text, "qas": [asked]})
    found = tmp_path_factory.mktemp("any") / "own" / "asked.jsonl"
    found.parent.mkdir()
    found.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return found


def test_it_trains_and_what_is_stored_can_be_used(file: Path, tmp_path: Path) -> None:
    found = train("tokens", [file], Settings(tmp_path, epochs=1))
    assert found.parity < 2e-2
    assert found.figures["MRR, own/asked"].mean > 0.5
    tokens = SkillTokens(weights=str(tmp_path))
    texts = ["The mill of Gey was built in 1700.", "", "word " * 400]
    vectors = tokens.encode(texts)
    assert [len(some) for some in vectors] == [len(tokens.spans(text)) for text in texts]
    assert all(some.shape[1] == 128 for some in vectors)
    assert np.linalg.norm(vectors[0], axis=1) == pytest.approx(1, abs=1e-2)
    assert not np.allclose(tokens.encode(texts[:1], query=True)[0], vectors[0], atol=1e-3)
    assert tokens.fingerprint != SkillTokens(weights=str(tmp_path), window=128).fingerprint
    skill = skills.load("tokens", tmp_path)
    np.testing.assert_array_equal(skill.encode(texts)[0], vectors[0])


def test_no_document_is_in_two_parts_and_questions_are_drawn_evenly(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "QUESTIONS", 10)
    data = parts([file])
    assert 0 < len(data.train) <= 10
    documents = [{q.right[0] for q in some} for some in (data.train, data.dev, *data.tests.values())]
    assert sum(map(len, documents)) == len(set().union(*documents))
    assert all(not set(q.right) & set(q.wrong) for q in data.train)


def test_a_batch_has_no_passage_that_is_right_for_two() -> None:
    wrong = tuple(f"wrong {n}" for n in range(5))
    groups = [
        Group(f"question {n}", (f"right {n % 3}", *wrong), (1.0, *[0.0] * 5), frozenset({f"right {n % 3}"}))
        for n in range(20)
    ]
    made = batched(groups, Random(1))
    assert sorted(group.question for batch in made for group in batch) == sorted(group.question for group in groups)
    for batch in made:
        assert len({group.passages[0] for group in batch}) == len(batch)
        assert all(len(group.passages) == len(group.teacher) == 3 for group in batch)


def test_what_a_judge_counts_is_found() -> None:
    chance = np.random.default_rng(0)
    said = chance.normal(size=(6_000, 4, 2))
    logits = said @ np.array([2.0, 0.5])
    first = (logits + chance.gumbel(size=logits.shape)).argmax(axis=1)
    for row, place in enumerate(first):
        said[row, [0, place]] = said[row, [place, 0]]
    assert _fitted(said.astype(np.float32)) == pytest.approx([2.0, 0.5], abs=0.1)


def test_too_little_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "one.jsonl").write_text(
        json.dumps({"pid": "1", "title": "t", "context": "A text.", "qas": [{"question": "What?", "answers": []}]})
        + "\n"
    )
    with pytest.raises(UsageError, match="too few questions"):
        train("tokens", [folder / "one.jsonl"], Settings(tmp_path))
