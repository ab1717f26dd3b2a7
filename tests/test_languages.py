"""The default pipeline over documents in other languages, without any configuration."""

import pytest
from langchain_core.documents import Document

from rag import Pipeline
from tests.languages import ANSWER, ASKED, LEAVE, OTHERS


@pytest.fixture(scope="module")
def pipelines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pipeline]:
    """Each language alone."""
    made: dict[str, Pipeline] = {}
    for language in [*ASKED, "en"]:
        made[language] = Pipeline.from_yaml("default", index=str(tmp_path_factory.mktemp(language)))
        texts = {"leave": LEAVE[language], "bread": OTHERS[language]}
        made[language].add_documents(Document(text, metadata={"source": name}) for name, text in texts.items())
    return made


@pytest.mark.parametrize("language", list(ASKED))
def test_the_sentence_that_answers_is_quoted_from_its_place(pipelines: dict[str, Pipeline], language: str) -> None:
    answer = pipelines[language].invoke(ASKED[language])
    assert not answer.abstained
    assert ANSWER[language] in answer.text
    assert answer.passages[0].metadata["source"] == "leave"
    for citation in answer.citations:
        assert citation.source == "leave"
        assert LEAVE[language][citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("language", list(ASKED))
def test_the_trace_says_who_stood_back_and_why(pipelines: dict[str, Pipeline], language: str) -> None:
    told = {span.name: span.detail.get("aside", "") for span in pipelines[language].invoke(ASKED[language]).trace}
    for step, name in (("retrieve:Fusion", "dense"), ("compress:Rerank", "rerank"), ("generate:Reader", "reader")):
        assert told[step].startswith(f"{name} knows ")
        assert told[step].endswith("% of the words")


@pytest.mark.parametrize("language", ["de", "zh", "el"])
def test_what_is_not_there_is_not_answered(pipelines: dict[str, Pipeline], language: str) -> None:
    asked = {"de": "Wer gründete die Universität Wien?", "zh": "谁创立了维也纳大学？", "el": "Ποιος ίδρυσε τη Βιέννη;"}
    assert pipelines[language].invoke(asked[language]).abstained


def test_nothing_stands_back_from_english(pipelines: dict[str, Pipeline]) -> None:
    answer = pipelines["en"].invoke("How many days of paid leave does an employee have?")
    assert "twenty-five" in answer.text
    assert not any("aside" in span.detail for span in answer.trace)
    assert not any("aside" in passage.metadata for passage in answer.passages)


def test_a_follow_up_in_chinese_is_searched_for_with_what_it_follows(pipelines: dict[str, Pipeline]) -> None:
    first = pipelines["zh"].invoke(ASKED["zh"])
    alone = pipelines["zh"].invoke("面团在冰箱里静置多久？", history=first.history)
    assert "一夜" in alone.text
    assert not any("query" in span.detail for span in alone.trace)
