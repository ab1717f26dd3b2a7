"""Weights of two trainings as one."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import UsageError
from rag.training.cross.merge import merged


def arrays(seed: int, rows: int = 6) -> dict[str, NDArray[np.float32]]:
    chance = np.random.default_rng(seed)
    shapes = {
        "positions": (rows, 4),
        "layers.0.qkv.weight": (200, 100),
        "layers.0.qkv.bias": (200,),
        "heads.row.weight": (3, 8),
    }
    return {name: chance.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}


def test_without_drops_it_is_the_weighted_mean() -> None:
    ours, theirs = arrays(1), arrays(2, rows=5)
    found = merged(ours, theirs, {}, share=0.25)
    assert found["positions"].shape == (5, 4)
    assert np.allclose(found["heads.row.weight"], 0.75 * ours["heads.row.weight"] + 0.25 * theirs["heads.row.weight"])
    assert np.allclose(merged(ours, ours, {}, share=0.4)["heads.row.weight"], ours["heads.row.weight"])


def test_drops_take_changes_back_and_keep_their_sum() -> None:
    base, ours = arrays(0), arrays(1)
    found = merged(ours, ours, base, share=0.5, drop=0.3, seed=4)
    name = "layers.0.qkv.weight"
    taken_back = found[name] == base[name]
    assert taken_back.mean() == pytest.approx(0.3**2, abs=0.02)  # dropped in both
    changed, wanted = found[name] - base[name], ours[name] - base[name]
    assert (changed * wanted).sum() / (wanted**2).sum() == pytest.approx(1, abs=0.03)
    assert np.allclose(found["layers.0.qkv.bias"], ours["layers.0.qkv.bias"])
    assert np.array_equal(found[name], merged(ours, ours, base, share=0.5, drop=0.3, seed=4)[name])


def test_other_arrays_are_refused() -> None:
    theirs = arrays(2)
    del theirs["heads.row.weight"]
    with pytest.raises(UsageError, match=r"the array 'heads.row.weight' is missing there or has another shape"):
        merged(arrays(1), theirs, {}, share=0.5)
