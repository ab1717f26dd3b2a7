from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.encoders.cached import Cached
from rag.encoders.minilm import MiniLM
from rag.errors import ModelError
from rag.kinds import Encoder

asked: list[str] = []


class Lengths(Encoder):
    """Two numbers a text; remembers what it was asked."""

    name: str = "lengths"

    @property
    def dimensions(self) -> int:
        return 2

    @property
    def fingerprint(self) -> str:
        return self.name

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        asked.extend(texts)
        return np.array([[len(text), 1 + query] for text in texts], dtype=np.float32).reshape(-1, 2)


@pytest.fixture(autouse=True)
def nothing_asked() -> None:
    asked.clear()


def test_no_text_is_encoded_twice(tmp_path: Path) -> None:
    encoder = Cached(of=Lengths(), path=tmp_path / "deep" / "vectors.sqlite")
    texts = ["travel", "abroad", "travel", "", "\udcff"]
    first = encoder.encode(texts)
    assert asked == ["travel", "abroad", "", "\udcff"]
    again = Cached(of=Lengths(), path=encoder.path).encode([*texts, "receipts"])
    assert asked[4:] == ["receipts"]
    assert (first == Lengths().encode(texts)).all()
    assert (again[:5] == first).all()


def test_a_query_is_not_a_passage_and_a_model_is_not_another(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    passage = Cached(of=Lengths(), path=path).encode(["travel"])
    query = Cached(of=Lengths(), path=path).encode(["travel"], query=True)
    Cached(of=Lengths(name="other"), path=path).encode(["travel"])
    assert asked == ["travel"] * 3
    assert (passage != query).any()


def test_it_is_the_encoder_behind_it(tmp_path: Path) -> None:
    encoder, inner = Cached(path=tmp_path / "vectors.sqlite"), MiniLM()
    texts = ["Who approves travel?", "The head of department."]
    assert encoder.fingerprint == inner.fingerprint
    assert (encoder.dimensions, encoder.max_tokens) == (inner.dimensions, inner.max_tokens)
    assert encoder.count_tokens(texts) == inner.count_tokens(texts)
    assert (encoder.tokens(texts[0]) == inner.tokens(texts[0])).all()
    assert (encoder.encode(texts) == inner.encode(texts)).all()
    assert encoder.encode([]).shape == (0, 384)


def fill(place: str) -> float:
    encoder = Cached(of=Lengths(), path=Path(place))
    return float(
        sum(encoder.encode([f"text {number}" for number in range(start, start + 50)]).sum() for start in range(100))
    )


def test_many_processes_share_a_file(tmp_path: Path) -> None:
    with get_context("spawn").Pool(2) as pool:
        first, second = pool.map(fill, [str(tmp_path / "vectors.sqlite")] * 2, chunksize=1)
    assert first == second == fill(str(tmp_path / "vectors.sqlite"))
    assert not asked


def test_a_file_that_is_no_cache_is_named(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(ModelError, match=r"vectors\.sqlite.*delete or move it"):
        Cached(of=Lengths(), path=path).encode(["travel"])
