"""BM25 that reads code, beside the one that reads text, over one index."""

from __future__ import annotations

from pathlib import Path

from langchain_core.documents import Document

from rag.encoders.static import Static
from rag.index import Index
from rag.retrievers.bm25 import BM25

FUNCTIONS = {
    "load": "def load_cfg(path):\n    return parse(open(path).read())",
    "shell": "def run(python):\n    subprocess.run([python, '-m', 'venv'])",
    "power": "def power(a, b):\n    return a ** b",
}


def test_one_index_serves_both_ways_of_reading(tmp_path: Path) -> None:
    index = Index(path=str(tmp_path), encoder=Static())
    code, text = BM25(index=index, analysis="code"), BM25(index=index)
    documents = [Document(body, metadata={"source": name}) for name, body in FUNCTIONS.items()]
    index.add_documents(documents, [*code.views(), *text.views()])

    def found(retriever: BM25, question: str) -> list[str]:
        return [passage.metadata["source"] for passage in retriever.invoke(question)]

    assert found(code, "python configuration") == ["load"]
    assert found(text, "python configuration") == ["shell"]
    assert found(code, "**") == ["power"]
    assert found(text, "**") == []
    assert found(code, "python") == ["shell"]


def test_a_language_is_known_by_its_endings(tmp_path: Path) -> None:
    index = Index(path=str(tmp_path), encoder=Static())
    german, auto = BM25(index=index, language="de"), BM25(index=index)
    views = [*german.views(), *auto.views()]
    index.add_documents(Document("Die Häuser am Fluss sind rot.", metadata={"source": "a"}), views)
    assert [passage.metadata["source"] for passage in german.invoke("Haus")] == ["a"]
    assert auto.invoke("Haus") == []
