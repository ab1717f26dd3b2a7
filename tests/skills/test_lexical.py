"""The shipped word weights, on texts written for this test."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from rag import skills
from rag.encoders.tokenizer import default_tokenizer
from rag.skills.lexical import Lexical

BRIDGE = "The old bridge of Kreuzau was built of red sandstone in 1734."
MILL = "The paper mill of Lendersdorf burned down in 1802."


def skill() -> Lexical:
    found: Lexical = skills.load("lexical")
    return found


def test_a_text_holds_its_own_pieces_and_some_more() -> None:
    found = skill().encode([BRIDGE, MILL, ""])
    assert found.shape == (3, skill().vocabulary)
    assert found.dtype == np.float32
    assert (found.data > 0).all()
    own = set(default_tokenizer().ids([BRIDGE], 254)[0])
    mine = set(found[[0]].indices.tolist())
    assert own <= mine
    assert len(mine - own) <= 32
    assert found[[2]].nnz == 0
    assert set(skill().encode([BRIDGE], query=True).indices.tolist()) == own
    assert len(set(skill().encode([BRIDGE], expansion=4).indices.tolist()) - own) <= 4


def test_what_tells_weighs_more_than_what_does_not() -> None:
    engine = default_tokenizer().engine
    asked = skill().encode(["When was the bridge built?"], query=True).toarray()[0]
    bridge, the, mark = (asked[engine.token_to_id(piece)] for piece in ("bridge", "the", "?"))
    assert bridge > 2 * the
    assert bridge > 2 * mark


def test_the_right_passage_scores_best() -> None:
    questions = ["When was the bridge built?", "When did the mill burn down?"]
    scores = (skill().encode(questions, query=True) @ skill().encode([BRIDGE, MILL]).T).toarray()
    assert scores.argmax(axis=1).tolist() == [0, 1]


def test_a_weight_depends_on_nothing_else_in_the_call_nor_on_the_thread() -> None:
    texts = [BRIDGE, MILL, BRIDGE + " " + MILL]
    together = skill().encode(texts)
    with ThreadPoolExecutor(2) as pool:
        for place, other in enumerate(pool.map(lambda text: skill().encode([text]), texts)):
            np.testing.assert_allclose(together[[place]].toarray(), other.toarray(), atol=2e-2)
