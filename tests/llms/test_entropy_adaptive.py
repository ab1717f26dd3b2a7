from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from langchain_core.documents import Document
from pydantic import ValidationError

from rag import config
from rag.errors import ModelError
from rag.generators.chat import Chat
from rag.llms.entropy_adaptive import EntropyAdaptive
from rag.llms.local import Local
from rag.schema import Turn

QUESTION = "Who approves travel abroad?"


@pytest.fixture
def pair(llama: Path, larger: Path) -> EntropyAdaptive:
    return EntropyAdaptive(small=str(llama), large=str(larger), max_tokens=48)


def test_the_two_ends_are_the_two_models(pair: EntropyAdaptive, llama: Path, larger: Path) -> None:
    small = Local(model=str(llama), max_tokens=48).invoke(QUESTION)
    large = Local(model=str(larger), max_tokens=48).invoke(QUESTION)
    low = pair.model_copy(update={"threshold": math.inf}).invoke(QUESTION)
    assert low.content == small.content != large.content
    assert low.response_metadata["decoding"]["large_share"] == 0
    high = pair.model_copy(update={"threshold": -math.inf}).invoke(QUESTION)
    assert high.response_metadata["decoding"]["large_share"] == pytest.approx(38 / 48, abs=1e-3)
    assert high.usage_metadata == large.usage_metadata


def test_streamed_it_says_the_same(pair: EntropyAdaptive) -> None:
    between = pair.model_copy(update={"threshold": 2.0, "min_dwell": 4})
    whole = between.invoke(QUESTION)
    assert "".join(str(chunk.content) for chunk in between.stream(QUESTION)) == whole.content


def test_the_trace_tells_the_share(pair: EntropyAdaptive) -> None:
    passage = Document("Travel is approved by your manager.", metadata={"source": "handbook.md", "start": 0})
    chosen = pair.model_copy(update={"threshold": -math.inf, "context_window": 4096})
    *_, turn = Chat(llm=chosen).stream(Turn(QUESTION, passages=(passage,)))
    assert isinstance(turn, Turn)
    told = turn.trace[-1].detail["decoding"]
    assert told["large_share"] == pytest.approx(38 / 48, abs=1e-3)
    assert told["switches"] == 1
    assert told["read_by_large"] > told["read_by_small"] > turn.usage.prompt_tokens


def test_models_of_different_tokens_cannot_take_turns(llama: Path, make: Callable[..., Path]) -> None:
    other = make(vocabulary=300)
    with pytest.raises(ModelError, match="cannot take turns: their tokenizers differ"):
        EntropyAdaptive(small=str(llama), large=str(other)).invoke(QUESTION)
    shorter = make(max_position_embeddings=16)
    with pytest.raises(ModelError, match="reads 16: show it fewer passages"):
        EntropyAdaptive(small=str(llama), large=str(shorter)).invoke(QUESTION)
    with pytest.raises(ValidationError, match=r"must be a number of bits, .inf or -.inf"):
        EntropyAdaptive(small="a", large="b", threshold=math.nan)


def test_infinity_survives_the_way_through_yaml() -> None:
    told = "{use: entropy_adaptive, small: a/b, large: c/d, threshold: -.inf}"
    from langchain_core.language_models import BaseChatModel

    built = config.component(told, BaseChatModel)
    assert isinstance(built, EntropyAdaptive)
    assert built.threshold == -math.inf
    assert config.component(config.dump(built), BaseChatModel) == built
