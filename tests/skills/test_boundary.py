"""The shipped finder of sentence ends, on texts written for this test."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from rag import skills
from rag.segmenters.sentences import sentences
from rag.skills.boundary import WINDOW, Boundary
from rag.skills.written import KINDS, pieces, written

CLEAN = "The bridge was built in 1734. It crosses the river near the mill. Who drew the plans? Nobody knows."
LINES = [
    "i went to the market this morning and bought some apples",
    "they were cheaper than last week",
    "my sister wants to bake a cake for her birthday",
    "she asked me to bring some sugar too",
]
BARE = " ".join(LINES)


def skill() -> Boundary:
    found: Boundary = skills.load("boundary")
    return found


def test_ends_are_found_with_and_without_punctuation() -> None:
    clean, bare = skill().predict_all([CLEAN, BARE])
    assert clean.shape == (len(CLEAN),)
    assert clean.dtype == np.float32
    marks = [place for place, char in enumerate(CLEAN) if char in ".?"]
    assert set(np.flatnonzero(clean > skill().threshold)) >= set(marks[:-1])
    ends = [BARE.index(line) + len(line) - 1 for line in LINES[:-1]]
    assert sum(bare[end] > skill().threshold for end in ends) >= 2
    assert (bare > skill().threshold).sum() <= 5


def test_white_space_has_no_probability_and_an_empty_text_none() -> None:
    assert not skill().predict_proba(" \n\t ").any()
    assert skill().predict_proba("").shape == (0,)
    proba = skill().predict_proba(CLEAN)
    assert not proba[[place for place, char in enumerate(CLEAN) if char.isspace()]].any()


def test_a_text_in_another_script_is_cut_by_rule() -> None:
    text = "Η γέφυρα χτίστηκε το 1734. Ποιος σχεδίασε το κτίριο; Κανείς δεν ξέρει (UNESCO)."
    proba = skill().predict_proba(text)
    assert np.flatnonzero(proba).tolist() == [end - 1 for _, end in sentences(text)]
    assert set(proba.tolist()) == {0.0, 1.0}
    greek, clean = skill().predict_all([text, CLEAN])
    assert np.array_equal(greek, proba)
    assert np.allclose(clean, skill().predict_proba(CLEAN), atol=2e-3)
    assert 0 < skill().predict_proba("He said: «наконец» and left the room for good.").max() < 1


def test_a_probability_depends_on_nothing_else_in_the_call_nor_on_the_thread() -> None:
    texts = [CLEAN, BARE, "Yes!", BARE + " " + CLEAN]
    together = skill().predict_all(texts)
    with ThreadPoolExecutor(2) as pool:
        for one, other in zip(together, pool.map(skill().predict_proba, texts), strict=True):
            assert np.allclose(one, other, atol=2e-3)


def test_a_long_text_is_read_in_windows() -> None:
    text = " ".join([CLEAN] * 40)
    ids, _ = pieces(text)
    assert len(ids) > 3 * WINDOW
    spans = skill().sentences(text)
    assert 155 <= len(spans) <= 165
    assert "".join(text[start:end] for start, end in spans).replace(" ", "") == text.replace(" ", "")


def test_a_token_is_told_how_it_is_written() -> None:
    text = "The USA won\n\n42 medals."
    _, spans = pieces(text)
    kinds = dict(zip([text[start:end] for start, end in spans], written(text, spans).tolist(), strict=True))
    assert all(0 <= kind < KINDS for kind in kinds.values())
    letters = {token: kind // 8 for token, kind in kinds.items()}
    assert [letters[token] for token in ("The", "USA", "won", "42")] == [1, 2, 0, 3]
    behind = {token: kind // 2 % 4 for token, kind in kinds.items()}
    assert [behind[token] for token in ("The", "won", "medals")] == [1, 3, 0]
    assert [kinds[token] % 2 for token in ("USA", ".")] == [0, 1]
