"""Errors say what to do, and reach whoever waits for a worker."""

import copy
import pickle

import pytest

from rag import errors
from rag.errors import ConfigError, IndexFault, IndexMissing, LoadError, MissingExtra, Problem, RagError, ViewMissing


def every(kind: type[RagError]) -> list[type[RagError]]:
    return [kind, *(below for one in kind.__subclasses__() for below in every(one))]


MADE: dict[type[RagError], RagError] = {
    ConfigError: ConfigError([Problem("no such key", "pipeline.0", "rag.yaml", 3, 5, "did you mean 'top_k'?")]),
    LoadError: LoadError("scan.pdf", "no text on any page"),
    MissingExtra: MissingExtra("optuna", "tune", "rag tune"),
    ViewMissing: ViewMissing("it lacks the vectors view: ", ("--index", "my index"), " makes it"),
}


@pytest.mark.parametrize("kind", [one for one in every(RagError) if one.__module__ == errors.__name__])
def test_an_error_is_the_same_behind_a_pickle(kind: type[RagError]) -> None:
    error = MADE.get(kind) or kind("what, where and what to do")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (type(other), str(other), vars(other)) == (kind, str(error), vars(error))


def test_the_command_of_an_index_error_names_the_configuration_that_was_meant() -> None:
    error = IndexMissing("no index in 'my index': make one with ", ("PATH...", "--index", "my index"))
    assert str(error) == "no index in 'my index': make one with `rag index PATH... --index 'my index'`"
    error.flags = ("--config", "fast", "--set", "encoder={use: static}")
    assert str(error).endswith("`rag index --config fast --set 'encoder={use: static}' PATH... --index 'my index'`")
    assert str(IndexFault("it cannot be written to")) == "it cannot be written to"
