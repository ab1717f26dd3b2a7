"""Whether the rows of a table are what a noun says."""

from __future__ import annotations

from pathlib import Path

from langchain_core.embeddings import Embeddings

from rag import Document, Pipeline
from rag.kinds import default_encoder
from rag.tabular.kinds import Kinds
from rag.tabular.lexicon import THINGS
from rag.tabular.table import Table

NAMES = ["Citigroup", "General Electric", "Bank of America", "Royal Dutch Shell"]


class Told(Embeddings):
    """The embedded encoder, which keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.given += texts
        return default_encoder().embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def table() -> Table:
    return Table(["Name", "Staff"], [NAMES, ["1", "2", "3", "4"]], [(i, i + 1) for i in range(4)], ["firms"])


def test_companies_are_companies_and_no_employees() -> None:
    says = Kinds(default_encoder()).of(table())
    assert says("companies")
    assert not says("employees")


def test_a_warm_one_encodes_the_kinds_of_things_once() -> None:
    encoder = Told()
    kinds = Kinds(encoder)
    kinds.warm_up()
    assert encoder.given == list(THINGS)
    encoder.given.clear()
    assert kinds.of(table())("companies")
    assert not set(encoder.given) & set(THINGS) - {"company", *NAMES}


def test_a_pipeline_warms_up_its_steps(tmp_path: Path) -> None:
    pipeline = Pipeline.from_yaml(
        {"pipeline": [{"retrieve": {"use": "bm25"}}, {"agent": "rows"}, {"generate": "extractive"}]}, index=tmp_path
    )
    pipeline.add_documents([Document("The director approves travel abroad.", metadata={"source": "policy"})])
    pipeline.warm_up()
    (rows,) = [step.agent for step in pipeline.steps if hasattr(step, "agent")]
    assert "_things" in vars(rows._kinds)
