import numpy as np
import pytest

from rag.skills.neighbours import DEPTHS, SCALARS, depths, pairs, scalars

CHANCE = np.random.default_rng(2)
VECTORS = CHANCE.normal(size=(9, 16)).astype(np.float32)
SENTENCES = [f"Sentence number {place} stands here." for place in range(9)]


def test_pair_features_are_both_their_difference_and_their_product() -> None:
    found = pairs(VECTORS)
    assert found.shape == (8, 64)
    assert np.allclose(found[2, :16], VECTORS[2])
    assert np.allclose(found[2, 16:32], VECTORS[3])
    assert np.allclose(found[2, 32:48], VECTORS[2] - VECTORS[3])
    assert np.allclose(found[2, 48:], VECTORS[2] * VECTORS[3] * 4)


def test_cosines_are_of_the_passages_on_either_side() -> None:
    found = scalars(VECTORS, SENTENCES)
    assert found.shape == (8, SCALARS)

    def cosine(one: np.ndarray, two: np.ndarray) -> float:
        return float(one @ two / np.linalg.norm(one) / np.linalg.norm(two))

    assert found[3, 0] == pytest.approx(cosine(VECTORS[3], VECTORS[4]), abs=1e-5)
    assert found[3, 2] == pytest.approx(cosine(VECTORS[1:4].sum(axis=0), VECTORS[4:7].sum(axis=0)), abs=1e-5)
    assert found[0, 2] == pytest.approx(cosine(VECTORS[0], VECTORS[1:4].sum(axis=0)), abs=1e-5)


def test_how_sentences_are_written_shows() -> None:
    plain, heading = (scalars(VECTORS[:2], ["One ends here.", text])[0] for text in ("The next begins.", "A Heading"))
    assert not np.allclose(plain, heading)


def test_a_hollow_is_as_deep_as_its_lower_side_and_a_slope_is_none() -> None:
    numbers = np.zeros((6, SCALARS), dtype=np.float32)
    numbers[:, 0] = [0.9, 0.5, 0.2, 0.4, 0.8, 0.3]
    found = depths(numbers)
    assert found.shape == (6, DEPTHS)
    assert found[:, 0] == pytest.approx([0.0, 0.4, 1.3, 0.4, 0.0, 0.5])  # both sides
    assert found[:, 1] == pytest.approx([0.0, 0.0, 0.6, 0.0, 0.0, 0.0])  # the lesser
    assert not found[:, 2:].any()
