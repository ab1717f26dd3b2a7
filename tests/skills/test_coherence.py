"""The shipped pair model on two short texts written for this test."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from rag import skills
from rag.skills.coherence import Coherence

BREAD = [
    "A sourdough needs no yeast from a packet.",
    "Its flour and water are left to ferment for five days.",
    "After that the dough is kneaded, folded and proved overnight.",
    "It is baked in a very hot oven with some steam.",
]
TRAMS = [
    "The first tram line of the town was opened in 1883.",
    "Its cars were drawn by horses until the power station was built.",
    "Today five lines carry forty thousand passengers a day.",
    "They run every ten minutes and stop at midnight.",
]


def skill() -> Coherence:
    found: Coherence = skills.load("coherence")
    return found


def test_the_seam_between_two_subjects_is_the_weakest() -> None:
    scores = skill().between(BREAD + TRAMS)
    assert scores.shape == (7,)
    assert scores.argmin() == 3
    assert scores[3] < 0.5 < np.delete(scores, 3).mean()


def test_pairs_by_themselves() -> None:
    same = [(BREAD[0], BREAD[1]), (BREAD[1], BREAD[2]), (TRAMS[0], TRAMS[1]), (TRAMS[2], TRAMS[3])]
    other = [(BREAD[0], TRAMS[1]), (BREAD[3], TRAMS[0]), (TRAMS[0], BREAD[2]), (TRAMS[3], BREAD[0])]
    scores = skill().score(same + other)
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scores[:4].mean() > scores[4:].mean() + 0.2


def test_a_score_does_not_depend_on_the_batch() -> None:
    pairs = [(first, second) for first in BREAD for second in TRAMS]
    together = skill().score(pairs)
    assert np.allclose(together, np.concatenate([skill().score([pair]) for pair in pairs]), atol=1e-5)


def test_short_texts_have_no_seam() -> None:
    assert skill().between([]).shape == (0,)
    assert skill().between(["Alone."]).shape == (0,)
    assert skill().score([]).shape == (0,)
    assert np.isfinite(skill().score([("", ""), ("!", "?")])).all()


def test_threads_share_it() -> None:
    expected = skill().between(BREAD + TRAMS)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: skill().between(BREAD + TRAMS), range(16)):
            assert np.array_equal(found, expected)
