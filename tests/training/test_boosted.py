"""Trees of scikit-learn, stored and read again."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from rag.skills.trees import scores
from rag.training.boosted import below, histogram


def test_stored_trees_say_what_the_model_says() -> None:
    chance = np.random.default_rng(1)
    table = chance.normal(size=(600, 5)).astype(np.float32)
    labels = table[:, 0] * table[:, 1] + 0.3 * chance.normal(size=600) > 0
    model = HistGradientBoostingClassifier(max_iter=12, max_leaf_nodes=6, early_stopping=False).fit(table, labels)
    assert np.allclose(scores(histogram(model), table), model.decision_function(table), atol=1e-5)


def test_a_threshold_is_never_rounded_up() -> None:
    values = np.random.default_rng(2).normal(size=1000)
    assert (below(values).astype(np.float64) <= values).all()
    assert np.abs(below(values) - values).max() < 1e-6
