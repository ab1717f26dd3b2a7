from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest

from rag import registry
from rag.errors import UsageError
from rag.kinds import KINDS, Kind

RETRIEVER: Kind = next(kind for kind in KINDS if kind.name == "retriever")


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    found = {
        "mine": EntryPoint("mine", "rag.retrievers.fusion:Fusion", "rag.components"),
        "broken": EntryPoint("broken", "nowhere.at_all:Thing", "rag.components"),
    }
    monkeypatch.setattr(registry, "_plugins", lambda: found)
    registry.table.cache_clear()
    yield
    registry.table.cache_clear()


def test_every_name_leads_to_a_class_of_its_kind() -> None:
    for kind in KINDS:
        for name in registry.names(kind):
            assert issubclass(registry.find(kind, name), kind.base)


def test_a_wrong_name_is_met_with_the_right_ones() -> None:
    with pytest.raises(
        UsageError, match="no retriever is called 'dens'; there are: bm25, .*dense, .* did you mean 'dense'"
    ):
        registry.find(RETRIEVER, "dens")


@pytest.mark.usefixtures("plugins")
def test_other_packages_add_names_and_a_broken_one_takes_nobody_along() -> None:
    with pytest.warns(UserWarning, match="'broken' .* cannot be imported"):
        names = registry.names(RETRIEVER)
    assert {"mine", "bm25"} <= set(names)
    assert "broken" not in names
