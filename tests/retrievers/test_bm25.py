"""BM25 that reads code, beside the one that reads text, over one index."""

from __future__ import annotations

from pathlib import Path

from langchain_core.documents import Document

from rag.encoders.static import Static
from rag.index import Index
from rag.retrievers.bm25 import BM25
from rag.segmenters.code import Code

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


def test_what_code_is_called_and_says_of_itself_counts_more(tmp_path: Path) -> None:
    encoder = Static()
    index = Index(path=str(tmp_path), encoder=encoder, segment=Code(encoder=encoder, max_tokens=60, language="python"))
    code, text = BM25(index=index, analysis="code"), BM25(index=index)
    bodies = {
        "reads": 'def heat(sensor):\n    """How hot it is."""\n    return sensor.read(sensor.port, sensor.line)',
        "uses": "def glow(oven):\n    return oven.heat() or heat(oven) if oven else heat(None)",
    }
    documents = [Document(body, metadata={"source": name}) for name, body in bodies.items()]
    index.add_documents(documents, [*code.views(), *text.views()])
    assert [passage.metadata["source"] for passage in text.invoke("heat")] == ["uses", "reads"]
    assert [passage.metadata["source"] for passage in code.invoke("heat")] == ["reads", "uses"]
    found = code.invoke("heat")[0]
    assert found.page_content == bodies["reads"][found.metadata["start"] : found.metadata["end"]]


def test_code_is_found_by_other_words_for_what_it_does(tmp_path: Path) -> None:
    index = Index(path=str(tmp_path), encoder=Static())
    code, text = BM25(index=index, analysis="code"), BM25(index=index)
    bodies = {
        "purge": "def delete_rows(table):\n    table.execute(sql)",
        "format": "class Formatter:\n    width = 8",
        "bake": "def bake(loaf):\n    return loaf",
    }
    documents = [Document(body, metadata={"source": name}) for name, body in bodies.items()]
    index.add_documents(documents, [*code.views(), *text.views()])

    def found(retriever: BM25, question: str) -> list[str]:
        return [passage.metadata["source"] for passage in retriever.invoke(question)]

    assert found(code, "remove a record") == found(code, "erase a line") == ["purge"]
    assert found(text, "remove a record") == []
    assert found(code, "formatting") == ["format"]
    assert found(text, "formatting") == []
    assert found(code, "formidable") == []


def test_a_word_itself_counts_more_than_another_for_it(tmp_path: Path) -> None:
    index = Index(path=str(tmp_path), encoder=Static())
    code = BM25(index=index, analysis="code")
    bodies = {
        "other": "def delete(x):\n    y = x",
        "same": "def remove(x):\n    y = x",
        "none": "def keep(x):\n    y = x",
    }
    index.add_documents([Document(body, metadata={"source": name}) for name, body in bodies.items()], code.views())
    assert [passage.metadata["source"] for passage in code.invoke("remove")] == ["same", "other"]
    assert [passage.metadata["source"] for passage in code.invoke("delete")] == ["other", "same"]


def test_a_renamed_class_is_found_by_its_new_name(tmp_path: Path) -> None:
    """The method's own text is the same, but what it is called is not."""
    encoder = Static()
    index = Index(path=str(tmp_path), encoder=encoder, segment=Code(encoder=encoder, max_tokens=12, language="python"))
    code = BM25(index=index, analysis="code")
    body = "class {}:\n    def heat(self):\n        return self.sensor.read(self.port, self.line)\n"
    for name in ("Oven", "Furnace"):
        index.add_documents([Document(body.format(name), metadata={"source": "a"})], code.views())
        found = [passage.metadata.get("symbol") for passage in code.invoke(name)]
        assert f"{name}.heat" in found
    assert code.invoke("Oven") == []


def test_a_language_is_known_by_its_endings(tmp_path: Path) -> None:
    index = Index(path=str(tmp_path), encoder=Static())
    german, auto = BM25(index=index, language="de"), BM25(index=index)
    views = [*german.views(), *auto.views()]
    index.add_documents(Document("Die Häuser am Fluss sind rot.", metadata={"source": "a"}), views)
    assert [passage.metadata["source"] for passage in german.invoke("Haus")] == ["a"]
    assert auto.invoke("Haus") == []
